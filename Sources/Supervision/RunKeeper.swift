import Clocks
import Model
import Schedules
import Turns
import Wire

/// The runs of one job: what its worker may begin, and how that ends. It composes the books, the orders and the gates.
struct RunKeeper: Sendable {
    let schedule: Schedule
    let policy: RunPolicy
    var books: SlotBooks
    var orders = Orders()
    var gates: Gates
    var alerts: Alerts
    /// What the daemon has heard of what the worker notes.
    var mark = NoteMark()
    /// What a previous life of the daemon's has left, until the note of its worker was read; `nil`: nothing is open.
    var unsettled: UnsettledRecord?

    init(_ job: JobDefinition, resuming before: Resumption?, at start: Moment) {
        (schedule, policy, gates) = (job.schedule, job.policy, Gates(job.policy))
        books = .resumed(before?.record, schedule, at: start)
        alerts = Alerts(job, resuming: before, at: start.monotonic)
        guard let before else { return }
        mark = before.record.mark
        if books.areOpen { gates.owed = before.owed }
        if before.isOfPreviousLife {
            unsettled = UnsettledRecord(before, since: start, slotsGoOn: books.areOpen)
        }
    }

    var clock: ScheduleClock { books.clock }

    /// A worker does not begin any slot up to this one by itself: it has its outcome, or is attempted again when
    /// the worker is told so.
    var workerAccounted: SlotInstant {
        max(books.accounted, orders.pending?.slot ?? books.accounted, gates.hold.passed ?? books.accounted)
    }

    var limits: RunLimits { RunLimits(policy, schedule, books, mayWait: !gates.areOpen, isPaused: gates.hold.isOn) }

    // MARK: What the worker may begin

    /// The worker of a job with a gate asks before each run.
    mutating func take(due slot: SlotInstant?, _ phase: inout Phase, _ step: inout Step) throws(Violation) {
        guard gates.mayBeAsked, !gates.isAsking else {
            throw Violation("'due' from a worker that need not ask, or has asked")
        }
        if let slot, gates.hold.hasPassed(slot) { return PauseKeeper.answerPassed(self, &step) }
        if let slot {
            guard books.isOpen(slot, at: step.now.on(clock)) else {
                throw Violation("'due' for slot \(slot.nanoseconds), which is not due")
            }
        }
        if gates.hold.isOn { return PauseKeeper.holdBack(slot, &self, &phase, &step) }
        if let slot {
            // Those before it would have been attempted again.
            giveUpAttempts(.overlap, &phase, &step)
            miss(before: slot, &step)
            if !gates.owes(slot) { alerts.judgeBegin(slot, schedule, policy.hooks, &step) }
        }
        gates.isAsking = true
        // A worker that asks ignores the call that was on its way.
        orders.forget()
        if CatchUpKeeper.letCallBegin(before: slot, &self, &step) { return }
        var turn = Phase.Turn(slot: slot, attempt: 1)
        if let slot {
            if !gates.owes(slot), let wait = gates.group?.wait { turn.until = step.now.monotonic + wait }
            turn.until = min(turn.until, CatchUpKeeper.end(of: slot, self, at: step.now))
        }
        let needsPermit = gates.needPermit(slot) && gates.permit != .held
        needsPermit ? queue(turn, &phase, &step) : tell(turn, &phase, &step)
    }

    private mutating func queue(_ turn: Phase.Turn, _ phase: inout Phase, _ step: inout Step) {
        phase = .queued(turn)
        if gates.ask() { step.emit(.askForPermit) }
    }

    mutating func permitted(_ phase: inout Phase, _ step: inout Step) {
        guard gates.admit() else { return }
        guard case .queued(let turn) = phase else { return returnPermit(&step) }
        tell(turn, &phase, &step)
    }

    mutating func returnPermit(_ step: inout Step) { if gates.giveBack() { step.emit(.returnPermit) } }

    /// What waited for its turn does so no more.
    mutating func leaveQueue(_ phase: inout Phase, _ step: inout Step) {
        guard case .queued = phase else { return }
        returnPermit(&step)
        phase = vigil(books.next(at: step.now), step)
    }

    /// The slot has waited for as long as it may; what came due meanwhile has waited with it.
    mutating func stopWaiting(_ phase: inout Phase, _ step: inout Step) {
        if case .queued(let turn) = phase, CatchUpKeeper.isTooLate(turn, &self, &phase, &step) { return }
        let last = max(books.due(at: step.now) ?? books.accounted, books.accounted)
        // None, if the wall clock was set back meanwhile.
        book(books.close(through: last, .skipped, .wait), &step)
        gates.isAsking = false
        step.emit(.send(.skip(through: last)))
        leaveQueue(&phase, &step)
    }

    /// Begins the attempt whose time has come, or makes the next call, if the worker waits for work.
    mutating func giveOrders(_ phase: inout Phase, _ step: inout Step) {
        if let attempt = orders.attempt(at: step.now.monotonic), phase.isIdle {
            let turn = Phase.Turn(slot: attempt.slot, attempt: attempt.number)
            gates.areOpen ? tell(turn, &phase, &step) : queue(turn, &phase, &step)
        }
        if let call = orders.nextCall, phase.isIdle {
            // A run that somebody asks for waits for the job's gate, as those of its slots do.
            let isManual = call.event == nil && !gates.areOpen
            if isManual { return queue(Phase.Turn(slot: nil, attempt: 1, call: call.number), &phase, &step) }
            order(RunOrder(slot: nil, attempt: call.attempt, call: call.number), call.event, &phase, &step)
        }
    }

    /// Returns whether it is to be made.
    mutating func take(_ event: String?, _ isOfCall: Bool, _ phase: Phase, _ step: inout Step) -> Bool {
        let isTaken = !phase.isStopping && orders.take(call: event, isOfCall: isOfCall)
        if !isTaken { step.log(.callsDropped(1)) }
        return isTaken
    }

    private mutating func tell(_ turn: Phase.Turn, _ phase: inout Phase, _ step: inout Step) {
        if CatchUpKeeper.isTooLate(turn, &self, &phase, &step) { return }
        order(RunOrder(slot: turn.slot, attempt: turn.attempt, call: turn.call), nil, &phase, &step)
    }

    /// Tells the worker to begin a run now, which it must then do soon.
    private mutating func order(_ order: RunOrder, _ event: String?, _ phase: inout Phase, _ step: inout Step) {
        orders.give(order)
        let event = orders.takeLongEvents ? event : event.map(Notice.shortened)
        step.emit(
            .send(.run(.init(slot: order.slot, attempt: Int64(order.attempt), call: order.call, event: event))))
        let now = step.now.monotonic
        phase = .idle(
            Phase.Vigil(slot: books.next(at: step.now), next: now, deadline: now + WorkerLife.overdueGrace))
    }

    /// The worker waits for its next slot.
    mutating func take(_ ready: Report.Ready, _ step: inout Step) throws(Violation) -> Phase {
        guard gates.areOpen || ready.features.include(.gates) else {
            throw Violation("a program without the feature 'gates', which a job in a group needs")
        }
        guard !policy.claims || ready.features.include(.note) else {
            throw Violation("a program without the feature 'note', which a job with claim: true needs")
        }
        orders.takeLongEvents = ready.features.include(.event)
        PauseKeeper.take(ready.features, &self)
        CatchUpKeeper.take(ready.features, &self, &step)
        return vigil(ready.next, step)
    }

    /// What the worker says that it waits for. One that names a slot beyond the next one would never be asked whether it lives.
    func vigil(_ next: SlotInstant, _ step: Step) -> Phase {
        .idle(
            Phase.Vigil(
                next, books, longestDelay: schedule.longestDelay, notBefore: CatchUpKeeper.begin(self, at: step.now),
                at: step.now))
    }

    // MARK: What it says of its runs

    mutating func take(
        _ begin: Report.Begin, _ phase: inout Phase, _ step: inout Step
    ) throws(Violation) -> Phase.Run {
        guard begin.run > books.runs, books.isNear(begin.run) else {
            throw Violation("'begin' of run \(begin.run) after run \(books.runs)")
        }
        guard let order = match(begin, &phase, &step) else {
            throw Violation("'begin' of run \(begin.run) without a permit")
        }
        if let slot = begin.slot {
            guard order.isChecked ? slot > books.accounted : books.isOpen(slot, at: step.now.on(clock)) else {
                throw Violation("'begin' for slot \(slot.nanoseconds), which is not due")
            }
            miss(before: slot, &step)
            // Others have waited for what their policy says, and that is no lateness.
            if order.attempt == 1, gates.areOpen, !gates.owes(slot) {
                alerts.judgeBegin(slot, schedule, stated: begin.lateness, policy.hooks, &step)
            }
        }
        books.count(through: begin.run)
        var run = limits.run(order, begin, at: step.now)
        CatchUpKeeper.begin(&run, &self)
        alerts.begin(run, policy.hooks, &step)
        return run
    }

    private mutating func match(_ begin: Report.Begin, _ phase: inout Phase, _ step: inout Step) -> RunOrder? {
        if let order = orders.match(begin) {
            gates.isAsking = false
            return order
        }
        guard !gates.areAsked, orders.isKnown(begin.call) else { return nil }
        // A slot of its own timer; a call that it has not begun yet stays.
        if begin.slot != nil { giveUpAttempts(.overlap, &phase, &step) }
        return RunOrder(slot: begin.slot, attempt: 1, call: begin.call, isChecked: false)
    }

    mutating func take(_ skipped: Report.Skipped, _ phase: inout Phase, _ step: inout Step) throws(Violation) {
        let isInRun = phase.run != nil
        // They come after the slot that would have been attempted again.
        if !isInRun { giveUpAttempts(.overlap, &phase, &step) }
        let now = step.now.on(clock)
        guard !isInRun, skipped.first <= skipped.last, isDue(skipped.first, at: now), isDue(skipped.last, at: now)
        else { throw Violation("'skipped' for slots that are not due") }
        miss(before: skipped.first, &step)
        let booking = books.close(through: skipped.last, .skipped, .overlap)
        let before = SlotInstant(nanoseconds: skipped.first.nanoseconds - 1)
        mark.heard.skipped += books.timetable.count(after: before, through: skipped.last)
        book(booking, &step)
        if phase.isIdle { phase = vigil(skipped.next, step) }
    }
}
