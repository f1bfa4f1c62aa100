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

extension Rig {
    /// Served its first slot and waits for the one at 1,005 s.
    fileprivate static func served(_ schedule: Schedule = ScheduleClock.wall.schedule) -> Rig {
        var rig = Rig(.idle, definition(schedule))
        rig.send(.report(begin(run: 1, slot: Rig.slot)))
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        return rig
    }

    fileprivate var vigil: Phase.Vigil? {
        guard case .idle(let vigil) = supervisor.phase else { return nil }
        return vigil
    }

    fileprivate var counts: [Outcome: Int64] {
        let pairs = Outcome.allCases.map { ($0, supervisor.books[$0]) }
        return Dictionary(uniqueKeysWithValues: pairs.filter { $0.1 > 0 })
    }
}

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

@Suite("A job that begins at a moment of its own")
struct StartMomentTests {
    private func rig(_ clock: ScheduleClock) -> Rig {
        var schedule = clock.schedule
        schedule.startsAt = WallInstant(seconds: 5_000)
        return Rig(.firstStart, definition(schedule))
    }

    @Test("has no worker before it", arguments: ScheduleClock.both)
    func waits(clock: ScheduleClock) {
        var rig = rig(clock)
        rig.fireDeadline()
        #expect(rig.now == at(1_000))
        #expect(rig.effects == [])
        #expect(rig.supervisor.phase == .waiting(until: at(5_000), .firstStart))
        rig.fireDeadline()
        #expect(rig.effects == [.spawn])
        rig.send(.spawned)
        // A slot of a calendar at that very moment is one.
        let lead = clock == .wall ? Nanoseconds(-1) : .zero
        #expect(rig.supervisor.books.timetable.start == at(5_000) + lead)
    }

    @Test("looks again when the clock was set", arguments: ScheduleClock.both)
    func clockSet(clock: ScheduleClock) {
        var rig = rig(clock)
        rig.fireDeadline()
        // Not far enough: it waits for what is left.
        rig.setWallClock(by: .seconds(1_000))
        #expect(rig.supervisor.deadline == at(1_000))
        rig.fireDeadline()
        #expect(rig.effects == [])
        #expect(rig.supervisor.deadline == at(4_000))
        // Back: it waits for longer.
        rig.setWallClock(by: .seconds(-3_000))
        rig.fireDeadline()
        #expect(rig.effects == [])
        #expect(rig.supervisor.deadline == at(7_000))
        rig.setWallClock(by: .seconds(100_000))
        rig.fireDeadline()
        #expect(rig.now == at(1_000))
        #expect(rig.effects == [.spawn])
    }

    @Test("waits again if it could not begin and the clock was set back, and looks again when it is set forward")
    func shortage() {
        var rig = rig(.wall)
        rig.wallLead = .seconds(4_000)
        rig.fireDeadline()
        #expect(rig.effects == [.spawn])
        rig.send(.spawnDeferred(until: at(1_001)))
        rig.setWallClock(by: .seconds(-4_000))
        rig.fireDeadline()
        #expect(rig.effects == [])
        #expect(rig.supervisor.deadline == at(5_000))
        rig.setWallClock(by: .seconds(5_000))
        rig.fireDeadline()
        #expect(rig.effects == [.spawn])
        #expect(rig.now == at(1_001))
    }

    @Test("does not mind it any more once it has begun", arguments: ScheduleClock.both)
    func begun(clock: ScheduleClock) {
        var rig = rig(clock)
        rig.wallLead = .seconds(4_000)
        rig.fireDeadline()
        rig.send(.spawned)
        rig.send(.exited("exit 1"))
        rig.setWallClock(by: .seconds(-4_000))
        #expect(rig.supervisor.phase == .waiting(until: at(1_001), .backoff))
        rig.fireDeadline()
        #expect(rig.effects == [.spawn])
    }

    @Test("or at once if that is past", arguments: ScheduleClock.both)
    func past(clock: ScheduleClock) {
        var rig = rig(clock)
        rig.now = at(6_000)
        rig.send(.deadline)
        #expect(rig.effects == [.spawn])
        rig.send(.spawned)
        #expect(rig.supervisor.books.timetable.start == rig.moment.on(clock))
    }

    @Test("and is stopped before it ends without a slot", arguments: ScheduleClock.both)
    func stop(clock: ScheduleClock) {
        var rig = rig(clock)
        rig.fireDeadline()
        rig.send(.stop(grace: .seconds(1)))
        #expect(rig.effects == [.log(.stopped(byItself: true))])
        #expect(rig.supervisor.books.total == 0)
    }

    @Test("is told of a clock that was set at any stage, and minds it at none but the first", arguments: Stage.allCases)
    func otherStages(stage: Stage) {
        for clock in ScheduleClock.both {
            var rig = Rig(stage, clock)
            rig.setWallClock(by: day)
            #expect(rig.supervisor.phase == stage.phase, "\(clock)")
        }
    }
}

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
    private let job = definition(Schedule(.none, text: Schedule.startOnlyText))

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
        #expect(rig.effects == [.log(.stopped(byItself: true))])
    }
}
