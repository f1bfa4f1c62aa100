import Clocks
import Model
import Schedules
import Turns
import Wire

/// What a pause does to the runs of a job and to its worker: `Hold` has the table.
enum PauseKeeper {
    static func begin(_ keeper: inout RunKeeper, _ phase: inout Phase, _ step: inout Step) {
        guard !keeper.gates.hold.isOn else { return }
        keeper.gates.hold.begin(at: step.now.monotonic)
        switch phase {
        case .queued(let turn) where turn.call == nil: holdBack(turn, &keeper, &phase, &step)
        // It goes on to its end: no other takes its place.
        case .running(let run): phase = .running(keeper.limits.renewed(run, at: step.now))
        default: break
        }
    }

    /// What waited for the group waits for the end of the pause, if the worker has asked for it.
    private static func holdBack(
        _ turn: Phase.Turn, _ keeper: inout RunKeeper, _ phase: inout Phase, _ step: inout Step
    ) {
        guard keeper.gates.isAsking else { return keeper.giveUpAttempts(.paused, &phase, &step) }
        keeper.returnPermit(&step)
        keeper.gates.isAsking = false
        phase = keeper.vigil(keeper.books.next(at: step.now), step)
        holdBack(turn.slot, &keeper, &phase, &step)
    }

    /// The worker asks for a slot, and waits until the pause is over. `nil`: for the run that comes first.
    static func holdBack(
        _ slot: SlotInstant?, _ keeper: inout RunKeeper, _ phase: inout Phase, _ step: inout Step
    ) {
        keeper.giveUpAttempts(.paused, &phase, &step)
        // A worker that asks ignores the call that was on its way.
        keeper.orders.forget()
        guard let slot else {
            keeper.gates.hold.owesFirstRun = true
            return step.emit(.send(.skip(through: keeper.books.accounted)))
        }
        keeper.gates.isAsking = true
        // A run that somebody asks for comes first.
        guard keeper.orders.nextCall == nil else { return pass(&keeper, &phase, &step) }
        phase = .queued(Phase.Turn(slot: slot, attempt: 1))
    }

    /// The answer to a question for a slot that was passed meanwhile is on its way, if the worker's program knows it.
    static func answerPassed(_ keeper: RunKeeper, _ step: inout Step) {
        guard !keeper.gates.hold.canBeTold, let slot = keeper.gates.hold.passed else { return }
        step.emit(.send(.skip(through: slot)))
    }

    static func end(_ keeper: inout RunKeeper, _ phase: inout Phase, _ step: inout Step) {
        guard keeper.gates.hold.isOn else { return }
        // The slot of the run that is going is none of those that are passed, and may be attempted again.
        let own = phase.run?.slot ?? keeper.books.accounted
        let due = keeper.books.due(at: step.now).flatMap { $0 > own ? $0 : nil }
        keeper.gates.hold.end(due: due)
        switch phase {
        case .running(var run):
            run.bounds.waitedThrough = due
            phase = .running(keeper.limits.renewed(run, at: step.now))
        // It asks for one that is not due any more, since the wall clock was set back.
        case .queued(let turn) where turn.call == nil && keeper.gates.isAsking:
            if let slot = turn.slot, !keeper.gates.hold.hasPassed(slot) {
                release(through: keeper.books.accounted, &keeper, &phase, &step)
            }
        case .waiting(.distantFuture, .pause): phase = .waiting(until: step.now.monotonic, .pause)
        default: break
        }
    }

    // MARK: What came due in a pause

    /// Brings the worker to what the pause, or its end, asks of it. `isLook`: all that it wrote before `step.heard` has been handled.
    static func keep(_ keeper: inout RunKeeper, _ phase: inout Phase, _ step: inout Step, isLook: Bool) {
        guard keeper.unsettled == nil else {
            if keeper.gates.hold.isOn { keeper.gates.hold.keep() }
            return
        }
        if keeper.gates.hold.isOn {
            if keeper.orders.given == nil { keeper.giveUpAttempts(.paused, &phase, &step) }
            if case .queued(let turn) = phase, turn.call == nil, keeper.gates.isAsking, keeper.orders.nextCall != nil {
                pass(&keeper, &phase, &step)
            }
        } else if phase.run == nil, keeper.orders.given?.slot == nil, !keeper.orders.hasAttempt,
            keeper.gates.hold.hasPassed(keeper.nextOpenSlot)
        {
            passWhatWasPaused(&keeper, &phase, &step)
        }
        CatchUpKeeper.keep(&keeper)
        tellWorker(&keeper, phase, &step)
        if keeper.gates.hold.isOn, isHeld(keeper, phase, step, isLook: isLook) { keeper.gates.hold.keep() }
    }

    private static func passWhatWasPaused(_ keeper: inout RunKeeper, _ phase: inout Phase, _ step: inout Step) {
        switch phase {
        case .idle, .queued: pass(&keeper, &phase, &step)
        case .waiting, .failed: book(through: keeper.gates.hold.passed ?? keeper.books.accounted, &keeper, &step)
        // When it is ready; one that is to go has its books closed.
        case .starting, .running, .leaving, .stopped: break
        }
    }

    /// What has come due in the pause is owed to nobody.
    private static func pass(_ keeper: inout RunKeeper, _ phase: inout Phase, _ step: inout Step) {
        if keeper.gates.hold.isOn { keeper.gates.hold.pass(through: keeper.books.due(at: step.now)) }
        let last = max(keeper.gates.hold.passed ?? keeper.books.accounted, keeper.books.accounted)
        book(through: last, &keeper, &step)
        release(through: last, &keeper, &phase, &step)
    }

    private static func release(
        through last: SlotInstant, _ keeper: inout RunKeeper, _ phase: inout Phase, _ step: inout Step
    ) {
        let wasAsking = keeper.gates.isAsking
        if wasAsking { step.emit(.send(.skip(through: last))) }
        if !wasAsking, keeper.gates.hold.canBeTold { step.emit(.send(.pass(through: last))) }
        keeper.gates.isAsking = false
        switch phase {
        case .queued(let turn) where turn.call == nil: phase = keeper.vigil(keeper.books.next(at: step.now), step)
        case .idle: phase = keeper.vigil(keeper.books.next(at: step.now), step)
        default: break
        }
    }

    private static func book(through instant: SlotInstant, _ keeper: inout RunKeeper, _ step: inout Step) {
        guard keeper.books.areOpen else { return }
        if let given = keeper.gates.givenUp {
            keeper.book(keeper.books.close(through: min(given, instant), .skipped, .byOperator), &step)
            if given <= instant { keeper.gates.givenUp = nil }
        }
        keeper.book(keeper.books.close(through: instant, .skipped, .paused), &step)
    }

    /// Of the slots up to `instant`, which have no run any more, those that came due in a pause.
    static func bookWhatWasPaused(through instant: SlotInstant, _ keeper: inout RunKeeper, _ step: inout Step) {
        let hold = keeper.gates.hold
        book(through: hold.isOn ? instant : min(instant, hold.passed ?? keeper.books.accounted), &keeper, &step)
    }

    /// The same of a time without a daemon.
    static func bookWhatWasPaused(_ unsettled: UnsettledRecord, _ keeper: inout RunKeeper, _ step: inout Step) {
        guard let passed = unsettled.passed(keeper) else { return }
        book(through: min(passed, step.now.on(keeper.clock)), &keeper, &step)
    }

    // MARK: The worker

    /// One that is started in a pause asks from its start, and has no run that comes first.
    static func beginWorker(_ keeper: inout RunKeeper) {
        keeper.gates.hold.spawned(asks: keeper.gates.wantQuestions)
        let hasFirstRun = keeper.schedule.runsAtStart || keeper.schedule.runsAtBoot
        keeper.gates.hold.owesFirstRun = keeper.gates.hold.isOn && hasFirstRun && !keeper.books.hasRun
    }

    static func take(_ features: Features, _ keeper: inout RunKeeper) {
        keeper.gates.hold.canBeTold = features.include(.ask)
        if !features.include(.gates) { keeper.gates.hold.cannotAsk() }
    }

    private static func tellWorker(_ keeper: inout RunKeeper, _ phase: Phase, _ step: inout Step) {
        let (asks, hold) = (keeper.gates.wantQuestions, keeper.gates.hold)
        guard hold.asks != asks, hold.canBeTold, asks || phase.run == nil, phase.isServing || phase.isLeaving else {
            return
        }
        keeper.gates.hold.tell(asks, at: step.now.monotonic)
        step.emit(.send(.ask(asks)))
    }

    /// Whether it can only be told by its end: its program cannot be told otherwise, or it was not told of its first run.
    static func mustGo(_ keeper: RunKeeper, _ phase: Phase) -> Bool {
        let (asks, hold) = (keeper.gates.wantQuestions, keeper.gates.hold)
        if keeper.unsettled != nil { return false }
        if !hold.isOn, hold.owesFirstRun, !keeper.books.hasRun { return phase.isIdle }
        guard hold.asks != asks, !hold.canBeTold else { return false }
        if case .running = phase { return asks }
        return phase.isIdle
    }

    private static func isHeld(_ keeper: RunKeeper, _ phase: Phase, _ step: Step, isLook: Bool) -> Bool {
        let hold = keeper.gates.hold
        guard phase.hasWorker else { return true }
        if hold.isSureToAsk { return keeper.orders.given == nil }
        return isLook && phase.run != nil && (hold.asks || phase.isLeaving) && hold.isHeard(step.heard)
    }
}

extension UnsettledRecord {
    /// Up to which slot all came due in a pause: in this life, in the one before, or in between.
    func passed(_ keeper: borrowing RunKeeper) -> SlotInstant? {
        let end = pausedUntil.map { Moment(monotonic: since.monotonic(of: $0), wall: $0).on(keeper.books.clock) }
        return [record.passed, keeper.gates.hold.passed, end].compactMap(\.self).max()
    }
}

extension RunKeeper {
    fileprivate var nextOpenSlot: SlotInstant { books.timetable.next(after: books.accounted) }
}

extension JobSupervisor {
    package var isPaused: Bool { runKeeper.gates.hold.isOn }

    /// Whether a slot or an attempt can begin that was not to, since its worker has not heard of the pause.
    package var mayBeginInPause: Bool { isPaused && !runKeeper.gates.hold.isKept }

    mutating func pause(_ isOn: Bool) {
        let pause = isOn ? PauseKeeper.begin : PauseKeeper.end
        pause(&runKeeper, &life.phase, &step)
    }

    mutating func keepPause(isLook: Bool) {
        PauseKeeper.keep(&runKeeper, &life.phase, &step, isLook: isLook)
        guard PauseKeeper.mustGo(runKeeper, phase) else { return }
        runKeeper.gates.hold.dismiss(at: step.now.monotonic)
        life.makeWay(for: .pause, &step)
    }

    /// When to look whether a worker in a run has heard of the pause.
    var pauseDeadline: MonotonicInstant { phase.run == nil ? .distantFuture : runKeeper.gates.hold.deadline }
}
