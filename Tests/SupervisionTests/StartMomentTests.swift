import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Wire

@testable import Supervision

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
        #expect(rig.effects == [.log(.stopped)])
        #expect(rig.supervisor.books.total == 0)
    }

    @Test("is told of a clock that was set at any stage, and minds it at none but the first", arguments: Stage.allCases)
    func otherStages(stage: Stage) {
        for clock in ScheduleClock.both {
            var rig = Rig(stage, clock)
            rig.setWallClock(by: .seconds(86_400))
            #expect(rig.supervisor.phase == stage.phase, "\(clock)")
        }
    }
}
