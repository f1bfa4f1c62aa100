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

@Suite("A wall clock that is set back, for a job with fixed times")
struct ClockSetBackTests {
    // MARK: F48

    @Test("makes no slot come twice")
    func noSlotTwice() {
        for slot in [Rig.slot, Rig.slot + Nanoseconds(-twoHours.count), at(985)] {
            var rig = Rig.served(ScheduleClock.fixedTimes)
            rig.setWallClock(by: Nanoseconds(-twoHours.count))
            rig.send(.report(begin(run: 2, slot: slot)))
            let refusal = Effect.log(.violation("'begin' for slot \(slot.nanoseconds), which is not due"))
            #expect(rig.effects == [refusal, .kill])
            #expect(rig.counts == [.ok: 1])
        }
    }

    @Test("leaves the next slot where it was, two hours further off")
    func nextSlot() {
        var rig = Rig.served(ScheduleClock.fixedTimes)
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
        var rig = Rig.served(ScheduleClock.fixedTimes)
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

    @Test("by more than three hours was wrong before, and is followed", arguments: [false, true])
    func corrected(isFurther: Bool) {
        var rig = Rig.served(ScheduleClock.fixedTimes)
        let limit = Nanoseconds(-SetClock.longestStep.count - (isFurther ? 1 : 0))
        rig.setWallClock(by: rig.supervisor.books.accounted - rig.moment.on(.wall) + limit)
        #expect(rig.effects == (isFurther ? [.log(.clockFollowed(until: Rig.slot)), .closeControl] : []))
        #expect(rig.supervisor.waitsForClock(at: rig.moment) == (isFurther ? nil : Rig.slot))
    }

    @Test("while the worker waits for its slot makes nothing overdue, until it is")
    func overdue() {
        var rig = Rig.served(ScheduleClock.fixedTimes)
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
        var rig = Rig.served(ScheduleClock.fixedTimes)
        rig.send(.exited("exit 1"))
        rig.setWallClock(by: Nanoseconds(-twoHours.count))
        rig.fireDeadline()
        #expect(rig.effects == [.spawn])
        #expect(rig.supervisor.books.accounted == Rig.slot)
        #expect(rig.counts == [.ok: 1])
    }

    @Test("during a run leaves it its slot")
    func inRun() {
        var rig = Rig(.running, definition(ScheduleClock.fixedTimes))
        rig.setWallClock(by: Nanoseconds(-twoHours.count))
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(rig.counts == [.ok: 1])
        #expect(rig.vigil?.slot == Rig.next)
        rig.send(.stop(grace: .seconds(1)))
        rig.send(.exited("exit 0"))
        #expect(rig.effects == [.log(.stopped)])
        #expect(rig.counts == [.ok: 1])
    }

    @Test("just before the worker's report came does not make the report a lie")
    func lateReport() {
        var rig = Rig.served(ScheduleClock.fixedTimes)
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

@Suite("A wall clock that is set back, for a job whose slots come by elapsed time")
struct ClockFollowedTests {
    // MARK: F48

    /// Its books are ahead of the clock by two hours.
    private func followed(_ stage: Stage = .idle, by step: Nanoseconds = Nanoseconds(-twoHours.count)) -> Rig {
        var rig = stage == .idle ? Rig.served() : Rig(stage, .wall)
        rig.setWallClock(by: step)
        return rig
    }

    @Test("is followed: the worker makes way for one that goes by it, and that is no failure")
    func worker() {
        var rig = followed()
        #expect(rig.effects == [.log(.clockFollowed(until: Rig.slot)), .closeControl])
        rig.send(.exited("exit 0"))
        #expect(rig.effects == [])
        rig.fireDeadline()
        #expect(rig.effects == [.spawn] && rig.now == at(1_000) && rig.supervisor.failures == 0)
        let start = rig.moment.on(.wall)
        #expect(rig.supervisor.books.timetable.start == start && rig.supervisor.workerAccounted == start)
        #expect(rig.counts == [.ok: 1] && rig.supervisor.runs == 1)
    }

    @Test("shows slots a second time, which are runs with numbers of their own and the reason clock")
    func secondTime() {
        var rig = followed()
        rig.send(.exited("exit 0"))
        rig.fireDeadline()
        rig.send(.spawned)
        rig.send(.report(.ready(.init(next: Rig.slot + Nanoseconds(-twoHours.count)))))
        for (run, slot) in [(2, Rig.slot), (3, Rig.next)] {
            rig.now = slot == Rig.slot ? at(1_000) + twoHours : at(1_006) + twoHours
            rig.send(.report(begin(run: Int64(run), slot: slot)))
            rig.send(.report(end(run: Int64(run), slot: slot)))
            guard case .book(let booking)? = rig.effects.first else { return #expect(Bool(false)) }
            #expect(booking.reason == (slot == Rig.slot ? .clock : nil) && booking.count == 1)
        }
        #expect(rig.counts[.ok] == 3)
    }

    @Test("by a minute is waited for")
    func minute() {
        for (step, isFollowed) in [(-65_000, false), (-65_001, true)] {
            let rig = followed(by: .milliseconds(Int64(step)))
            #expect(rig.effects.contains(.closeControl) == isFollowed)
            #expect(rig.supervisor.waitsForClock(at: rig.moment) == (isFollowed ? nil : Rig.slot))
        }
    }

    @Test("is followed after the run that is going, which has its slot, and not if it was set forward again")
    func inRun() {
        var rig = followed(.running)
        #expect(rig.effects == [])
        var again = rig
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(rig.effects.suffix(2) == [.log(.clockFollowed(until: Rig.slot)), .closeControl])
        #expect(rig.counts == [.ok: 1])
        again.setWallClock(by: twoHours)
        again.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(!again.effects.contains(.closeControl) && again.vigil?.slot == Rig.next)
    }

    @Test("is followed without a worker, and once")
    func noWorker() {
        var rig = Rig.served()
        rig.send(.exited("exit 1"))
        rig.setWallClock(by: Nanoseconds(-twoHours.count))
        #expect(rig.effects == [.log(.clockFollowed(until: Rig.slot))])
        rig.send(.clockWasSet)
        #expect(rig.effects == [])
        rig.fireDeadline()
        #expect(rig.effects == [.spawn])
    }

    @Test("gives up the attempts at a slot that it had shown")
    func attempts() {
        var job = definition(ScheduleClock.wall.schedule)
        job.policy.retry = RunPolicy.Retry()
        var rig = Rig(.running, job)
        rig.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        rig.setWallClock(by: Nanoseconds(-twoHours.count))
        guard case .book(let booking)? = rig.effects.first else { return #expect(Bool(false)) }
        #expect(booking.isGivenUp && booking.reason == .clock)
        #expect(rig.counts == [.failed: 1])
    }

    @Test("lets a run that has just begun go on to its end")
    func crossing() {
        var rig = followed()
        rig.setWallClock(by: twoHours)
        rig.now = at(1_005)
        rig.send(.report(begin(run: 2, slot: Rig.next)))
        #expect(rig.supervisor.phase.deadline == .distantFuture)
        rig.send(.report(end(run: 2, slot: Rig.next)))
        #expect(rig.supervisor.deadline == at(1_015))
        rig.send(.exited("exit 0"))
        #expect(rig.supervisor.failures == 0 && rig.counts[.ok] == 2)
    }

    @Test("makes no job that has no slots run again")
    func noSlots() {
        var rig = Rig(.running, definition(Schedule(.none, text: Schedule.bootText)))
        rig.send(.report(end(run: 1, slot: nil, next: .distantFuture)))
        rig.setWallClock(by: .seconds(-1_000_000))
        #expect(rig.effects == [])
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
        #expect(rig.effects == [.book((at(1_005), Self.late), 8_640, .missed, .stop), .log(.stopped)])
    }

    @Test("and back again has each slot once, for a job with fixed times")
    func forthAndBack() {
        let late = Rig.slot + twoHours
        var rig = Rig.served(ScheduleClock.fixedTimes)
        rig.setWallClock(by: twoHours)
        rig.send(.report(begin(run: 2, slot: late)))
        rig.send(.report(end(run: 2, slot: late)))
        rig.setWallClock(by: Nanoseconds(-twoHours.count))
        rig.send(.report(begin(run: 3, slot: Rig.next)))
        #expect(rig.effects.last == .kill)
        #expect(rig.counts == [.ok: 2, .missed: 719])
    }
}
