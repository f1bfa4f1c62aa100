import Clocks
import Model
import TestSupport
import Testing
import Turns
import Wire

@testable import Supervision

@Suite("A run with a time-out")
struct TimeoutTests {
    private func rig(_ stage: Stage, _ clock: ScheduleClock = .monotonic, timeout: Int64 = 3) -> Rig {
        var job = definition(clock.schedule)
        job.policy.timeout = .seconds(timeout)
        job.policy.killAfter = .seconds(2)
        return Rig(stage, job)
    }

    @Test("is ended with its worker, by SIGTERM and then by SIGKILL, and named as long as it does not go")
    func escalation() {
        for clock in ScheduleClock.both {
            var rig = rig(.running, clock)
            rig.fireDeadline()
            #expect(rig.now == at(1_003) as MonotonicInstant)
            #expect(rig.effects == [.logStacks, .log(.terminated), .terminate])
            rig.fireDeadline()
            #expect(rig.now == at(1_005) as MonotonicInstant)
            #expect(rig.effects == [.log(.killed), .kill])
            rig.fireDeadline()
            #expect(rig.effects == [.log(.unkillable)])
            rig.send(.exited("signal 9 (SIGKILL)"))
            #expect(rig.effects.first == .book(Rig.lateRun, .timeout, "no end within 3s", after: .seconds(10)))
            #expect(rig.supervisor.books[.timeout] == 1)
        }
    }

    @Test("is followed by a fresh worker at once, and is no failure of the job's")
    func succession() {
        var rig = rig(.running)
        rig.fireDeadline()
        rig.send(.exited("signal 15 (SIGTERM)"))
        #expect(rig.supervisor.phase == .waiting(until: rig.now, .succession))
        #expect(rig.supervisor.failures == 0)
        rig.fireDeadline()
        #expect(rig.effects == [.spawn])
        rig.send(.spawned)
        rig.send(.report(.ready(.init(next: Rig.next))))
        rig.now = at(1_005)
        rig.send(.report(begin(run: 2, slot: Rig.next)))
        #expect(
            rig.supervisor.phase == .running(.init(number: 2, slot: Rig.next, began: at(1_005), timeout: at(1_008))))
    }

    @Test("that ended before has its outcome")
    func inTime() {
        var rig = rig(.running)
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(rig.supervisor.books[.ok] == 1)
        #expect(rig.supervisor.deadline == at(1_010) as MonotonicInstant)
    }

    @Test("may be followed by another that its worker begins before it goes, which is cancelled")
    func raced() {
        var rig = rig(.running)
        rig.fireDeadline()
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(rig.supervisor.books[.timeout] == 1)
        rig.now = at(1_005)
        rig.send(.report(begin(run: 2, slot: Rig.next)))
        rig.send(.exited("signal 15 (SIGTERM)"))
        #expect(rig.supervisor.books[.cancelled] == 1)
        #expect(rig.supervisor.phase == .waiting(until: at(1_005), .succession))
    }

    @Test("has it at a stop too, if the grace is longer")
    func stopping() {
        for (grace, outcome) in [(60, Outcome.timeout), (1, .cancelled)] as [(Int64, Outcome)] {
            var rig = rig(.running)
            rig.send(.stop(grace: .seconds(grace)))
            #expect(rig.supervisor.deadline == (at(1_000 + min(grace, 3)) as MonotonicInstant))
            rig.fireDeadline()
            #expect(rig.effects == [.log(.terminated), .terminate])
            rig.send(.exited("signal 15 (SIGTERM)"))
            #expect(rig.supervisor.books[outcome] == 1, "grace \(grace) s")
            #expect(rig.supervisor.phase == .stopped)
        }
    }

    @Test("has it at a stop too, if it begins behind that")
    func beginsInStop() {
        var rig = rig(.draining)
        rig.send(.report(begin(run: 1, slot: Rig.slot)))
        #expect(rig.supervisor.deadline == at(1_003) as MonotonicInstant)
    }

    @Test("that is being ended has no more than the grace when the job is to stop")
    func stopIsShorter() {
        var rig = rig(.running)
        rig.fireDeadline()
        rig.send(.stop(grace: .seconds(1)))
        rig.fireDeadline()
        #expect(rig.now == at(1_004) as MonotonicInstant)
        #expect(rig.effects == [.log(.killed), .kill])
    }

    @Test("that is being ended when the job is to stop keeps its outcome")
    func stopAfterwards() {
        var rig = rig(.running)
        rig.fireDeadline()
        rig.send(.stop(grace: .seconds(60)))
        #expect(rig.supervisor.deadline == at(1_005) as MonotonicInstant)
        rig.send(.hurry)
        #expect(rig.effects == [.log(.killed), .kill])
        rig.send(.exited("signal 9 (SIGKILL)"))
        #expect(rig.supervisor.books[.timeout] == 1 && rig.supervisor.books.total == 1)
        #expect(rig.supervisor.phase == .stopped)
    }
}

@Suite("A run that the next slot replaces")
struct ReplaceTests {
    private func rig(_ stage: Stage, _ clock: ScheduleClock, timeout: Nanoseconds? = nil) -> Rig {
        var job = definition(clock.schedule)
        job.policy.overlap = .replace
        job.policy.timeout = timeout
        return Rig(stage, job)
    }

    @Test("is cancelled when that comes due, and the fresh worker runs the slot late", arguments: ScheduleClock.both)
    func replaced(clock: ScheduleClock) {
        var rig = rig(.running, clock)
        rig.fireDeadline()
        #expect(rig.now == at(1_005) as MonotonicInstant)
        #expect(rig.effects == [.log(.terminated), .terminate])
        rig.send(.exited("signal 15 (SIGTERM)"))
        #expect(rig.supervisor.books[.cancelled] == 1)
        rig.fireDeadline()
        // Nothing is missed: the slot that is due stays open.
        #expect(rig.effects == [.spawn])
        rig.send(.spawned)
        rig.send(.report(.ready(.init(next: Rig.next))))
        rig.send(.report(begin(run: 2, slot: Rig.next)))
        #expect(rig.supervisor.phase.run?.slot == Rig.next)
        #expect(rig.supervisor.deadline == at(1_015) as MonotonicInstant)
    }

    @Test("waits longer if the wall clock is set back meanwhile")
    func setBack() {
        var rig = rig(.running, .wall)
        // Nobody has told yet.
        rig.wallLead = .seconds(-30)
        rig.fireDeadline()
        #expect(rig.effects == [])
        #expect(rig.supervisor.phase.run?.cut == nil)
        #expect(rig.supervisor.deadline == at(1_035) as MonotonicInstant)
        rig.setWallClock(by: .seconds(-30))
        #expect(rig.supervisor.deadline == at(1_065) as MonotonicInstant)
        rig.fireDeadline()
        #expect(rig.supervisor.phase.run?.cut == .replaced)
    }

    @Test("is over at once if the wall clock is set to behind that")
    func setForward() {
        var rig = rig(.running, .wall)
        rig.setWallClock(by: .seconds(3_600))
        #expect(rig.supervisor.deadline <= rig.now)
        rig.send(.deadline)
        #expect(rig.supervisor.phase.run?.cut == .replaced)
    }

    @Test("may reach its time-out before", arguments: ScheduleClock.both)
    func timeout(clock: ScheduleClock) {
        var rig = rig(.running, clock, timeout: .seconds(2))
        rig.fireDeadline()
        rig.send(.exited("signal 15 (SIGTERM)"))
        #expect(rig.supervisor.books[.timeout] == 1)
    }
}
