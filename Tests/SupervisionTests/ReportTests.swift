import Clocks
import Model
import TestSupport
import Testing
import Turns
import Values
import Wire

@testable import Supervision

/// The stages with a worker without a run, those of a worker that is being stopped, and the others.
private let stoppingIdle: [Stage] = [.draining, .terminated, .killed]
private let betweenRuns: [Stage] = [.idle, .asked, .condemned] + stoppingIdle

extension Phase {
    /// This phase with another run.
    fileprivate func with(_ run: Phase.Run?) -> Phase {
        switch self {
        case .leaving(var leave):
            leave.run = run
            return .leaving(leave)
        case .idle, .running: return run.map { .running($0) } ?? .idle(.init(next: Rig.next, deadline: at(1_010)))
        case .waiting, .starting, .queued, .failed, .stopped: return self
        }
    }
}

@Suite("The report 'ready'")
struct ReadyTests {
    @Test("begins the watch over the next slot, and comes once")
    func ready() {
        var changes = violations("'ready' twice", at: [.idle, .asked, .running] + Stage.pastTimeout)
        changes[.starting] = Cell(.idle(.init(next: at(1_005), deadline: at(1_010))), [.log(.started)])
        expectRow(.report(.ready(.init(next: Rig.next))), changes)
    }

    @Test(
        "cannot put the watch off beyond the next slot",
        arguments: [at(1_015), at(9_999), .distantFuture] as [SlotInstant], ScheduleClock.both)
    func farSlot(slot: SlotInstant, clock: ScheduleClock) {
        var rig = Rig(.starting, clock)
        rig.send(.report(.ready(.init(next: slot))))
        #expect(rig.supervisor.phase == .idle(.init(next: Rig.next, deadline: at(1_010))))
    }
}

@Suite("The report 'begin'")
struct BeginTests {
    private func refusals(_ run: Int64, _ whenIdle: String) -> [Stage: Cell] {
        violations(whenIdle, at: betweenRuns)
            .merging(violations("'begin' of run \(run) while it is starting", at: [.starting])) { $1 }
            .merging(violations("'begin' of run \(run) while another run is running", at: Stage.inRun)) { $1 }
    }

    @Test("has the run running", arguments: [Rig.slot, nil] as [SlotInstant?])
    func begins(slot: SlotInstant?) {
        var changes = refusals(1, "")
        for stage in betweenRuns {
            changes[stage] = Cell(stage.phase.with(.init(number: 1, slot: slot, began: at(1_000))))
        }
        expectRow(.report(begin(run: 1, slot: slot)), changes)
    }

    @Test(
        "must be of a run after the one before, and not of one out of all reach",
        arguments: [0, -1, .min, .max, 1 << 32 + 1] as [Int64])
    func number(run: Int64) {
        expectRow(.report(begin(run: run, slot: Rig.slot)), refusals(run, "'begin' of run \(run) after run 0"))
    }

    @Test("must be for a slot of the grid that is due and has no outcome", arguments: Self.foreignSlots)
    func foreign(slot: SlotInstant) {
        let refusal = "'begin' for slot \(slot.nanoseconds), which is not due"
        expectRow(.report(begin(run: 1, slot: slot)), refusals(1, refusal))
    }

    @Test("must be for a slot that its clock may have come to", arguments: ScheduleClock.both)
    func early(clock: ScheduleClock) {
        let refusal = "'begin' for slot \(clock.tooLate.nanoseconds), which is not due"
        expectRow(.report(begin(run: 1, slot: clock.tooLate)), by: [clock], refusals(1, refusal))
    }

    static let foreignSlots: [SlotInstant] = [
        at(985), at(996), at(0), .distantFuture, SlotInstant(nanoseconds: .max - 1),
        SlotInstant(nanoseconds: .min), SlotInstant(nanoseconds: -1),
    ]

    @Test("may come from a clock that is read a moment later")
    func ahead() {
        var rig = Rig(.idle)
        rig.now = at(1_004)
        rig.send(.report(begin(run: 1, slot: Rig.next)))
        #expect(rig.supervisor.phase == .running(.init(number: 1, slot: Rig.next, began: at(1_004))))
        #expect(rig.effects == [.book((Rig.slot, Rig.slot), 1)])
    }

    @Test("of a later slot gives up those before it", arguments: ScheduleClock.both)
    func misses(clock: ScheduleClock) {
        var rig = Rig(.idle, clock)
        rig.now = at(1_029)
        rig.send(.report(begin(run: 1, slot: at(1_025))))
        #expect(rig.effects == [.book((Rig.slot, at(1_015)), 3)])
        #expect(rig.supervisor.books[.missed] == 3)
    }
}

@Suite("The report 'end'")
struct EndTests {
    @Test("gives the slot of the run its outcome", arguments: [Outcome.ok, .failed])
    func ends(outcome: Outcome) {
        let report = end(run: 1, slot: Rig.slot, outcome)
        var changes = violations("'end' of run 1, which is not running")
        for stage in Stage.inRun { changes[stage] = Cell(stage.phase.with(nil), [.book(Rig.run, outcome, "done")]) }
        // It came behind the time-out, however it went.
        let lost = Effect.book(Rig.lateRun, .timeout, "no end within 3s")
        for stage in Stage.pastTimeout { changes[stage] = Cell(stage.phase.with(nil), [lost]) }
        expectRow(.report(report), changes)
        for (clock, stage) in ScheduleClock.both.flatMap({ clock in Stage.inRun.map { (clock, $0) } }) {
            var rig = Rig(stage, clock)
            rig.send(.report(report))
            let outcome = Stage.pastTimeout.contains(stage) ? .timeout : outcome
            #expect(rig.supervisor.books[outcome] == 1, "\(stage), \(clock)")
            #expect(rig.supervisor.books.accounted == Rig.slot, "\(stage), \(clock)")
        }
    }

    @Test(
        "must be that of the run that is running",
        arguments: [
            (2, Rig.slot), (0, Rig.slot), (.min, Rig.slot), (.max, Rig.slot), (1, Rig.next), (1, nil),
            (1, .distantFuture),
        ] as [(Int64, SlotInstant?)])
    func foreign(run: Int64, slot: SlotInstant?) {
        expectRow(.report(end(run: run, slot: slot)), violations("'end' of run \(run), which is not running"))
    }

    @Test("of a run that was asked for concerns no slot")
    func noSlot() {
        var rig = Rig(.idle)
        rig.send(.report(begin(run: 1, slot: nil)))
        rig.send(.report(end(run: 1, slot: nil)))
        #expect(rig.supervisor.phase == .idle(.init(next: Rig.next, deadline: at(1_010))))
        #expect(rig.supervisor.books.total == 0)
        #expect(rig.supervisor.runs == 1)
    }
}

@Suite("The report 'skipped'")
struct SkippedTests {
    @Test("gives the slots their outcome")
    func skips() {
        // Nobody checks that the worker is ready: it loses nothing by it but its own slot.
        var changes = violations("'skipped' for slots that are not due", at: Stage.inRun)
        let skip = Effect.book((Rig.slot, Rig.slot), 1, .skipped, .overlap)
        for stage in betweenRuns + [.starting] {
            let isWatched = [.idle, .asked].contains(stage)
            changes[stage] = Cell(isWatched ? stage.phase.with(nil) : stage.phase, [skip])
        }
        expectRow(.report(skipped(Rig.slot, Rig.slot)), changes)
    }

    @Test(
        "must be about slots of the grid that are due and have no outcome, in their order",
        arguments: [
            (Rig.next, Rig.slot), (at(985), Rig.slot), (Rig.slot, at(996)),
            (Rig.slot, .distantFuture), (SlotInstant(nanoseconds: .min), Rig.slot),
        ] as [(SlotInstant, SlotInstant)])
    func foreign(first: SlotInstant, last: SlotInstant) {
        expectRow(.report(skipped(first, last)), violations("'skipped' for slots that are not due"))
    }

    @Test("must be about slots that its clock may have come to", arguments: ScheduleClock.both)
    func early(clock: ScheduleClock) {
        expectRow(
            .report(skipped(Rig.slot, clock.tooLate)), by: [clock], violations("'skipped' for slots that are not due"))
    }

    @Test("gives up the slots before them", arguments: ScheduleClock.both)
    func misses(clock: ScheduleClock) {
        var rig = Rig(.idle, clock)
        rig.now = at(1_030)
        rig.send(.report(skipped(at(1_015), at(1_025))))
        #expect(rig.effects == [.book((Rig.slot, Rig.next), 2), .book((at(1_015), at(1_025)), 2, .skipped, .overlap)])
    }
}

@Suite("The report 'dropped'")
struct DroppedTests {
    @Test("without slots is only noted")
    func lines() {
        let dropped = Report.Dropped(reports: 3)
        expectRow(
            .report(.dropped(dropped)), row(Stage.withWorker) { Cell($0.phase, [.log(.dropped(dropped))]) })
    }

    @Test("with slots gives them their outcomes, and ends the run that is running if it covers it")
    func slots() {
        let dropped = Report.Dropped(reports: 2, ok: 1, through: Rig.slot, run: 1)
        let lost = Effect.book((Rig.slot, Rig.slot), 1, .ok, .lost)
        expectRow(
            .report(.dropped(dropped)),
            row(Stage.withWorker) { stage in
                Cell(
                    Stage.inRun.contains(stage) ? stage.phase.with(nil) : stage.phase, [.log(.dropped(dropped)), lost])
            })
        for stage in Stage.withWorker {
            var rig = Rig(stage)
            rig.send(.report(.dropped(dropped)))
            #expect(rig.supervisor.books[.ok] == 1, "\(stage)")
            #expect(rig.supervisor.runs == 1, "\(stage)")
        }
    }

    @Test("gives up the slots that it does not name", arguments: ScheduleClock.both)
    func misses(clock: ScheduleClock) {
        var rig = Rig(.idle, clock)
        rig.now = at(1_030)
        let dropped = Report.Dropped(reports: 9, ok: 1, failed: 1, skipped: 1, through: at(1_025), run: 2)
        rig.send(.report(.dropped(dropped)))
        let slots: (SlotInstant, SlotInstant) = (Rig.slot, at(1_025))
        func lost(_ outcome: Outcome) -> Effect { .book(slots, 1, outcome, .lost) }
        #expect(rig.effects == [.log(.dropped(dropped)), lost(.ok), lost(.failed), lost(.skipped), .book(slots, 1)])
        #expect(rig.supervisor.books.total == 4)
    }

    @Test("must not name more slots than were due, nor others", arguments: Self.lies, ScheduleClock.both)
    func namesTooMany(dropped: Report.Dropped, clock: ScheduleClock) {
        var dropped = dropped
        if dropped.through == Rig.next { dropped.through = clock.tooLate }
        let refusal = violations("'dropped' with slots that were not due, or had no run")
        expectRow(
            .report(.dropped(dropped)), by: [clock],
            row(Stage.withWorker) { stage in
                let cell = refusal[stage] ?? Cell(stage.phase)
                return Cell(cell.phase, [.log(.dropped(dropped))] + cell.effects)
            })
        for stage in Stage.withWorker {
            var rig = Rig(stage, clock)
            rig.send(.report(.dropped(dropped)))
            #expect(rig.supervisor.books.total == 0, "\(stage)")
        }
    }

    static let lies: [Report.Dropped] = [
        .init(ok: 2, through: Rig.slot, run: 2), .init(ok: 1, failed: 1, through: Rig.slot, run: 2),
        .init(ok: .max, failed: 1, through: Rig.slot), .init(ok: .max, failed: .max, skipped: 3, through: Rig.slot),
        .init(ok: 1, failed: .max, skipped: .max, through: Rig.slot), .init(ok: -1, through: Rig.slot),
        .init(ok: 1, failed: -1, skipped: 1, through: Rig.slot), .init(ok: .min, failed: .min, through: Rig.slot),
        .init(ok: 1, through: Rig.next, run: 1), .init(ok: 1, through: at(996), run: 1),
        .init(ok: 1, through: .distantFuture, run: 1), .init(ok: 1, through: Rig.slot),
        .init(through: SlotInstant(nanoseconds: .min)),
    ]

    @Test("must not name a run out of all reach", arguments: [.max, 1 << 32 + 1] as [Int64])
    func farRun(run: Int64) {
        let dropped = Report.Dropped(ok: 1, through: Rig.slot, run: run)
        var rig = Rig(.idle)
        rig.send(.report(.dropped(dropped)))
        #expect(rig.effects.dropFirst() == [.log(.violation("'dropped' up to run \(run) after run 0")), .kill])
        #expect(rig.supervisor.runs == 0)
    }

    @Test("must not name the slot of a run that it leaves running")
    func runInHand() {
        let dropped = Report.Dropped(ok: 1, through: Rig.slot, run: 0)
        var rig = Rig(.running)
        rig.send(.report(.dropped(dropped)))
        #expect(rig.supervisor.phase == .condemned(Rig.run))
        rig.send(.exited("exit 1"))
        #expect(rig.supervisor.books.total == 1)
        #expect(rig.supervisor.books[.crashed] == 1)
    }
}

@Suite("Any other report")
struct OtherReportTests {
    @Test("'log' and 'fault' are passed on")
    func passedOn() {
        let log = Report.Log(level: .info, run: .max, message: "x", fields: [])
        expectRow(.report(.log(log)), row(Stage.withWorker) { Cell($0.phase, [.log(.jobLine(log))]) })
        let fault = Report.Fault(step: "exec", errno: 2, message: "no such file")
        expectRow(.report(.fault(fault)), row(Stage.withWorker) { Cell($0.phase, [.log(.fault(fault))]) })
    }

    @Test("'stopped' is the last word of a worker without a run", arguments: [0, .max, .min] as [Int64])
    func stopped(runs: Int64) {
        expectRow(
            .report(.stopped(runs: runs)), violations("'stopped' during a run", at: Stage.inRun))
    }

    @Test("'pong' matters to a worker that was asked", arguments: [1, 0, .max, .min] as [Int64])
    func pong(token: Int64) {
        let vigil = Phase.Vigil(next: Rig.slot, deadline: at(1_010), answers: 1)
        expectRow(
            .report(.pong(token: token)), [.asked: Cell(.idle(vigil), [.log(.overdue(by: .seconds(5)))])])
    }

    @Test("'pong' from a worker whose slots had their outcome as a count says nothing of them")
    func afterDropped() {
        var rig = Rig(.asked)
        rig.send(.report(.dropped(.init(ok: 1, through: Rig.slot, run: 1))))
        rig.send(.report(.pong(token: 1)))
        #expect(rig.effects == [])
        #expect(rig.supervisor.phase == .idle(.init(next: Rig.next, deadline: at(1_010))))
    }

    // MARK: F28, by simulated time

    @Test("'pong' without the slot having begun makes the next question come later, up to 80 s, and is noted once")
    func answers() {
        var rig = Rig(.asked)
        var distances: [Double] = []
        for _ in 0..<6 {
            rig.send(.report(.pong(token: 1)))
            #expect(rig.effects.count == (distances.isEmpty ? 1 : 0))
            distances.append((rig.supervisor.deadline - rig.now).inSeconds)
            rig.now = rig.supervisor.deadline
            rig.send(.deadline)
        }
        #expect(distances == [10, 20, 40, 80, 80, 80])
        #expect(rig.effects == [.ping(token: 7)])
    }
}
