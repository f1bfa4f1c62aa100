import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Wire

@testable import Supervision

@Suite("A job's stage")
struct StageTests {
    @Test("is reached by events alone", arguments: Stage.allCases, ScheduleClock.both)
    func reached(stage: Stage, clock: ScheduleClock) {
        let rig = Rig(stage, clock)
        #expect(rig.supervisor.phase == stage.phase)
        // A run is looked at when it has lasted 10 s.
        #expect(rig.supervisor.deadline == (stage == .running ? at(1_010) : stage.phase.deadline))
    }

    @Test("tells whether there is a worker, whether it serves its slots, and which run is running")
    func facts() {
        for stage in Stage.allCases {
            #expect(stage.phase.hasWorker == Stage.withWorker.contains(stage), "\(stage)")
            #expect(stage.phase.isServing == [.idle, .asked, .running].contains(stage), "\(stage)")
            let run = Stage.pastTimeout.contains(stage) ? Rig.lateRun : Rig.run
            #expect(stage.phase.run == (Stage.inRun.contains(stage) ? run : nil), "\(stage)")
        }
    }
}

@Suite("A worker that was asked for")
struct SpawnTests {
    @Test("has half a minute to say that it is ready")
    func spawned() {
        expectRow(.spawned, row(Stage.withoutWorker) { _ in Cell(.starting(deadline: at(1_030))) })
    }

    @Test("and may not start yet is asked for again at the moment that is named")
    func deferred() {
        let cell = Cell(.waiting(until: at(1_003), .shortage))
        expectRow(.spawnDeferred(until: at(1_003)), row(Stage.withoutWorker) { _ in cell })
    }

    @Test("and cannot be had counts as a failure of the job")
    func failed() {
        let first = Cell(
            .waiting(until: at(1_001), .backoff),
            [.log(.spawnFailed("gone")), .log(.retry(after: .seconds(1), failures: 1))])
        var changes = row(Stage.withoutWorker) { stage in
            let failures = stage == .failed ? 3 : 2
            let giveUp = Effect.log(.gaveUp(retryAfter: .seconds(300), failures: failures))
            return Cell(.failed(until: at(1_300)), [.log(.spawnFailed("gone")), giveUp])
        }
        changes[.firstStart] = first
        expectRow(.spawnFailed("gone", isShortage: false), changes)
    }

    @Test("and is short of something of the machine's is tried again in 0.5 to 5 s, which is no failure")
    func shortage() {
        for stage in Stage.allCases {
            var rig = Rig(stage)
            let failures = rig.supervisor.failures
            rig.send(.spawnFailed("too many", isShortage: true))
            #expect(rig.supervisor.failures == failures, "\(stage)")
            let isTaken = Stage.withoutWorker.contains(stage)
            #expect(rig.effects == (isTaken ? [.log(.shortage("too many"))] : []), "\(stage)")
            if isTaken { expectShortWait(rig, longest: 1) } else { #expect(rig.supervisor.phase == stage.phase) }
        }
    }

    private func expectShortWait(_ rig: Rig, longest: Double) {
        guard case .waiting(let until, .shortage) = rig.supervisor.phase else {
            Issue.record("\(rig.supervisor.phase)")
            return
        }
        #expect((0.5...longest).contains((until - rig.now).inSeconds))
    }

    @Test("and is short again and again waits up to 5 s, and says so once a minute")
    func longShortage() {
        var rig = Rig(.backoff)
        var loggedAt: [MonotonicInstant] = []
        for longest in [1.0, 2, 4] + Array(repeating: 5.0, count: 40) {
            rig.send(.spawnFailed("too many", isShortage: true))
            if !rig.effects.isEmpty { loggedAt.append(rig.now) }
            expectShortWait(rig, longest: longest)
            rig.now = rig.supervisor.deadline
        }
        #expect(loggedAt.count >= 2)
        #expect(zip(loggedAt, loggedAt.dropFirst()).allSatisfy { $1 - $0 >= WorkerStarts.shortageReminder })
    }

    @Test("begins the job's timetable the first time, and only then", arguments: ScheduleClock.both)
    func grid(clock: ScheduleClock) {
        var rig = Rig(.firstStart, clock)
        rig.now = at(1_002)
        rig.send(.spawned)
        #expect(rig.supervisor.books.timetable.start == at(1_002))
        rig.now = at(1_100)
        rig.send(.exited("exit 1"))
        rig.send(.spawned)
        #expect(rig.supervisor.books.timetable.start == at(1_002))
    }
}

@Suite("The exit of a worker")
struct ExitTests {
    private static let status = "exit 1"

    @Test("brings the next one after a delay, or ends the job if that was asked for")
    func exits() {
        let retry = Effect.log(.retry(after: .seconds(1), failures: 1))
        var changes = row([.starting, .idle, .asked, .condemned]) { _ in
            Cell(.waiting(until: at(1_001), .backoff), [.log(.exited(Self.status)), retry])
        }
        for stage in [Stage.running, .condemnedInRun] {
            let lost = Effect.book(Rig.run, .crashed, Self.status)
            changes[stage] = Cell(.waiting(until: at(1_001), .backoff), [.log(.exited(Self.status)), lost, retry])
        }
        for stage in Stage.pastTimeout {
            let lost = Effect.book(Rig.lateRun, .timeout, "no end within 3s")
            changes[stage] = Cell(.waiting(until: at(1_000), .succession), [lost])
        }
        changes.merge(stops()) { first, _ in first }
        expectRow(.exited(Self.status), changes)
    }

    private func stops() -> [Stage: Cell] {
        row([.draining, .drainingInRun, .terminated, .terminatedInRun, .killed, .killedInRun]) { stage in
            let isInRun = Stage.inRun.contains(stage)
            // The slot that came due has its outcome either way.
            let slot = (Rig.slot, Rig.slot)
            let loss = isInRun ? Effect.book(Rig.run, .cancelled, Self.status, .stop) : .book(slot, 1, .missed, .stop)
            return Cell(.stopped, [loss, .log(.stopped)])
        }
    }

    @Test("is forgiven if it was ready for long enough, and only then")
    func stability() {
        var rig = Rig(.idle)
        for (lifetime, failures) in [(10, 1), (9, 2), (10, 1), (100, 1)] as [(Int64, Int)] {
            rig.send(.exited(Self.status))
            rig.send(.spawned)
            rig.send(.report(.ready(.init(next: .distantFuture))))
            rig.now = rig.now + .seconds(lifetime)
            rig.send(.exited(Self.status))
            #expect(rig.supervisor.failures == failures, "ready for \(lifetime) s")
            rig = Rig(.idle)
        }
    }
}

@Suite("The deadline of a job")
struct DeadlineTests {
    @Test("does nothing before its time")
    func early() {
        for stage in Stage.allCases where stage.phase.deadline != .distantFuture {
            var rig = Rig(stage)
            rig.now = MonotonicInstant(nanoseconds: rig.supervisor.deadline.nanoseconds - 1)
            rig.send(.deadline)
            #expect(rig.supervisor.phase == stage.phase, "\(stage)")
            #expect(rig.effects == [], "\(stage)")
        }
    }

    @Test("never comes at the end, and while a run is running only to tell that it is")
    func never() {
        for stage in [Stage.running, .stopped] {
            var rig = Rig(stage)
            #expect(rig.supervisor.phase.deadline == .distantFuture)
            #expect(rig.supervisor.deadline == (stage == .running ? at(1_010) : .distantFuture))
            rig.now = .distantFuture
            rig.send(.deadline)
            #expect(rig.supervisor.phase == stage.phase, "\(stage)")
            #expect(rig.effects.count == (stage == .running ? 1 : 0), "\(stage)")
            #expect(rig.effects.allSatisfy { if case .log(.stillRunning) = $0 { true } else { false } }, "\(stage)")
        }
    }

    @Test(
        "asks for a worker where there is none, and gives up all slots but the last that is due",
        arguments: ScheduleClock.both)
    func spawn(clock: ScheduleClock) {
        let stages: [(Stage, Int64)] = [
            (.firstStart, 0), (.backoff, 0), (.shortage, 0), (.previousWorker, 0), (.failed, 30),
        ]
        for (stage, missed) in stages {
            var rig = Rig(stage, clock)
            rig.now = rig.supervisor.deadline
            rig.send(.deadline)
            #expect(rig.effects == (missed > 0 ? [.book((Rig.slot, at(1_285)), missed)] : []) + [.spawn], "\(stage)")
            #expect(rig.supervisor.phase == stage.phase, "\(stage)")
        }
    }

    // MARK: F27, by simulated time

    @Test("kills a worker that is not ready in time")
    func start() {
        let condemned = Phase.condemned(nil, until: at(1_020))
        expect(.starting, condemned, [.log(.hung("it did not say ready within 30s")), .logStacks, .kill])
    }

    @Test("asks a worker whose slot is overdue, and kills it if it does not answer")
    func vigil() {
        expect(.idle, .idle(.init(next: Rig.slot, deadline: at(1_010), isAsked: true)), [.ping(token: 1)])
        let condemned = Phase.condemned(nil, until: at(1_015))
        expect(.asked, condemned, [.log(.hung("it did not answer within 10s")), .logStacks, .kill])
    }

    // MARK: Escalation

    @Test("takes the next, rougher means against a worker that does not stop")
    func escalation() {
        for (draining, terminated, killed, run) in [
            (.draining, .terminated, .killed, nil),
            (.drainingInRun, .terminatedInRun, .killedInRun, Rig.run),
        ] as [(Stage, Stage, Stage, Phase.Run?)] {
            expect(draining, .stopping(.terminated, until: at(1_008), run), [.log(.terminated), .terminate])
            expect(terminated, .stopping(.killed, until: at(1_006), run), [.log(.killed), .kill])
            expect(killed, .stopping(.killed, until: at(1_010), run), [.log(.unkillable)])
        }
    }

    @Test("takes no silence for an answer in which the daemon itself did not run", arguments: ScheduleClock.both)
    func heldUp(clock: ScheduleClock) {
        for (stage, hung) in [
            (.starting, .hung("it did not say ready within 30s")), (.asked, .hung("it did not answer within 10s")),
        ] as [(Stage, Incident)] {
            var rig = Rig(stage, clock)
            for late in [Nanoseconds(1_000_000_001), .seconds(86_400)] {
                rig.now = rig.supervisor.deadline + late
                rig.send(.deadline)
                #expect(rig.effects == [], "\(stage)")
                #expect(rig.supervisor.deadline == rig.now + .seconds(10), "\(stage)")
            }
            rig.now = rig.supervisor.deadline + .seconds(1)
            rig.send(.deadline)
            #expect(rig.effects == [.log(hung), .logStacks, .kill], "\(stage)")
        }
    }

    @Test("names a worker that was killed for cause as long as it does not go")
    func condemned() {
        for stage in [Stage.condemned, .condemnedInRun] {
            var rig = Rig(stage)
            for second in [1_005, 1_010] as [Int64] {
                rig.fireDeadline()
                #expect(rig.now == at(second))
                let next = rig.now + .seconds(5)
                #expect(rig.supervisor.phase == .condemned(stage.phase.run, until: next), "\(stage)")
                #expect(rig.effects == [.log(.unkillable)], "\(stage)")
            }
        }
    }

    private func expect(_ stage: Stage, _ phase: Phase, _ effects: [Effect]) {
        for clock in ScheduleClock.both {
            var rig = Rig(stage, clock)
            rig.fireDeadline()
            #expect(rig.supervisor.phase == phase, "\(stage), \(clock)")
            #expect(rig.effects == effects, "\(stage), \(clock)")
        }
    }
}

@Suite("A stop")
struct StopTests {
    @Test("closes the control pipe of a worker that serves, and ends a job without one")
    func stop() {
        var changes = row([.starting, .idle, .asked, .running]) { stage in
            Cell(.stopping(.draining, until: at(1_002), stage.phase.run), [.closeControl])
        }
        for stage in [Stage.condemned, .condemnedInRun] {
            changes[stage] = Cell(.stopping(.killed, until: at(1_005), stage.phase.run))
        }
        changes[.overtime] = Cell(.stopping(.terminated, until: at(1_002), Rig.lateRun))
        changes[.overtimeKilled] = Cell(.stopping(.killed, until: at(1_005), Rig.lateRun))
        for stage in [Stage.backoff, .shortage, .failed] {
            changes[stage] = Cell(.stopped, [.book((Rig.slot, Rig.slot), 1), .log(.stopped)])
        }
        changes[.previousWorker] = Cell(.stopping(.draining, until: at(1_002), nil), [.watchPreviousWorker])
        changes[.firstStart] = Cell(.stopped, [.log(.stopped)])
        // Whoever asked before had more patience.
        for stage in [Stage.draining, .drainingInRun] {
            changes[stage] = Cell(.stopping(.draining, until: at(1_002), stage.phase.run))
        }
        expectRow(.stop(grace: .seconds(2)), changes)
    }

    @Test("that comes after another takes nothing back")
    func patient() {
        expectRow(.stop(grace: Nanoseconds(.max)), by: [.monotonic], stopsWithAllTime())
    }

    private func stopsWithAllTime() -> [Stage: Cell] {
        var changes = row([.starting, .idle, .asked, .running]) { stage in
            Cell(.stopping(.draining, until: .distantFuture, stage.phase.run), [.closeControl])
        }
        for stage in [Stage.condemned, .condemnedInRun] {
            changes[stage] = Cell(.stopping(.killed, until: at(1_005), stage.phase.run))
        }
        changes[.overtime] = Cell(.stopping(.terminated, until: at(1_008), Rig.lateRun))
        changes[.overtimeKilled] = Cell(.stopping(.killed, until: at(1_005), Rig.lateRun))
        for stage in [Stage.backoff, .shortage, .failed] {
            changes[stage] = Cell(.stopped, [.book((Rig.slot, Rig.slot), 1), .log(.stopped)])
        }
        changes[.previousWorker] = Cell(.stopping(.draining, until: .distantFuture, nil), [.watchPreviousWorker])
        changes[.firstStart] = Cell(.stopped, [.log(.stopped)])
        return changes
    }

    @Test("of the daemon too does not wait for ever for a worker that outlives SIGKILL")
    func final() {
        let left = MonotonicInstant(nanoseconds: 1_001_500_000_000)
        for stage in [Stage.condemned, .condemnedInRun, .overtimeKilled, .killed, .killedInRun] {
            var rig = Rig(stage)
            rig.send(.stop(grace: .seconds(2), isFinal: true))
            let phase = Phase.stopping(.killed, until: left, stage.phase.run, isFinal: true)
            #expect(rig.supervisor.phase == phase, "\(stage)")
            #expect(rig.effects == [], "\(stage)")
            expectLeft(&rig, at: left, stage)
        }
    }

    @Test("of the daemon too comes to its end within 2.5 s after the grace")
    func bound() {
        for stage in [Stage.starting, .idle, .asked, .running] {
            var rig = Rig(stage)
            rig.send(.stop(grace: .seconds(2), isFinal: true))
            rig.fireDeadline()
            rig.fireDeadline()
            #expect(rig.effects == [.log(.killed), .kill], "\(stage)")
            expectLeft(&rig, at: MonotonicInstant(nanoseconds: 1_004_500_000_000), stage)
        }
    }

    /// Its slot has its outcome, and what comes of the worker later is nobody's concern any more.
    private func expectLeft(_ rig: inout Rig, at moment: MonotonicInstant, _ stage: Stage) {
        rig.fireDeadline()
        #expect(rig.now == moment, "\(stage)")
        #expect(rig.effects.first == .log(.leftBehind), "\(stage)")
        #expect(rig.effects.last == .log(.stopped), "\(stage)")
        #expect(rig.supervisor.phase == .stopped, "\(stage)")
        #expect(rig.supervisor.books.total > 0 || stage == .starting, "\(stage)")
        rig.send(.exited("signal 9 (SIGKILL)"))
        #expect(rig.effects == [], "\(stage)")
    }

    @Test("may be given more time than the clock has")
    func longGrace() {
        var rig = Rig(.running)
        rig.send(.stop(grace: Nanoseconds(.max)))
        #expect(rig.supervisor.phase == .stopping(.draining, until: .distantFuture, Rig.run))
    }

    @Test("that takes too long for somebody goes on to the next means at once")
    func hurry() {
        var changes: [Stage: Cell] = [:]
        for stage in [Stage.draining, .drainingInRun] {
            changes[stage] = Cell(
                .stopping(.terminated, until: at(1_001), stage.phase.run), [.log(.terminated), .terminate])
        }
        for stage in [Stage.terminated, .terminatedInRun] {
            changes[stage] = Cell(.stopping(.killed, until: at(1_005), stage.phase.run), [.log(.killed), .kill])
        }
        expectRow(.hurry, changes)
    }
}

@Suite("A violation of the protocol")
struct ViolationTests {
    @Test("is what a worker is killed for")
    func violation() {
        expectRow(.violation("lies"), violations("lies"))
    }
}
