import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Values
import Wire

@testable import Supervision

private let alert = EntryID(namespace: "app", name: "alert")!

extension [Effect] {
    /// What functions are called with.
    fileprivate var calls: [Value.Map] {
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
                    "error": .string("done"), "failures": .int(1),
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

/// A daemon that begins again with what the one before has left.
private func nextLife(
    of rig: Rig, _ job: JobDefinition, at start: Moment
) -> Rig {
    var next = rig
    // As it is written down.
    let record = JobRecord(RecordRowCopy.of(JobRecord(rig.supervisor)))
    next.supervisor = JobSupervisor(
        job, start: start, seed: 1, resuming: Resumption(record, isOfPreviousLife: true))
    next.now = start.monotonic
    next.send(.noted(nil))
    return next
}

@Suite("Who wants to know, when the daemon is killed before that was told")
struct UntoldTests {
    private var job: JobDefinition {
        var job = definition(ScheduleClock.monotonic.schedule)
        (job.policy.hooks.onFailure, job.policy.hooks.onRecovery, job.policy.hooks.onLate) = (alert, alert, alert)
        job.policy.hooks.lateAfter = .seconds(3)
        return job
    }

    /// What the next daemon calls.
    private func calls(after rig: Rig) -> [Value.Map] {
        var next = nextLife(of: rig, job, at: at(1_001))
        let calls = next.effects.calls
        next.fireDeadline()
        #expect(next.effects.calls == [])
        return calls
    }

    @Test("is told of a failure by the next one, with the same incident, unless the call has ended")
    func failure() {
        var rig = Rig(.running, job)
        rig.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        let first = rig.effects.calls
        #expect(first.count == 1 && rig.supervisor.standing.untold == .failure)
        #expect(calls(after: rig) == first)
        rig.send(.told(.failure))
        #expect(calls(after: rig) == [] && rig.supervisor.standing.isFailing)
    }

    @Test("is told of the recovery too, in the order in which it was")
    func recovery() {
        var rig = Rig(.running, job)
        rig.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        rig.now = at(1_005)
        rig.send(.report(begin(run: 2, slot: Rig.next)))
        rig.send(.report(end(run: 2, slot: Rig.next)))
        let told = calls(after: rig)
        #expect(told.map { $0["event"] } == [.string("failure"), .string("recovery")])
        // What the first run came to is not known any more, but which it was is.
        #expect(told.map { $0["incident"] } == [.int(1), .int(1)] && told.map { $0["run"] } == [.int(1), .int(2)])
        rig.send(.told(.failure))
        #expect(calls(after: rig).map { $0["event"] } == [.string("recovery")])
    }

    @Test("is told of the state that holds: not of a failure that is over, nor of the end of the one before")
    func outdated() {
        var over = Rig(.running, job)
        over.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        over.now = at(1_005)
        over.send(.report(begin(run: 2, slot: Rig.next)))
        over.send(.report(end(run: 2, slot: Rig.next)))
        var failing = over
        over.send(.told(.recovery))
        #expect(over.supervisor.standing.untold == .failure && calls(after: over) == [])
        failing.now = at(1_015)
        failing.send(.report(begin(run: 3, slot: at(1_015))))
        failing.send(.report(end(run: 3, slot: at(1_015), .failed)))
        #expect(failing.supervisor.standing.untold == [.failure, .recovery])
        let told = calls(after: failing)
        #expect(told.map { $0["event"] } == [.string("failure")] && told.map { $0["incident"] } == [.int(3)])
    }

    @Test("is told that a slot is late")
    func late() {
        var rig = Rig(.idle, job)
        rig.now = at(998)
        rig.send(.deadline)
        #expect(rig.effects.calls.count == 1 && rig.supervisor.standing.untold == .late)
        #expect(calls(after: rig).map { $0["event"] } == [.string("late")])
        rig.send(.told(.late))
        #expect(calls(after: rig) == [])
    }

    @Test("is told nothing that no function is called for")
    func unheard() {
        var rig = Rig(.running, definition(ScheduleClock.monotonic.schedule))
        rig.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        #expect(rig.supervisor.standing.isFailing && rig.supervisor.standing.untold.isEmpty)
    }
}

@Suite("An attempt that is to come when the daemon ends")
struct KeptAttemptTests {
    private var job: JobDefinition {
        var job = definition(ScheduleClock.monotonic.schedule, maxAttempts: 5)
        (job.policy.hooks.onFailure, job.policy.retry) = (alert, .init())
        job.policy.retry?.delays.jitter = 0
        return job
    }

    private enum End: CaseIterable { case failed, crashed, failedInStop }

    private func stopped(_ end: End, keepsAttempts: Bool) -> (rig: Rig, bookings: [Booking], calls: [Value.Map]) {
        var (rig, seen) = (Rig(.running, job), [Effect]())
        func send(_ event: Event) {
            rig.send(event)
            seen += rig.effects
        }
        let failure = Event.report(SupervisionTests.end(run: 1, slot: Rig.slot, .failed))
        if end == .failed { send(failure) }
        if end == .crashed { send(.exited("signal 9 (SIGKILL)")) }
        send(.stop(grace: Rig.grace, isFinal: true, keepsAttempts: keepsAttempts))
        if end == .failedInStop { send(failure) }
        if end != .crashed { send(.exited("exit 0")) }
        #expect(rig.supervisor.phase == .stopped)
        let bookings = seen.compactMap { if case .book(let booking) = $0 { booking } else { nil } }
        return (rig, bookings, seen.calls)
    }

    @Test("is made by the next one, and nobody is told of a failure")
    func kept() {
        for end in End.allCases {
            let (rig, bookings, calls) = stopped(end, keepsAttempts: true)
            #expect(calls == [] && bookings.count == 1 && bookings.first?.retryAfter == .seconds(1), "\(end)")
            #expect(rig.supervisor.books.total == 0, "\(end)")
            var next = nextLife(of: rig, job, at: at(1_002))
            #expect(next.effects == [] && next.supervisor.books.total == 0, "\(end)")
            next.fireDeadline()
            next.send(.spawned)
            next.send(.report(.ready(.init(next: Rig.next))))
            #expect(next.effects.contains(.send(.run(.init(slot: Rig.slot, attempt: 2)))), "\(end)")
            next.send(.report(begin(run: 2, slot: Rig.slot)))
            next.send(.report(SupervisionTests.end(run: 2, slot: Rig.slot)))
            #expect(next.supervisor.books[.ok] == 1 && next.supervisor.books.total == 1, "\(end)")
        }
    }

    @Test("leaves its slot interrupted where the next one comes too late, and nobody is told")
    func tooLate() {
        let next = nextLife(of: stopped(.failed, keepsAttempts: true).rig, job, at: at(1_007))
        #expect(next.supervisor.books[.interrupted] == 1 && next.supervisor.books[.failed] == 0)
        #expect(next.effects.calls == [] && next.supervisor.books[.missed] == 1)
        let outcomes = next.effects.compactMap { if case .book(let booking) = $0 { booking } else { nil } }
        #expect(outcomes.first?.reason == .stop && outcomes.first?.run?.number == 1)
    }

    @Test("has its outcome without its slot, where the next one has another schedule")
    func otherSchedule() {
        let rig = stopped(.failed, keepsAttempts: true).rig
        var other = job
        other.schedule = .interval(.seconds(7))
        let next = nextLife(of: rig, other, at: at(1_001))
        #expect(next.supervisor.books.sum(.interrupted) == 1 && next.supervisor.books.total == 0)
        #expect(next.supervisor.books.retried == 0 && next.supervisor.books.unknown == 0)
        #expect(next.effects.calls == [])
    }

    @Test("leaves its slot interrupted at once where no next one would know of it")
    func notKept() {
        for end in [End.failed, .crashed] {
            let (rig, bookings, calls) = stopped(end, keepsAttempts: false)
            #expect(rig.supervisor.books[.interrupted] == 1 && rig.supervisor.books.total == 1, "\(end)")
            #expect(calls == [] && bookings.last?.outcome == .interrupted && bookings.last?.reason == .stop, "\(end)")
        }
    }

    @Test("is no failure of the daemon's, where a job is removed: its slot has the outcome before")
    func removed() {
        var rig = Rig(.running, job)
        rig.send(.report(SupervisionTests.end(run: 1, slot: Rig.slot, .failed)))
        rig.send(.stop(grace: Rig.grace))
        #expect(rig.supervisor.books[.failed] == 1 && rig.effects.calls.count == 1)
    }
}

extension Event {
    fileprivate var isSpawn: Bool { if case .spawned = self { true } else { false } }
}

extension Value.Map {
    fileprivate var pairs: [String: Value] { Dictionary(uniqueKeysWithValues: zip(keys, values)) }
}

@Suite("A function that is called")
struct CallTests {
    private var hookOnly: JobDefinition {
        var job = definition(Schedule(.none, text: Schedule.hookOnlyText))
        job.isHookOnly = true
        return job
    }

    private func call(_ number: Int64) -> Effect { .send(.run(.init(call: number, event: "{}"))) }

    @Test("gets its worker with its first call, and runs one call after the other")
    func hookOnlyWorker() {
        var rig = Rig(.firstStart, hookOnly)
        #expect(rig.supervisor.deadline == .distantFuture)
        rig.send(.call(event: "{}"))
        rig.send(.call(event: "{}"))
        rig.fireDeadline()
        #expect(rig.effects == [.spawn])
        rig.send(.spawned)
        rig.send(.report(.ready(.init(next: .distantFuture))))
        #expect(rig.effects.last == call(1))
        rig.send(.report(.begin(.init(run: 1, slot: nil, next: .distantFuture, lateness: .zero, call: 1))))
        #expect(rig.supervisor.phase.run?.call == 1)
        rig.send(.report(end(run: 1, slot: nil, next: .distantFuture)))
        #expect(rig.effects.last == call(2))
    }

    @Test("of a job runs between its slots, and does not take part in what becomes of the job")
    func ofJob() {
        var job = definition()
        job.policy.hooks.onFailure = alert
        job.policy.retry = .init()
        var rig = Rig(.running, job)
        rig.send(.call(event: "{}"))
        #expect(rig.effects == [])
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(rig.effects.last == call(1))
        rig.send(.report(.begin(.init(run: 2, slot: nil, next: Rig.next, lateness: .zero, call: 1))))
        rig.send(.report(end(run: 2, slot: nil, .failed)))
        #expect(rig.effects.calls == [] && rig.supervisor.runKeeper.orders.pending == nil)
        #expect(rig.supervisor.books.total == 1)
    }

    @Test("is told again of a call that its worker died before, and not of one that it died in")
    func death() {
        var rig = Rig(.idle, definition(maxAttempts: 0))
        rig.send(.call(event: "{}"))
        #expect(rig.effects == [call(1)])
        for isBegun in [false, true] {
            if isBegun {
                rig.send(.report(.begin(.init(run: 1, slot: nil, next: Rig.next, lateness: .zero, call: 1))))
            }
            rig.send(.exited("exit 1"))
            while !rig.effects.contains(.spawn) { rig.fireDeadline() }
            rig.send(.spawned)
            rig.send(.report(.ready(.init(next: Rig.next))))
            #expect(rig.effects.contains(call(1)) == !isBegun)
        }
    }

    @Test("is not told of more calls than fit, or of any at a stop, which are counted")
    func dropped() {
        var rig = Rig(.running)
        for _ in 0..<Orders.mostCalls { rig.send(.call(event: "{}")) }
        #expect(rig.effects == [])
        rig.send(.call(event: "{}"))
        #expect(rig.effects == [.log(.callsDropped(1))])
        rig.send(.stop(grace: Rig.grace))
        #expect(rig.effects.first == .log(.callsDropped(Orders.mostCalls)))
    }
}
