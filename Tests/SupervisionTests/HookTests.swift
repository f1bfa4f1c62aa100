import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Values
import Wire

@testable import Supervision

let alert = EntryID(namespace: "app", name: "alert")!

extension [Effect] {
    /// What functions are called with.
    var calls: [Value.Map] {
        compactMap { if case .call(alert, _, let event) = $0 { event } else { nil } }
    }
}

@Suite("Who wants to know what becomes of a job")
struct HookTests {
    private func rig(_ stage: Stage, failures: Int = 1, lateAfter: Nanoseconds? = nil, retries: Bool = false) -> Rig {
        var job = definition(ScheduleClock.monotonic.schedule, maxAttempts: 2)
        (job.policy.hooks.onFailure, job.policy.hooks.onRecovery) = (alert, alert)
        job.policy.hooks.failures = failures
        if let lateAfter { (job.policy.hooks.onLate, job.policy.hooks.lateAfter) = (alert, lateAfter) }
        if retries {
            job.policy.retry = .init()
            job.policy.retry?.delays.jitter = 0
        }
        return Rig(stage, job)
    }

    /// Runs the slot that comes next, and returns what is called.
    private func run(_ rig: inout Rig, isOK: Bool) -> [Value.Map] {
        let number = rig.supervisor.runs + 1
        let slot: SlotInstant = at(985 + 10 * number)
        rig.now = MonotonicInstant(nanoseconds: slot.nanoseconds)
        rig.send(.report(begin(run: number, slot: slot)))
        let begin = rig.effects.calls
        rig.send(.report(end(run: number, slot: slot, isOK ? .ok : .failed, next: slot + .seconds(10))))
        return begin + rig.effects.calls
    }

    @Test("is told of the first failure, and of the recovery, and of nothing in between")
    func change() {
        var rig = rig(.idle)
        #expect(run(&rig, isOK: true) == [])
        let failure = run(&rig, isOK: false)
        #expect(
            failure.map(\.pairs) == [
                [
                    "event": .string("failure"), "entry": .string("app:job"), "run": .int(2), "attempt": .int(1),
                    "outcome": .string("failed"), "incident": .int(2), "slot": .string("1970-01-01T00:16:45.000Z"),
                    "error": .string("done"), "failures": .int(1), "duration_us": .int(0),
                    "first_failure": .string("1970-01-01T00:16:45.000Z"),
                ]
            ])
        for _ in 0..<5 { #expect(run(&rig, isOK: false) == []) }
        let recovery = run(&rig, isOK: true)
        #expect(recovery.first?["event"] == .string("recovery") && recovery.first?["result"] == .string("done"))
        #expect(recovery.first?["run"] == .int(8) && recovery.first?["incident"] == .int(2))
        #expect(recovery.count == 1 && run(&rig, isOK: true) == [])
        #expect(run(&rig, isOK: false).count == 1)
    }

    @Test("is told after so many failures in a row")
    func row() {
        var rig = rig(.idle, failures: 3)
        for isOK in [false, false, true, false, false] { #expect(run(&rig, isOK: isOK) == []) }
        #expect(run(&rig, isOK: false).first?["failures"] == .int(3))
    }

    @Test("is told of what a slot came to in the end, not of each attempt")
    func attempts() {
        var rig = rig(.running, retries: true)
        for number in 1...3 as ClosedRange<Int64> {
            rig.send(.report(end(run: number, slot: Rig.slot, .failed)))
            #expect(rig.effects.calls.count == (number == 3 ? 1 : 0))
            if number < 3 {
                rig.fireDeadline()
                rig.send(.report(begin(run: number + 1, slot: Rig.slot)))
            }
        }
        #expect(rig.effects.calls.first?["attempt"] == .int(3))
    }

    @Test("is told of crashes and time-outs as well, but not of what was cancelled")
    func outcomes() {
        var crashed = rig(.running)
        crashed.send(.exited("signal 11 (SIGSEGV)"))
        #expect(crashed.effects.calls.first?["outcome"] == .string("crashed"))
        #expect(crashed.effects.calls.first?["error"] == .string("signal 11 (SIGSEGV)"))
        var cancelled = rig(.terminatedInRun)
        cancelled.send(.exited("signal 15 (SIGTERM)"))
        #expect(cancelled.effects.calls == [])
    }

    @Test("is told that the worker cannot be kept alive")
    func givenUp() {
        var rig = rig(.backoff)
        var calls: [Value.Map] = []
        for _ in 0..<5 {
            rig.fireDeadline()
            rig.send(.spawnFailed("no such file", isShortage: false))
            calls += rig.effects.calls
        }
        #expect(calls.count == 1)
        #expect(calls.first?["error"] == .string("the worker failed 3 times in a row"))
    }

    @Test("is told once that a slot is late, and again when another is after one that was not")
    func late() {
        var rig = rig(.idle, lateAfter: .seconds(3))
        rig.now = at(998)
        rig.send(.deadline)
        #expect(rig.effects.calls.first?["event"] == .string("late"))
        #expect(rig.effects.calls.first?["lateness_us"] == .int(3_000_000))
        rig.now = at(999)
        rig.send(.report(begin(run: 1, slot: Rig.slot)))
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(rig.effects.calls == [])
        #expect(run(&rig, isOK: true) == [])
        #expect(rig.supervisor.deadline == at(1_018) as MonotonicInstant)
        rig.fireDeadline()
        #expect(rig.effects.calls.count == 1)
    }

    @Test("is told nothing as long as it may be the daemon that was late")
    func heldUp() {
        var rig = rig(.idle, lateAfter: .seconds(3))
        rig.now = at(1_003)
        rig.send(.deadline)
        #expect(rig.effects.calls == [])
        #expect(rig.supervisor.deadline <= at(1_004))
        var silent = rig
        silent.now = at(1_004)
        silent.send(.deadline)
        #expect(silent.effects.calls.count == 1)
        rig.send(.report(begin(run: 1, slot: Rig.slot)))
        #expect(rig.effects.calls == [])
    }

    @Test("is told that a slot is late which no worker is there for, but not of one that waits for its group")
    func lateWithoutWorker() {
        var waiting = rig(.failed, lateAfter: .seconds(30))
        waiting.now = at(1_025)
        waiting.send(.deadline)
        #expect(waiting.effects.calls.count == 1)
        var job = definition(ScheduleClock.monotonic.schedule)
        job.policy.concurrency = .init(group: "db", max: 1)
        (job.policy.hooks.onLate, job.policy.hooks.lateAfter) = (alert, .seconds(30))
        var queued = Rig(.idle, job)
        queued.send(.report(.due(slot: Rig.slot)))
        // What is looked at then is the wait.
        #expect(queued.supervisor.deadline == at(1_010))
        for _ in 0..<3 {
            queued.fireDeadline()
            #expect(queued.effects.calls == [])
        }
    }

    @Test("goes on from where the job stood that this one replaces")
    func standing() {
        var record = JobRecord()
        record.standing.isFailing = true
        var job = definition()
        (job.policy.hooks.onFailure, job.policy.hooks.onRecovery) = (alert, alert)
        var supervisor = JobSupervisor(
            job, start: at(985), seed: 1, resuming: Resumption(record, isOfPreviousLife: false))
        var effects: [Effect] = []
        for event in [
            .spawned, .report(.ready(.init(next: Rig.slot))), .report(begin(run: 1, slot: Rig.slot)),
            .report(end(run: 1, slot: Rig.slot)),
        ] as [Event] {
            supervisor.handle(event, at: event.isSpawn ? at(985) : at(1_000), effects: &effects)
        }
        #expect(effects.calls.map { $0["event"] } == [.string("recovery")])
    }
}
extension Event {
    fileprivate var isSpawn: Bool { if case .spawned = self { true } else { false } }
}

extension Value.Map {
    fileprivate var pairs: [String: Value] { Dictionary(uniqueKeysWithValues: zip(keys, values)) }
}
