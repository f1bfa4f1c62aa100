import Clocks
import Model
import Schedules
import Turns

extension RunKeeper {
    // MARK: The outcomes of runs

    /// Its slot has its outcome by that, unless another attempt at it follows.
    mutating func conclude(
        _ run: Phase.Run, _ outcome: Outcome, _ end: consuming Booking.Run, because reason: Booking.Reason? = nil,
        in phase: Phase, _ step: inout Step
    ) {
        alerts.watch.freeSince = step.now.monotonic
        var booking = Booking(
            first: run.slot, last: run.slot, count: 0, outcome: outcome, reason: reason, run: end)
        booking = AttemptKeeper.plan(after: booking, &self, phase, &step)
        if !phase.isStopping, !gates.hold.isOn { booking = CatchUpKeeper.rerun(booking, &self, &step) }
        settle(booking, &step)
    }

    /// The run was ended with its worker: by the job's policy, or for a stop.
    mutating func lose(_ run: Phase.Run, _ status: String, in phase: Phase, _ step: inout Step) {
        let text = run.cut?.text(policy) ?? status
        let reason = run.cut.map(\.reason) ?? .stop
        conclude(run, run.cut?.outcome ?? .cancelled, run.lost(text, at: step.now), because: reason, in: phase, &step)
    }

    /// The next slot is due, or the job is to end: the outcome of the last attempt is that of its slot.
    mutating func giveUpAttempts(_ reason: Booking.Reason, _ phase: inout Phase, _ step: inout Step) {
        // At the daemon's end it is left to the next one.
        guard phase != .stopped, let attempt = orders.pending, var booking = orders.giveUpAttempts() else { return }
        leaveQueue(&phase, &step)
        booking.reason = attempt.isKept ? .stop : reason
        settle(booking, &step)
    }

    /// When the next slot is due. What is to be called again may be.
    mutating func endAttempts(_ phase: inout Phase, _ step: inout Step) {
        orders.releaseCall(at: step.now.monotonic)
        guard unsettled == nil, orders.attemptsAreOver(at: step.now.monotonic) else { return }
        giveUpAttempts(.overlap, &phase, &step)
    }

    private mutating func settle(_ booking: consuming Booking, _ step: inout Step) {
        let isSettled = booking.retryAfter == nil || booking.isGivenUp
        if isSettled, let slot = booking.last { miss(before: slot, &step) }
        book(books.book(booking, isSettled: isSettled), &step)
    }

    /// The worker is gone, and with it what it was told and what it was permitted.
    mutating func loseWorker(_ step: inout Step) {
        orders.forget()
        gates.isAsking = false
        returnPermit(&step)
    }

    /// There is no worker: the last slot that is due stays open, and the next worker makes up for it, late. Those before it are lost.
    mutating func missAllButLast(_ phase: inout Phase, _ step: inout Step) {
        guard books.areOpen, unsettled == nil, !gates.hold.isOn, gates.owed == nil, let due = books.due(at: step.now)
        else { return }
        // The wall clock was set, and word of that is on the way.
        if let slot = orders.pending?.slot, slot < due { giveUpAttempts(.overlap, &phase, &step) }
        miss(before: due, &step)
    }

    /// The job is over. What came due after it was told to stop was not to begin any more.
    mutating func close(_ phase: inout Phase, _ step: inout Step) {
        // The next life of the daemon's finds it as this one did.
        if unsettled != nil { return dropCalls(&step) }
        AttemptKeeper.end(at: phase.stop, &self, &phase, &step)
        dropCalls(&step)
        // Its slot is the last one that came due, and stays open.
        guard books.areOpen, orders.pending == nil else { return }
        let end = phase.stop?.asked ?? step.now.on(clock)
        PauseKeeper.bookWhatWasPaused(through: end, &self, &step)
        book(books.close(through: end, .missed, phase.hasWorker ? .stop : .noWorker), &step)
    }

    mutating func dropCalls(_ step: inout Step) {
        let dropped = orders.takeCalls().count
        if dropped > 0 { step.log(.callsDropped(dropped)) }
    }

    mutating func miss(before slot: SlotInstant, _ step: inout Step) {
        if books.advance(to: slot) { return }
        let last = SlotInstant(nanoseconds: slot.nanoseconds - 1)
        PauseKeeper.bookWhatWasPaused(through: last, &self, &step)
        book(books.miss(before: slot), &step)
    }

    /// All that slots and runs come to goes through here: to the log and all others who are told, and into the job's standing.
    mutating func book(_ booking: Booking?, _ step: inout Step) {
        guard let booking else { return }
        step.emit(.book(booking))
        alerts.note(booking, policy.hooks, isVerdict: AttemptKeeper.isVerdict(booking, self), &step)
    }
}
