import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Wire

@testable import Supervision

@Suite("What a job waits for")
struct WaitTests {
    /// The records about waits up to a moment, as `seconds word`.
    private func records(_ rig: inout Rig, seconds: Int64) -> [String] {
        let end = rig.now + .seconds(seconds)
        var records: [String] = []
        while rig.supervisor.deadline <= end {
            rig.fireDeadline()
            records += rig.effects.compactMap { effect in
                switch effect {
                case .log(.waitingForGroup(let slots, let lasted)): "\(lasted.count / 1_000_000_000) group \(slots)"
                case .log(.callsWaiting(let count, let lasted)): "\(lasted.count / 1_000_000_000) calls \(count)"
                case .log(.waitingForWorker(let run, let lasted)):
                    "\(lasted.count / 1_000_000_000) worker \(run.map { "\($0)" } ?? "-")"
                default: nil
                }
            }
        }
        return records
    }

    private func queued(wait: Nanoseconds? = nil) -> Rig {
        var job = definition(ScheduleClock.monotonic.schedule)
        job.policy.concurrency = .init(group: "db", max: 1, wait: wait)
        var rig = Rig(.idle, job)
        rig.send(.report(.due(slot: Rig.slot)))
        return rig
    }

    @Test("is told when it has lasted 10 s, 1 min, 10 min and each hour: its group, with the slots that are due")
    func group() {
        var rig = queued()
        let seconds: [Int64] = [10, 60, 600, 3_600, 7_200]
        #expect(records(&rig, seconds: 7_300) == seconds.map { "\($0) group \(($0 + 5) / 10 + 1)" })
        // When it has its turn, that is over.
        rig.send(.permitted)
        rig.send(.report(begin(run: 1, slot: Rig.slot)))
        #expect(records(&rig, seconds: 100).isEmpty)
    }

    @Test("is not told where it has an end that is told")
    func bounded() {
        var rig = queued(wait: .seconds(10))
        #expect(records(&rig, seconds: 9).isEmpty)
        rig = queued(wait: .seconds(10))
        rig.fireDeadline()
        #expect(rig.effects.contains { if case .book = $0 { true } else { false } })
        #expect(!rig.effects.contains { if case .log(.waitingForGroup) = $0 { true } else { false } })
    }

    @Test("is told: calls of a function whose run goes on, and that are taken when it ends")
    func calls() {
        var job = definition(Schedule(.none, text: "@call"))
        job.isHookOnly = true
        var rig = Rig(.firstStart, job)
        rig.send(.call(event: "{}"))
        rig.fireDeadline()
        rig.send(.spawned)
        rig.send(.report(.ready(.init(next: .distantFuture))))
        let call = rig.effects.compactMap { effect in
            if case .send(.run(let run)) = effect { run.call } else { nil }
        }.first
        rig.send(.report(.begin(.init(run: 1, slot: nil, next: .distantFuture, lateness: .zero, call: call))))
        #expect(records(&rig, seconds: 100).isEmpty)
        rig.send(.call(event: "{}"))
        rig.send(.call(event: "{}"))
        #expect(records(&rig, seconds: 100) == ["10 calls 2", "60 calls 2"])
    }

    @Test("is told: an idle worker, and one in a run, that have time for their end")
    func worker() {
        var rig = Rig(.idle, definition(ScheduleClock.monotonic.schedule))
        rig.send(.stop(grace: .seconds(3_600)))
        #expect(records(&rig, seconds: 700) == ["10 worker -", "60 worker -", "600 worker -"])
        rig = Rig(.running, definition(ScheduleClock.monotonic.schedule))
        rig.send(.stop(grace: .seconds(3_600)))
        #expect(records(&rig, seconds: 100) == ["10 worker 1", "60 worker 1"])
        // Of one that may go on to its end it is told how long it runs.
        rig = Rig(.running, definition(ScheduleClock.monotonic.schedule))
        rig.send(.reschedule(grace: .seconds(3_600)))
        #expect(records(&rig, seconds: 100).isEmpty)
        // A stop that is short is told by its end.
        rig = Rig(.idle, definition(ScheduleClock.monotonic.schedule))
        rig.send(.stop(grace: .seconds(10)))
        #expect(records(&rig, seconds: 10).isEmpty)
    }
}
