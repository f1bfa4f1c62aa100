import Clocks
import Model
import Schedules
import Turns
import Wire

/// Holds what a dead worker has noted of its runs against what was heard of it: what is missing is taken as reports that come late.
struct NoteTaker {
    /// What the worker of a previous life was told to begin is not known any more: it has begun it.
    private let isOfPreviousLife: Bool
    /// Whether the slots that it names are those of the job.
    private let knowsSlots: Bool

    static func take(_ note: RunNote?, _ job: inout JobSupervisor) {
        if let unsettled = job.runKeeper.unsettled {
            NoteTaker(isOfPreviousLife: true, knowsSlots: unsettled.slotsGoOn).settle(unsettled, note, &job)
        } else if job.phase.hasWorker {
            NoteTaker(isOfPreviousLife: false, knowsSlots: true).feed(note, &job)
        }
    }

    // MARK: Another life

    /// The runs of a previous life of the daemon's get their outcomes, and so do the slots that came due without a daemon.
    private func settle(_ unsettled: UnsettledRecord, _ note: RunNote?, _ job: inout JobSupervisor) {
        let here = job.phase
        job.runKeeper.unsettled = nil
        job.runKeeper.orders.resume(knowsSlots ? unsettled.record.owed : nil)
        let run = unsettled.record.run.map { placed($0) }
        job.life.phase = run.map { .running($0) } ?? job.runKeeper.vigil(job.books.accounted, job.step)
        feed(note, &job)
        if let run = job.phase.run { endUnheard(run, in: here, &job) }
        job.life.phase = here
        job.runKeeper.loseWorker(&job.step)
        if knowsSlots { missWhatCameDue(unsettled, &job) } else { giveUpAttempt(unsettled.record.owed, &job) }
        job.runKeeper.books.beginLife()
        // It may have been set back meanwhile.
        job.mustFollow = SetClock.isToFollow(job.books, at: job.step.now)
    }

    /// The slot of a schedule that has changed is none of this one.
    private func placed(_ run: Phase.Run) -> Phase.Run {
        var run = run
        if !knowsSlots { run.slot = nil }
        run.call = run.call.map(FunctionCall.ofEarlierLife)
        return run
    }

    /// Nobody knows how it ended, unless it was this daemon or the one before that has ended it.
    private func endUnheard(_ run: Phase.Run, in here: Phase, _ job: inout JobSupervisor) {
        var run = run
        run.cut = run.cut ?? job.life.starts.previousCut
        guard run.cut == nil else { return job.runKeeper.lose(run, "", in: here, &job.step) }
        let text = "the daemon was killed in it, and its worker has not noted an end"
        job.runKeeper.conclude(run, .interrupted, run.lost(text, at: job.step.now), in: here, &job.step)
    }

    /// What came due before this life of the daemon's began has no run: nobody was there.
    private func missWhatCameDue(_ unsettled: UnsettledRecord, _ job: inout JobSupervisor) {
        let since = unsettled.since
        let orders = job.runKeeper.orders
        // Nor is a slot attempted again where another run comes first.
        let isOver = orders.attemptsAreOver(at: since.monotonic) || job.runKeeper.schedule.runsAtStart
        if isOver { job.runKeeper.giveUpAttempts(.overlap, &job.life.phase, &job.step) }
        // Its slot is the last one that came due.
        guard job.runKeeper.orders.pending == nil else { return }
        PauseKeeper.bookWhatWasPaused(unsettled, &job.runKeeper, &job.step)
        CatchUpKeeper.settle(unsettled, &job.runKeeper, &job.step)
    }

    /// At a slot of a schedule that has changed, or of a job that is gone: its run has its outcome by that, without the slot.
    private func giveUpAttempt(_ owed: PendingAttempt?, _ job: inout JobSupervisor) {
        guard var booking = owed?.before else { return }
        (booking.first, booking.last, booking.reason) = (nil, nil, .stop)
        if owed?.isKept == true { booking.outcome = .interrupted }
        job.runKeeper.book(job.runKeeper.books.book(booking, isSettled: true), &job.step)
    }

    // MARK: A note

    /// One of another worker says nothing of this one.
    private func feed(_ note: RunNote?, _ job: inout JobSupervisor) {
        let mark = job.runKeeper.mark
        guard let note, note.epoch == mark.epoch, note.epoch != 0 else { return }
        do throws(Violation) {
            try take(try NoteDifference(note, mark.heard), &job)
        } catch {
            job.step.log(.noteRefused(error.what))
            // No number is given twice.
            let last = max(note.begun?.run.number ?? 0, note.ended?.run.number ?? 0)
            if job.books.isNear(last) { job.runKeeper.books.count(through: last) }
        }
    }

    private func take(_ difference: NoteDifference, _ job: inout JobSupervisor) throws(Violation) {
        var difference = difference
        if !knowsSlots { difference.forgetSlots() }
        if isOfPreviousLife { giveOwedAttempt(difference, &job) }
        if let dropped = difference.before(job.books, running: job.phase.run?.number) { try job.take(dropped) }
        if let ended = difference.ended { try take(ended, &job) }
        if let dropped = difference.after(job.books) { try job.take(dropped) }
        if let begun = difference.begun, job.phase.run?.number != begun.run.number {
            try begin(begun.run, at: begun.at, &job)
        }
    }

    /// The worker was told to make the attempt, and has, if it has made more runs than slots came due since.
    private func giveOwedAttempt(_ difference: NoteDifference, _ job: inout JobSupervisor) {
        guard let owed = job.runKeeper.orders.pending, let slot = owed.slot,
            difference.hasMoreRuns(thanSlotsAfter: slot, job.books.timetable)
        else { return }
        job.runKeeper.orders.give(RunOrder(slot: slot, attempt: owed.number))
    }

    private func take(_ ended: RunNote.Ended, _ job: inout JobSupervisor) throws(Violation) {
        let (run, end) = (ended.run, ended.end)
        if job.phase.run?.number != run.number { try begin(run, at: beginOf(run, job), &job) }
        if isOfPreviousLife, job.life.starts.previousCut == .byOperator, !ended.outcome.isOk { cut(&job) }
        try job.take(
            Report.End(
                run: run.number, slot: run.slot, next: job.books.accounted, lateness: run.lateness,
                duration: ended.duration, outcome: ended.outcome, text: end.text, fullLength: end.fullLength,
                code: end.code, isFinal: end.isFinal))
    }

    /// It has not failed: an operator has ended it.
    private func cut(_ job: inout JobSupervisor) {
        guard case .running(var run) = job.phase else { return }
        run.cut = .byOperator
        job.life.phase = .running(run)
    }

    /// As late after its slot as it has noted; `nil`: it has none.
    private func beginOf(_ run: RunNote.Run, _ job: borrowing JobSupervisor) -> MonotonicInstant? {
        guard let slot = run.slot else { return nil }
        return min(job.step.now.monotonic(of: slot, on: job.books.clock) + run.lateness, job.step.now.monotonic)
    }

    private func begin(
        _ run: RunNote.Run, at begun: MonotonicInstant?, _ job: inout JobSupervisor
    ) throws(Violation) {
        let isOrdered = run.attempt > 1 || run.call != nil || !job.runKeeper.gates.areOpen
        let call = isOfPreviousLife ? run.call.map(FunctionCall.ofEarlierLife) : run.call
        if isOrdered, isOfPreviousLife {
            let isOwed = run.attempt > 1 && run.slot == job.runKeeper.orders.pending?.slot
            job.runKeeper.orders.give(
                RunOrder(slot: run.slot, attempt: Int(clamping: run.attempt), call: call, isChecked: isOwed))
        }
        try job.take(
            Report.Begin(
                run: run.number, slot: run.slot, next: job.books.accounted, lateness: run.lateness, call: call))
        guard let begun, case .running(var run) = job.phase else { return }
        let ago = max(.zero, job.step.now.monotonic - begun)
        let wall = WallInstant(nanoseconds: job.step.now.wall.nanoseconds - ago.count)
        run.began = Moment(monotonic: begun, wall: wall)
        job.life.phase = .running(run)
    }
}
