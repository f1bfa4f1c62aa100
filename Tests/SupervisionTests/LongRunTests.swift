import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Values
import Wire

@testable import Supervision

/// Its run began at 1,000 s, for the slot at 995 s; the next slots are at 1,005 s, 1,015 s and so on.
@Suite("A run that goes on and on")
struct LongRunTests {
    private func rig(_ schedule: Schedule, _ change: (inout RunPolicy) -> Void = { _ in }) -> Rig {
        var job = definition(schedule)
        change(&job.policy)
        return Rig(.running, job)
    }

    /// All records of the run up to a moment, with the seconds of that moment.
    private func records(_ rig: inout Rig, until end: MonotonicInstant) -> [Record] {
        var records: [Record] = []
        while rig.supervisor.deadline <= end {
            rig.fireDeadline()
            records += rig.effects.compactMap { effect in
                guard case .log(.stillRunning(1, let lasted, let slots)) = effect else { return nil }
                return Record(at: lasted.count / 1_000_000_000, slots: slots)
            }
        }
        return records
    }

    /// A job with one slot a day, the next one a day after 985 s.
    private func runWithoutSlot(_ change: (inout RunPolicy) -> Void = { _ in }) -> Rig {
        var job = definition(.interval(.seconds(86_400)))
        change(&job.policy)
        var rig = Rig(.starting, job)
        rig.send(.report(.ready(.init(next: at(985 + 86_400)))))
        rig.send(.report(begin(run: 1, slot: nil)))
        return rig
    }

    private struct Record: Equatable {
        var at: Int64
        var slots: Int64
    }

    @Test(
        "is told when it has lasted 10 s, 1 min, 10 min and each hour, with the slots that came due in it",
        arguments: ScheduleClock.both)
    func told(clock: ScheduleClock) {
        for overlap in [RunPolicy.Overlap.skip, .queue] {
            var rig = rig(clock.schedule) { $0.overlap = overlap }
            let records = records(&rig, until: at(1_000 + 4 * 3_600))
            let times: [Int64] = [10, 60, 600, 3_600, 7_200, 10_800, 14_400]
            #expect(records == times.map { Record(at: $0, slots: ($0 + 5) / 10) })
            // They have their outcome once, at its end.
            #expect(rig.supervisor.books.total == 0)
        }
    }

    @Test("costs nothing before it has lasted 10 s")
    func short() {
        let rig = rig(.interval(.milliseconds(500)))
        #expect(rig.supervisor.deadline == at(1_010) as MonotonicInstant)
        var over = rig
        over.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(over.supervisor.runKeeper.alerts.longRun.deadline == .distantFuture)
    }

    @Test("is told when the first slot falls into it, if that is later, and not where none does")
    func slots() {
        // The first slot of this one is at 1,105 s.
        var rare = Rig(.starting, definition(.interval(.seconds(120))))
        rare.send(.report(.ready(.init(next: at(1_105)))))
        rare.send(.report(begin(run: 1, slot: nil)))
        #expect(records(&rare, until: at(1_700)) == [Record(at: 105, slots: 1), Record(at: 600, slots: 5)])
        var none = Rig(.starting, definition(Schedule(.none, text: Schedule.bootText)))
        none.send(.report(.ready(.init(next: .distantFuture))))
        none.send(.report(begin(run: 1, slot: nil)))
        #expect(records(&none, until: at(1_000_000)) == [])
        #expect(none.supervisor.deadline == .distantFuture)
    }

    @Test("of which the next slot is the end is not told: it has that end")
    func replaced() {
        var rig = rig(ScheduleClock.monotonic.schedule) { $0.overlap = .replace }
        #expect(rig.supervisor.runKeeper.alerts.longRun.look == .distantFuture)
        rig.fireDeadline()
        #expect(rig.supervisor.phase.run?.cut == .replaced)
        #expect(rig.supervisor.runKeeper.alerts.longRun.look == .distantFuture)
    }

    @Test("is told while a new schedule waits for it, though nothing comes due any more, and not when a stop bounds it")
    func stops() {
        var rig = runWithoutSlot()
        rig.send(.reschedule(grace: Rig.grace))
        #expect(records(&rig, until: at(1_700)) == [10, 60, 600].map { Record(at: $0, slots: 0) })
        rig.send(.stop(grace: .seconds(50_000)))
        #expect(records(&rig, until: at(9_000)) == [])
        #expect(rig.supervisor.runKeeper.alerts.longRun.deadline == .distantFuture)
    }

    @Test("is told by the wall clock as it is: a slot may come sooner, or come later and then be told no earlier")
    func wallClock() {
        var rig = Rig(.starting, definition(calendar("0 0 0 * * *")))
        rig.send(.report(.ready(.init(next: at(86_400)))))
        rig.send(.report(begin(run: 1, slot: nil)))
        rig.now = at(1_020)
        rig.send(.deadline)
        #expect(rig.effects == [])
        rig.setWallClock(by: .seconds(86_400))
        rig.send(.deadline)
        #expect(rig.effects == [.log(.stillRunning(run: 1, for: .seconds(20), slots: 1))])
        var early = self.rig(ScheduleClock.wall.schedule)
        early.now = at(1_006)
        early.setWallClock(by: .seconds(-3))
        early.send(.deadline)
        #expect(early.effects == [] && early.supervisor.deadline == at(1_010) as MonotonicInstant)
    }

    @Test("is told once when the daemon itself was held up, and not if its end lies in the pipe")
    func heldUp() {
        var rig = rig(ScheduleClock.monotonic.schedule)
        rig.now = at(1_300)
        var ended = rig
        rig.send(.deadline)
        #expect(rig.effects == [.log(.stillRunning(run: 1, for: .seconds(300), slots: 30))])
        #expect(rig.supervisor.deadline == at(1_600) as MonotonicInstant)
        ended.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(ended.effects.count == 1)
    }

    @Test("is heard of by the function that wants to know, once, with what it is")
    func hook() {
        var rig = runWithoutSlot { $0.hooks.onLong = .call(alert, after: .seconds(90)) }
        rig.fireDeadline()
        #expect(rig.now == at(1_010) && rig.effects == [])
        rig.fireDeadline()
        #expect(rig.now == at(1_090) as MonotonicInstant)
        let event = Value.Map([
            ("event", .string("long")), ("entry", .string("app:job")), ("run", .int(1)),
            ("for", .string("1m30s")),
        ])
        #expect(rig.effects == [.call(alert, [], event)])
        #expect(rig.supervisor.deadline == at(985 + 86_400) as MonotonicInstant)
    }

    @Test("is heard of with each run that is long, whatever bounds it, but not while it is a call")
    func eachRun() {
        var rig = rig(ScheduleClock.monotonic.schedule) { policy in
            policy.hooks.onLong = .call(alert, after: .milliseconds(2_500))
            (policy.overlap, policy.timeout, policy.killAfter) = (.replace, .seconds(1), .seconds(9))
        }
        rig.fireDeadline()
        #expect(rig.supervisor.phase.run?.cut == .timeout)
        rig.fireDeadline()
        #expect(rig.effects.count == 1 && rig.now == at(1_002) + .milliseconds(500))
        rig.send(.exited("signal 15 (SIGTERM)"))
        rig.send(.spawned)
        rig.send(.report(.ready(.init(next: Rig.next))))
        rig.now = at(1_005)
        rig.send(.report(begin(run: 2, slot: Rig.next)))
        #expect(rig.supervisor.runKeeper.alerts.longRun.deadline == at(1_007) + .milliseconds(500))
        var job = definition()
        job.policy.hooks.onLong = .call(alert, after: .seconds(2))
        var called = Rig(.idle, job)
        called.send(.call(event: "{}"))
        called.send(.report(.begin(.init(run: 1, slot: nil, next: Rig.next, lateness: .zero, call: 1))))
        #expect(called.supervisor.deadline == at(1_010) as MonotonicInstant)
    }
}
