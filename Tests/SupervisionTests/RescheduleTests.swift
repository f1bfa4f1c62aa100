import Clocks
import Model
import TestSupport
import Testing
import Turns

@testable import Supervision

@Suite("A change of the schedule alone")
struct RescheduleTests {
    private static let grace = Nanoseconds.seconds(2)

    /// `reschedule` at this stage, of a job with these limits.
    private func rig(
        _ stage: Stage, _ clock: ScheduleClock = .monotonic, timeout: Int64? = nil, overlap: RunPolicy.Overlap = .skip
    ) -> Rig {
        var job = definition(clock.schedule)
        job.policy.timeout = timeout.map { .seconds($0) }
        job.policy.overlap = overlap
        var rig = Rig(stage, job)
        rig.send(.reschedule(grace: Self.grace))
        return rig
    }

    @Test("is a stop for which no run is ended, and one that was asked for before stays as it is")
    func row() {
        var changes = SupervisionTests.row([.starting, .idle, .asked]) { _ in
            Cell(.stopping(.draining, until: at(1_002), nil, sparing: Self.grace), [.closeControl])
        }
        changes[.running] = Cell(
            .stopping(.draining, until: .distantFuture, Rig.run, sparing: Self.grace), [.closeControl])
        for stage in [Stage.condemned, .condemnedInRun] {
            changes[stage] = Cell(.stopping(.killed, until: at(1_005), stage.phase.run))
        }
        // Their run is over already.
        changes[.overtime] = Cell(.stopping(.terminated, until: at(1_002), Rig.lateRun))
        changes[.overtimeKilled] = Cell(.stopping(.killed, until: at(1_005), Rig.lateRun))
        for stage in [Stage.backoff, .shortage, .previousWorker, .failed] {
            changes[stage] = Cell(.stopped, [.book((Rig.slot, Rig.slot), 1), .log(.stopped)])
        }
        changes[.firstStart] = Cell(.stopped, [.log(.stopped)])
        expectRow(.reschedule(grace: Self.grace), changes)
    }

    @Test("gives the worker its grace from the end of the run on", arguments: ScheduleClock.both)
    func graceAfterRun(clock: ScheduleClock) {
        var rig = rig(.running, clock)
        rig.now = at(5_000)
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(rig.supervisor.books[.ok] == 1)
        #expect(rig.supervisor.phase == .stopping(.draining, until: at(5_002), nil, sparing: Self.grace))
        rig.fireDeadline()
        #expect(rig.effects == [.log(.terminated), .terminate])
    }

    @Test("lets a run finish that its worker began before it knew", arguments: ScheduleClock.both)
    func beginsMeanwhile(clock: ScheduleClock) {
        var rig = rig(.idle, clock)
        rig.send(.report(begin(run: 1, slot: Rig.slot)))
        let spared = Phase.stopping(.draining, until: .distantFuture, Rig.run, sparing: Self.grace)
        #expect(rig.supervisor.phase == spared)
    }

    @Test("leaves a run its time-out")
    func timeout() {
        for stage in [Stage.running, .idle] {
            var rig = rig(stage, timeout: 60)
            if stage == .idle { rig.send(.report(begin(run: 1, slot: Rig.slot))) }
            rig.fireDeadline()
            #expect(rig.effects == [.log(.stillRunning(run: 1, for: .seconds(10), slots: 0))])
            rig.fireDeadline()
            #expect(rig.now == at(1_060) as MonotonicInstant)
            #expect(rig.effects == [.log(.terminated), .terminate])
            rig.send(.exited("signal 15 (SIGTERM)"))
            #expect(rig.supervisor.books[.timeout] == 1)
            #expect(rig.supervisor.phase == .stopped)
        }
    }

    @Test(
        "leaves a run that the next slot replaces until that slot, by its old schedule", arguments: ScheduleClock.both)
    func replaced(clock: ScheduleClock) {
        var rig = rig(.running, clock, overlap: .replace)
        rig.fireDeadline()
        #expect(rig.now == at(1_005) as MonotonicInstant)
        #expect(rig.effects == [.log(.terminated), .terminate])
        rig.send(.exited("signal 15 (SIGTERM)"))
        let cut = Effect.book(Rig.run, .cancelled, "the next slot is due", .overlap, after: .seconds(5))
        #expect(rig.effects.first == cut)
        #expect(rig.supervisor.phase == .stopped)
    }

    @Test("leaves it longer if the wall clock is set back meanwhile")
    func setBack() {
        var rig = rig(.running, .wall, overlap: .replace)
        rig.setWallClock(by: .seconds(-30))
        #expect(rig.supervisor.deadline == at(1_035) as MonotonicInstant)
    }

    @Test("is no promise: a stop that comes later has its own grace")
    func stopped() {
        for clock in ScheduleClock.both {
            var rig = rig(.running, clock)
            rig.now = at(2_000)
            rig.send(.stop(grace: .seconds(3)))
            #expect(rig.supervisor.phase == .stopping(.draining, until: at(2_003), Rig.run))
            #expect(rig.effects == [])
            rig.fireDeadline()
            #expect(rig.effects == [.log(.terminated), .terminate])
            rig.send(.exited("signal 15 (SIGTERM)"))
            #expect(rig.supervisor.books[.cancelled] == 1)
        }
    }

    @Test("that is followed by a stop has no other grace when its run is over")
    func stoppedBeforeTheEnd() {
        var rig = rig(.running)
        rig.send(.stop(grace: .seconds(3)))
        rig.now = at(1_001)
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(rig.supervisor.phase == .stopping(.draining, until: at(1_003), nil))
    }

    @Test("gives way to somebody who has lost patience")
    func hurry() {
        var rig = rig(.running)
        rig.send(.hurry)
        #expect(rig.supervisor.phase == .stopping(.terminated, until: at(1_001), Rig.run, sparing: Self.grace))
    }
}
