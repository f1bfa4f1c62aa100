import Clocks
import Model
import Schedules
import Turns
import Wire

/// Over the end of a worker, and of the daemon: what the worker has noted is held against what was heard of it, and what is missing
/// is taken as reports that come late.
extension JobSupervisor {
    /// What is to outlive this one.
    package var record: JobRecord {
        if let unsettled = runKeeper.unsettled { return unsettled.record }
        var record = JobRecord()
        record.schedule = runKeeper.schedule.signature
        record.books = books.saved
        (record.standing, record.mark) = (standing, runKeeper.mark)
        (record.run, record.owed) = (phase.run, runKeeper.orders.pending)
        return record
    }

    /// Whether the note of a worker of a previous life is to be read first.
    package var awaitsNote: Bool { runKeeper.unsettled != nil }

    /// The next worker writes into a new note, which has this number.
    package mutating func expectNote(epoch: UInt64) { runKeeper.mark = NoteMark(epoch: epoch) }

    mutating func take(_ note: RunNote?) {
        if let unsettled = runKeeper.unsettled { return settle(unsettled, note) }
        if phase.hasWorker { feed(note) }
    }

    // MARK: Another life

    /// The runs of the previous life get their outcomes, and so do the slots that came due without a daemon.
    private mutating func settle(_ unsettled: UnsettledRecord, _ note: RunNote?) {
        let here = phase
        runKeeper.unsettled = nil
        runKeeper.orders.resume(books.areOpen ? unsettled.record.owed : nil)
        life.phase = unsettled.record.run.map { .running(placed($0)) } ?? runKeeper.vigil(books.accounted, step)
        feed(note)
        if let run = phase.run { endUnheard(run, in: here) }
        life.phase = here
        runKeeper.loseWorker(&step)
        runKeeper.missWhatCameDue(before: unsettled.since, &life.phase, &step)
        runKeeper.books.beginLife()
    }

    /// Nobody knows how it ended, unless it was this daemon that has ended it.
    private mutating func endUnheard(_ run: Phase.Run, in here: Phase) {
        var run = run
        if life.starts.hasKilledPreviousWorker { run.cut = run.cut ?? .timeout }
        guard run.cut == nil else { return runKeeper.lose(run, "", in: here, &step) }
        let end = run.lost("the daemon was killed in it, and its worker has not noted an end", at: step.now)
        runKeeper.conclude(run, .interrupted, end, in: here, &step)
    }

    /// The slot of a schedule that has changed is none of this one.
    private func placed(_ run: Phase.Run) -> Phase.Run {
        var run = run
        if !books.areOpen { run.slot = nil }
        return run
    }

    // MARK: A note

    private mutating func feed(_ note: RunNote?) {
        guard let note, note.epoch == runKeeper.mark.epoch, note.epoch != 0 else { return }
        do throws(Violation) {
            try take(NoteDifference(note, runKeeper.mark.heard))
        } catch {
            step.log(.noteRefused(error.what))
        }
    }

    private mutating func take(_ difference: NoteDifference) throws(Violation) {
        var difference = difference
        if !books.areOpen { difference.forgetSlots() }
        if let dropped = difference.before(books, running: phase.run?.number) { try take(dropped) }
        if let ended = difference.ended { try take(ended) }
        if let dropped = difference.after(books) { try take(dropped) }
        if let begun = difference.begun, phase.run?.number != begun.run { try take(begun) }
    }

    private mutating func take(_ ended: RunNote.Ended) throws(Violation) {
        if phase.run?.number != ended.run {
            let begin = Report.Begin(
                run: ended.run, slot: ended.slot, next: books.accounted, lateness: ended.lateness, call: ended.call)
            try take(begin, attempt: ended.attempt, at: nil)
        }
        try take(
            Report.End(
                run: ended.run, slot: ended.slot, next: books.accounted, lateness: ended.lateness,
                duration: ended.duration, outcome: ended.outcome, text: ended.text, fullLength: ended.fullLength,
                code: ended.code, isFinal: ended.isFinal))
    }

    private mutating func take(_ begun: RunNote.Begun) throws(Violation) {
        let begin = Report.Begin(
            run: begun.run, slot: begun.slot, next: books.accounted, lateness: begun.lateness, call: begun.call)
        try take(begin, attempt: begun.attempt, at: begun.at)
    }

    /// What the worker of a previous life was told to begin is not known any more; it has begun it.
    private mutating func take(
        _ begin: Report.Begin, attempt: Int64, at begun: MonotonicInstant?
    ) throws(Violation) {
        if runKeeper.orders.given == nil, attempt > 1 || begin.call != nil || !runKeeper.gates.areOpen {
            runKeeper.orders.give(
                RunOrder(slot: begin.slot, attempt: Int(clamping: attempt), call: begin.call, isChecked: attempt > 1))
        }
        try take(begin)
        guard let begun, case .running(var run) = phase else { return }
        let ago = max(.zero, step.now.monotonic - begun)
        run.began = Moment(
            monotonic: begun, wall: WallInstant(nanoseconds: step.now.wall.nanoseconds - ago.count))
        life.phase = .running(run)
    }
}

extension RunKeeper {
    /// What came due before this life of the daemon's began has no run: nobody was there.
    fileprivate mutating func missWhatCameDue(before since: Moment, _ phase: inout Phase, _ step: inout Step) {
        guard books.areOpen else { return }
        // Nor is it attempted again where another run comes first.
        let isOver = orders.attemptsAreOver(at: since.monotonic) || schedule.runsAtStart
        if isOver { giveUpAttempts(.overlap, &phase, &step) }
        // Its slot is the last one that came due, and is attempted again.
        guard orders.pending == nil else { return }
        book(books.close(through: since.on(clock), .missed, .down), &step)
    }
}
