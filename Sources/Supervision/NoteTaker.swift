import Clocks
import Model
import Schedules
import Turns
import Wire

/// Holds what a dead worker has noted of its runs against what was heard of it: what is missing is taken as reports that come late.
struct NoteTaker {
    /// What the worker of a previous life was told to begin is not known any more: it has begun it.
    private let isOfPreviousLife: Bool

    static func take(_ note: RunNote?, _ job: inout JobSupervisor) {
        if let unsettled = job.runKeeper.unsettled {
            NoteTaker(isOfPreviousLife: true).settle(unsettled, note, &job)
        } else if job.phase.hasWorker {
            NoteTaker(isOfPreviousLife: false).feed(note, &job)
        }
    }

    // MARK: Another life

    /// The runs of a previous life of the daemon's get their outcomes, and so do the slots that came due without a daemon.
    private func settle(_ unsettled: UnsettledRecord, _ note: RunNote?, _ job: inout JobSupervisor) {
        let here = job.phase
        job.runKeeper.unsettled = nil
        job.runKeeper.orders.resume(job.books.areOpen ? unsettled.record.owed : nil)
        let run = unsettled.record.run.map { placed($0, job.books) }
        job.life.phase = run.map { .running($0) } ?? job.runKeeper.vigil(job.books.accounted, job.step)
        feed(note, &job)
        if let run = job.phase.run { endUnheard(run, in: here, &job) }
        job.life.phase = here
        job.runKeeper.loseWorker(&job.step)
        missWhatCameDue(before: unsettled.since, &job)
        job.runKeeper.books.beginLife()
    }

    /// The slot of a schedule that has changed is none of this one.
    private func placed(_ run: Phase.Run, _ books: SlotBooks) -> Phase.Run {
        var run = run
        if !books.areOpen { run.slot = nil }
        return run
    }

    /// Nobody knows how it ended, unless it was this daemon or the one before that has ended it.
    private func endUnheard(_ run: Phase.Run, in here: Phase, _ job: inout JobSupervisor) {
        var run = run
        if job.life.starts.hasKilledPreviousWorker { run.cut = run.cut ?? .timeout }
        guard run.cut == nil else { return job.runKeeper.lose(run, "", in: here, &job.step) }
        let text = "the daemon was killed in it, and its worker has not noted an end"
        job.runKeeper.conclude(run, .interrupted, run.lost(text, at: job.step.now), in: here, &job.step)
    }

    /// What came due before this life of the daemon's began has no run: nobody was there.
    private func missWhatCameDue(before since: Moment, _ job: inout JobSupervisor) {
        guard job.books.areOpen else { return }
        let orders = job.runKeeper.orders
        // Nor is a slot attempted again where another run comes first.
        let isOver = orders.attemptsAreOver(at: since.monotonic) || job.runKeeper.schedule.runsAtStart
        if isOver { job.runKeeper.giveUpAttempts(.overlap, &job.life.phase, &job.step) }
        // Its slot is the last one that came due.
        guard job.runKeeper.orders.pending == nil else { return }
        job.runKeeper.book(job.runKeeper.books.close(through: since.on(job.books.clock), .missed, .down), &job.step)
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
        }
    }

    private func take(_ difference: NoteDifference, _ job: inout JobSupervisor) throws(Violation) {
        var difference = difference
        if !job.books.areOpen { difference.forgetSlots() }
        if let dropped = difference.before(job.books, running: job.phase.run?.number) { try job.take(dropped) }
        if let ended = difference.ended { try take(ended, &job) }
        if let dropped = difference.after(job.books) { try job.take(dropped) }
        if let begun = difference.begun, job.phase.run?.number != begun.run.number {
            try begin(begun.run, at: begun.at, &job)
        }
    }

    private func take(_ ended: RunNote.Ended, _ job: inout JobSupervisor) throws(Violation) {
        let (run, end) = (ended.run, ended.end)
        if job.phase.run?.number != run.number { try begin(run, at: nil, &job) }
        try job.take(
            Report.End(
                run: run.number, slot: run.slot, next: job.books.accounted, lateness: run.lateness,
                duration: ended.duration, outcome: ended.outcome, text: end.text, fullLength: end.fullLength,
                code: end.code, isFinal: end.isFinal))
    }

    private func begin(
        _ run: RunNote.Run, at begun: MonotonicInstant?, _ job: inout JobSupervisor
    ) throws(Violation) {
        let isOrdered = run.attempt > 1 || run.call != nil || !job.runKeeper.gates.areOpen
        if isOrdered, isOfPreviousLife {
            job.runKeeper.orders.give(
                RunOrder(
                    slot: run.slot, attempt: Int(clamping: run.attempt), call: run.call, isChecked: run.attempt > 1))
        }
        try job.take(
            Report.Begin(
                run: run.number, slot: run.slot, next: job.books.accounted, lateness: run.lateness, call: run.call))
        guard let begun, case .running(var run) = job.phase else { return }
        let ago = max(.zero, job.step.now.monotonic - begun)
        let wall = WallInstant(nanoseconds: job.step.now.wall.nanoseconds - ago.count)
        run.began = Moment(monotonic: begun, wall: wall)
        job.life.phase = .running(run)
    }
}
