package import Clocks
import Model
import Schedules
package import Turns
import Wire

/// What an operator does to a job, beside the runs that are asked for and the pauses.
package enum Intervention: Hashable, Sendable {
    /// The run that is going is ended as at its time-out; if none is, what waits to begin is given up.
    case cancel
    /// What is made up for, and the attempt that waits, are given up.
    case giveUpOwed
    /// A fresh worker takes the place of the one that is there. `isNow`: the run that is going is ended; else it goes on to its end.
    case restart(isNow: Bool)
    /// The failures of the worker are forgotten, and where one is wanted it is started now.
    case reset
}

/// What follows from it.
///
/// | act         | the job                            | what follows                                                        |
/// |-------------|------------------------------------|---------------------------------------------------------------------|
/// | cancel      | is in a run                        | its worker is ended with it; the next one follows at once           |
/// | cancel      | waits for a worker of another life | that one is ended, after `kill_after` with SIGKILL                  |
/// | cancel      | waits for its turn                 | what came due is skipped, an attempt or a run by hand is not made   |
/// | give up     | makes up for slots                 | those that have not begun are skipped                               |
/// | give up     | has an attempt to come             | its slot has the outcome of the attempt before                      |
/// | restart     | has a worker                       | that one finishes its run and goes; the next one follows at once    |
/// | restart now | is in a run                        | as `cancel`                                                         |
/// | reset       | waits after failures of its worker | a worker is started at once, and it counts as the first             |
enum InterventionKeeper {
    static func take(
        _ act: Intervention, _ keeper: inout RunKeeper, _ life: inout WorkerLife, _ step: inout Step
    ) {
        switch act {
        case .cancel: cancel(&keeper, &life, &step)
        case .giveUpOwed: giveUpOwed(&keeper, &life.phase, &step)
        case .restart(let isNow): restart(isNow: isNow, &keeper, &life, &step)
        case .reset: life.reset(step)
        }
    }

    // MARK: Runs

    private static func cancel(_ keeper: inout RunKeeper, _ life: inout WorkerLife, _ step: inout Step) {
        switch life.phase {
        case .running, .leaving: life.cancelRun(keeper.policy.killAfter, &step)
        case .waiting(_, .previousWorker): life.starts.endPreviousWorker(keeper.policy.killAfter, &step)
        case .queued(let turn): giveUp(turn, &keeper, &life.phase, &step)
        case .waiting, .starting, .idle, .failed, .stopped: keeper.orders.dropManualRuns()
        }
    }

    /// What waits for its group. What waits for the end of a pause is skipped anyway.
    private static func giveUp(
        _ turn: Phase.Turn, _ keeper: inout RunKeeper, _ phase: inout Phase, _ step: inout Step
    ) {
        if turn.attempt > 1 { return keeper.giveUpAttempts(.byOperator, &phase, &step) }
        if turn.call != nil {
            keeper.orders.dropManualRuns()
        } else if !keeper.gates.hold.isOn {
            let last = keeper.gates.owes(turn.slot) ? turn.slot : keeper.books.due(at: step.now)
            skip(through: max(last ?? keeper.books.accounted, keeper.books.accounted), &keeper, &step)
        } else {
            return
        }
        keeper.leaveQueue(&phase, &step)
    }

    private static func skip(through last: SlotInstant, _ keeper: inout RunKeeper, _ step: inout Step) {
        keeper.book(keeper.books.close(through: last, .skipped, .byOperator), &step)
        keeper.gates.isAsking = false
        step.emit(.send(.skip(through: last)))
    }

    // MARK: What is owed

    /// One that the worker was told to begin, or has begun, has its run. The others get their outcome after it, as slots that came due in a pause do.
    private static func giveUpOwed(_ keeper: inout RunKeeper, _ phase: inout Phase, _ step: inout Step) {
        if keeper.orders.given == nil { keeper.giveUpAttempts(.byOperator, &phase, &step) }
        guard let owed = keeper.gates.owed else { return }
        keeper.gates.givenUp = owed.through
        keeper.gates.hold.pass(through: owed.through)
        keeper.gates.owed = nil
        if case .queued(let turn) = phase, turn.call == nil { keeper.returnPermit(&step) }
    }

    // MARK: Workers

    private static func restart(
        isNow: Bool, _ keeper: inout RunKeeper, _ life: inout WorkerLife, _ step: inout Step
    ) {
        life.reset(step)
        if isNow, life.phase.run != nil || life.starts.awaitsWorker { return cancel(&keeper, &life, &step) }
        keeper.leaveQueue(&life.phase, &step)
        life.makeWay(for: .restart, &step)
    }
}

extension JobSupervisor {
    /// The one that a worker of a previous life goes on with, as it has noted, or as was known before.
    package func earlierRun(_ note: RunNote?, at now: Moment) -> Phase.Run? {
        guard let record = runKeeper.unsettled?.record else { return nil }
        guard let note, note.epoch == record.mark.epoch, note.epoch != 0 else { return record.run }
        guard let open = note.open else { return nil }
        if let run = record.run, run.number == open.run.number { return run }
        let ago = max(.zero, now.monotonic - open.at)
        var run = Phase.Run(
            number: open.run.number, slot: open.run.slot,
            began: Moment(monotonic: open.at, wall: WallInstant(nanoseconds: now.wall.nanoseconds - ago.count)))
        (run.attempt, run.call) = (Int(clamping: open.run.attempt), open.run.call)
        return run
    }

    /// Whether a run waits to begin that can be cancelled.
    package var awaitsCancellableRun: Bool {
        if case .queued(let turn) = phase { return turn.call != nil || !isPaused }
        return orders.given == nil && orders.awaitsManualRun
    }

    /// Why nothing that is owed can be given up now; `nil`: it can.
    package var obstacleToGivingUp: String? {
        if runKeeper.unsettled != nil { return "a worker of a previous life is still there" }
        guard owed != nil else { return nil }
        if case .starting = phase { return "its worker is being started" }
        // It begins the slot by itself.
        let knows = !phase.hasWorker || runKeeper.gates.hold.canBeTold || runKeeper.gates.isAsking
        return knows ? nil : "the program of its worker is built with an older library, which cannot be told"
    }

    /// How many slots are made up for that have not begun.
    package var owedCount: Int64 {
        guard let owed else { return 0 }
        let told = orders.given?.slot ?? books.accounted
        let begun = max(books.accounted, phase.run?.slot ?? books.accounted, told)
        return books.timetable.count(after: begun, through: owed.through)
    }
}
