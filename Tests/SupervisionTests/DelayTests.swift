import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Wire

@testable import Supervision

@Suite("A run that may begin later than its slot")
struct DelayTests {
    private func rig(_ clock: ScheduleClock, jitter: Nanoseconds, splay: Nanoseconds) -> Rig {
        var schedule = clock.schedule
        (schedule.jitter, schedule.splay) = (jitter, splay)
        return .served(schedule)
    }

    @Test("is waited for as long", arguments: ScheduleClock.both)
    func vigil(clock: ScheduleClock) {
        for (jitter, splay, delay) in [(3, 0, 3), (0, 2, 2), (3, 2, 5)] as [(Int64, Int64, Int64)] {
            var rig = rig(clock, jitter: .seconds(jitter), splay: .seconds(splay))
            #expect(rig.vigil?.slot == Rig.next)
            #expect(rig.vigil?.next == at(1_005 + delay))
            #expect(rig.supervisor.deadline == at(1_010 + delay))
            rig.fireDeadline()
            rig.send(.report(.pong(token: 1)))
            #expect(rig.effects == [.log(.overdue(by: .seconds(5)))])
        }
    }

    @Test("is not overdue by a clock that was set back while it waited")
    func setBack() {
        var rig = rig(.wall, jitter: .seconds(9), splay: .zero)
        rig.now = at(1_006)
        rig.setWallClock(by: .seconds(-8))
        rig.fireDeadline()
        #expect(rig.now == at(1_019))
        // By the clock it is 1,011 s, and the worker may wait until 1,014 s.
        rig.send(.report(.pong(token: 1)))
        #expect(rig.effects == [])
        #expect(rig.supervisor.deadline == at(1_027))
        rig.fireDeadline()
        rig.send(.report(.pong(token: 2)))
        #expect(rig.effects == [.log(.overdue(by: .seconds(5)))])
    }

    @Test("has its own slot, however late it begins", arguments: ScheduleClock.both)
    func begins(clock: ScheduleClock) {
        var rig = rig(clock, jitter: .seconds(9), splay: .zero)
        rig.now = at(1_014)
        rig.send(.report(begin(run: 2, slot: Rig.next)))
        #expect(rig.effects == [])
        rig.send(.report(end(run: 2, slot: Rig.next)))
        #expect(rig.counts == [.ok: 2])
    }
}

@Suite("A job that has no slots")
struct NoSlotTests {
    private let job = definition(Schedule(.none, text: Schedule.bootText))

    private var rig: Rig {
        var rig = Rig(.starting, job)
        rig.send(.report(.ready(.init(next: .distantFuture))))
        return rig
    }

    @Test("is never asked whether it lives")
    func noVigil() {
        #expect(rig.supervisor.deadline == .distantFuture)
        #expect(rig.effects == [.log(.started)])
    }

    @Test("runs when it is asked to, and for no slot")
    func runs() {
        var rig = rig
        rig.send(.report(begin(run: 1, slot: nil)))
        rig.send(.report(end(run: 1, slot: nil, next: .distantFuture)))
        #expect(rig.supervisor.runs == 1)
        #expect(rig.supervisor.books.total == 0)
        #expect(rig.supervisor.deadline == .distantFuture)
        for slot in [Rig.slot, Rig.next, at(0), .distantFuture] as [SlotInstant] {
            var rig = rig
            rig.send(.report(begin(run: 2, slot: slot)))
            #expect(rig.effects.last == .kill)
        }
    }

    @Test("misses none, however long it takes to come back and to end")
    func none() {
        var rig = rig
        rig.send(.exited("exit 1"))
        rig.now = at(100_000)
        rig.send(.deadline)
        #expect(rig.effects == [.spawn])
        rig.send(.stop(grace: .seconds(1)))
        #expect(rig.effects == [.log(.stopped)])
    }
}
