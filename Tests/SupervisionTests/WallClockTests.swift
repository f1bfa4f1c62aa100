import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Wire

@testable import Supervision

private let twoHours = Nanoseconds.seconds(7_200)
private let day = Nanoseconds.seconds(86_400)

@Suite("A wall clock that is set back")
struct ClockSetBackTests {
    // MARK: F48

    @Test("makes no slot come twice")
    func noSlotTwice() {
        for slot in [Rig.slot, Rig.slot + Nanoseconds(-twoHours.count), at(985)] {
            var rig = Rig.served()
            rig.setWallClock(by: Nanoseconds(-twoHours.count))
            rig.send(.report(begin(run: 2, slot: slot)))
            let refusal = Effect.log(.violation("'begin' for slot \(slot.nanoseconds), which is not due"))
            #expect(rig.effects == [refusal, .kill])
            #expect(rig.counts == [.ok: 1])
        }
    }

    @Test("leaves the next slot where it was, two hours further off")
    func nextSlot() {
        var rig = Rig.served()
        rig.setWallClock(by: Nanoseconds(-twoHours.count))
        // The watch was set by the clock as it was.
        rig.fireDeadline()
        #expect(rig.now == at(1_010))
        #expect(rig.effects == [.ping(token: 1)])
        rig.send(.report(.pong(token: 1)))
        #expect(rig.effects == [])
        let next: MonotonicInstant = at(1_005) + twoHours
        let vigil = Phase.Vigil(slot: Rig.next, next: next, deadline: next + WorkerLife.overdueGrace)
        #expect(rig.supervisor.phase == .idle(vigil))
        rig.now = next
        rig.send(.report(begin(run: 2, slot: Rig.next)))
        rig.send(.report(end(run: 2, slot: Rig.next)))
        #expect(rig.counts == [.ok: 2])
    }

    @Test("does not make the worker be asked about slots that it has run")
    func noQuestions() {
        var rig = Rig.served()
        rig.setWallClock(by: Nanoseconds(-twoHours.count))
        rig.fireDeadline()
        rig.send(.report(.pong(token: 1)))
        #expect(rig.vigil?.slot == Rig.next)
        // The same by what a new worker says.
        rig.send(.exited("exit 1"))
        rig.fireDeadline()
        rig.send(.spawned)
        rig.send(.report(.ready(.init(next: Rig.next))))
        #expect(rig.vigil?.slot == Rig.next)
        #expect(rig.supervisor.deadline == at(1_010) + twoHours)
    }

    @Test("by more than three hours was wrong before, and the job is ahead of it", arguments: [false, true])
    func corrected(isFurther: Bool) {
        var rig = Rig.served()
        let limit = Nanoseconds(-JobSupervisor.longestStepBack.count)
        rig.setWallClock(by: rig.supervisor.books.accounted - rig.moment.on(.wall) + limit)
        #expect(!rig.supervisor.isAhead(of: rig.moment))
        if isFurther { rig.setWallClock(by: Nanoseconds(-1)) }
        #expect(rig.supervisor.isAhead(of: rig.moment) == isFurther)
        let interval = JobSupervisor(definition(), start: rig.moment, seed: 1)
        #expect(!interval.isAhead(of: rig.moment))
    }

    @Test("brings no job back that was told to stop")
    func stopping() {
        var rig = Rig.served()
        rig.setWallClock(by: Nanoseconds(-2 * JobSupervisor.longestStepBack.count))
        #expect(rig.supervisor.isAhead(of: rig.moment))
        rig.send(.stop(grace: .seconds(10)))
        #expect(!rig.supervisor.isAhead(of: rig.moment))
    }

    @Test("while the worker waits for its slot makes nothing overdue, until it is")
    func overdue() {
        var rig = Rig.served()
        rig.setWallClock(by: Nanoseconds(-twoHours.count))
        rig.fireDeadline()
        rig.send(.report(.pong(token: 1)))
        rig.fireDeadline()
        #expect(rig.effects == [.ping(token: 2)])
        rig.send(.report(.pong(token: 2)))
        #expect(rig.effects == [.log(.overdue(by: .seconds(5)))])
    }

    @Test("while the worker is away loses no slot and gives none back")
    func noWorker() {
        var rig = Rig.served()
        rig.send(.exited("exit 1"))
        rig.setWallClock(by: Nanoseconds(-twoHours.count))
        rig.fireDeadline()
        #expect(rig.effects == [.spawn])
        #expect(rig.supervisor.books.accounted == Rig.slot)
        #expect(rig.counts == [.ok: 1])
    }

    @Test("during a run leaves it its slot")
    func inRun() {
        var rig = Rig(.running, .wall)
        rig.setWallClock(by: Nanoseconds(-twoHours.count))
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(rig.counts == [.ok: 1])
        #expect(rig.vigil?.slot == Rig.next)
        rig.send(.stop(grace: .seconds(1)))
        rig.send(.exited("exit 0"))
        #expect(rig.effects == [.log(.stopped(byItself: true))])
        #expect(rig.counts == [.ok: 1])
    }

    @Test("just before the worker's report came does not make the report a lie")
    func lateReport() {
        var rig = Rig.served()
        rig.now = at(1_005)
        rig.setWallClock(by: Nanoseconds(-twoHours.count))
        rig.send(.report(begin(run: 2, slot: Rig.next)))
        #expect(rig.supervisor.phase == .running(.init(number: 2, slot: Rig.next, began: rig.moment)))
    }

    @Test("matters to no job that goes by an interval")
    func interval() {
        var rig = Rig.served(ScheduleClock.monotonic.schedule)
        let before = rig.supervisor.phase
        rig.setWallClock(by: Nanoseconds(-twoHours.count))
        #expect(rig.supervisor.phase == before)
        rig.now = at(1_005)
        rig.send(.report(begin(run: 2, slot: Rig.next)))
        #expect(rig.supervisor.phase == .running(.init(number: 2, slot: Rig.next, began: rig.moment)))
    }
}

@Suite("A wall clock that is set forward")
struct ClockSetForwardTests {
    /// The last slot that is due once the clock is a day ahead, at 1,000 s.
    private static let late = Rig.slot + day

    @Test("leaves one late slot of a day's, and misses the others")
    func oneLateSlot() {
        var rig = Rig.served()
        rig.setWallClock(by: day)
        rig.send(.report(begin(run: 2, slot: Self.late)))
        #expect(rig.effects == [.book((at(1_005), Self.late + .seconds(-10)), 8_639)])
        rig.send(.report(end(run: 2, slot: Self.late, next: Rig.next + day)))
        #expect(rig.counts == [.ok: 2, .missed: 8_639])
        #expect(rig.vigil?.slot == Rig.next + day)
        #expect(rig.vigil?.next == at(1_005))
    }

    @Test("while there is no worker misses all but the last slot that is due")
    func noWorker() {
        var rig = Rig.served()
        rig.send(.exited("exit 1"))
        rig.setWallClock(by: day)
        // At 1,001 s.
        rig.fireDeadline()
        #expect(rig.effects == [.book((at(1_005), Self.late + .seconds(-10)), 8_639), .spawn])
        #expect(rig.supervisor.books.accounted < Self.late)
        #expect(rig.supervisor.books.isOpen(Self.late, at: rig.moment.on(.wall)))
    }

    @Test("before a stop misses every slot up to the stop")
    func stop() {
        var rig = Rig.served()
        rig.setWallClock(by: day)
        rig.send(.stop(grace: .seconds(1)))
        rig.send(.exited("exit 0"))
        #expect(rig.effects == [.book((at(1_005), Self.late), 8_640, .missed, .stop), .log(.stopped(byItself: true))])
    }

    @Test("and back again has each slot once")
    func forthAndBack() {
        var rig = Rig.served()
        rig.setWallClock(by: day)
        rig.send(.report(begin(run: 2, slot: Self.late)))
        rig.send(.report(end(run: 2, slot: Self.late)))
        rig.setWallClock(by: Nanoseconds(-day.count))
        rig.send(.report(begin(run: 3, slot: Rig.next)))
        #expect(rig.effects.last == .kill)
        #expect(rig.counts == [.ok: 2, .missed: 8_639])
    }
}
