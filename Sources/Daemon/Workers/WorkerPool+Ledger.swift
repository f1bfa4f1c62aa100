import Clocks
import Model
import Schedules
import Supervision
import Turns
import Values
import Wire

/// What is written down for the ledger, if there is one.
extension WorkerPool {
    /// A new job, or one that the ledger does not know any more. Between two steps of it.
    func introduce(_ job: Job) {
        guard let ledger else { return }
        ledger.introduce(&job.ledgerName, job.definition, JobRecord(job.supervisor), at: moment)
        if job.ledgerName.isKnown { writeBegin(of: job) }
    }

    /// Those that there was no room for; in each round of the loop.
    func introduceStrangers() {
        guard let ledger, ledger.takeStrangers() else { return }
        for job in jobs.compactMap(\.self) where !job.ledgerName.isKnown && !ledger.hasStrangers { introduce(job) }
    }

    /// The ledger has lost what it knew.
    func introduceAllAgain() {
        ledger?.beginAgain()
        for job in jobs.compactMap(\.self) { job.ledgerName.isKnown = false }
    }

    func write(_ booking: Booking, of job: Job) {
        guard let ledger else { return }
        let hasText = job.definition.policy.history.text == .all
        ledger.note(booking, of: &job.ledgerName, job.clock, at: moment, hasText: hasText)
        if booking.run != nil { ledger.youngRuns.remove(of: job.index) }
    }

    /// That runs have begun which have not ended soon: if the machine ends in one, that is all that is known of it.
    func writeBegins() {
        guard let ledger, ledger.youngRuns.deadline <= now else { return }
        while let run = ledger.youngRuns.takeOld(at: now) {
            guard run.job < jobs.count, let job = jobs[run.job],
                Phase.Run.going(in: job.supervisor)?.number == run.number
            else { continue }
            writeBegin(of: job)
        }
    }

    private func writeBegin(of job: Job) {
        guard let ledger, let run = Phase.Run.going(in: job.supervisor) else { return }
        ledger.note(run, of: job.ledgerName, pid: job.worker?.pid ?? 0, job.clock, at: moment)
    }

    /// To the log, and what a run has written to the ledger too.
    func record(_ incident: Incident, of job: Job) {
        incidents.record(incident, of: job)
        countEnd(incident, of: job)
        switch incident {
        case .output(let line): writeOutput(line.text, isError: line.stream == .standardError, run: line.run, of: job)
        case .jobLine(let line): writeOutput(line.message, run: line.run, of: job)
        default: break
        }
    }

    func writeOutput(_ text: String, isError: Bool = false, run: Int64, of job: Job) {
        guard job.definition.policy.history.output != .none else { return }
        ledger?.note(output: text, isError: isError, run: run, of: job.ledgerName, at: moment)
    }

    /// What the log has said of jobs and of the daemon since the last time.
    func writeEvents(_ tap: LogTap) {
        guard let ledger else { return }
        let (events, lost) = tap.take()
        for _ in 0..<lost { ledger.loseEvent() }
        for event in events {
            let job = event.fields.text(LogTap.entry).flatMap { EntryID($0) }.flatMap { jobsByID[$0] }
            ledger.note(
                event, of: job?.ledgerName, hasText: job?.definition.policy.history.text != RunPolicy.History.Text.none)
        }
    }

    /// Where a job goes on whose books are gone with the boot before. `known`: what the ledger has of it. Its slots go on too, if they are
    /// the same ones.
    func resumption(of job: JobDefinition, _ known: LedgerReport.Job) -> Resumption {
        var record = JobRecord()
        (record.books.runs, record.books.uncounted.earlier) = (known.runs, known.runs)
        record.standing.failures = Int(clamping: known.failures)
        (record.standing.isFailing, record.standing.isLate) = (known.isFailing, known.isLate)
        record.standing.takeAlerts(known.alerts)
        var goesOn = false
        if let slot = lastSlot(of: job.schedule, known) {
            (record.schedule, record.books.isOpen) = (job.schedule.signature, true)
            (record.books.start, record.books.accounted, record.books.repeated) = (slot, slot, slot)
            goesOn = record.isSane
        }
        var resumption = Resumption(record, isOfPreviousLife: goesOn)
        resumption.mayHaveUntold = true
        return resumption
    }

    /// Up to which its slots have their outcome, on its own clock; `nil`: they begin anew.
    private func lastSlot(of schedule: Schedule, _ known: LedgerReport.Job) -> SlotInstant? {
        guard known.schedule == schedule.words, known.timezone == schedule.zone?.name ?? "", known.accounted > 0,
            known.accounted <= Int64.max / 1_000
        else { return nil }
        let wall = WallInstant(nanoseconds: known.accounted * 1_000)
        switch schedule.rule {
        case .none: return nil
        case .aligned, .calendar: return SlotInstant(nanoseconds: wall.nanoseconds)
        case .interval(let interval): return gridPoint(interval, through: wall)
        }
    }

    /// The grid of an interval goes on after a boot. Where the clock says that its last slot is still to come, it is not waited for: that
    /// clock is wrong now, or was then.
    private func gridPoint(_ interval: Nanoseconds, through wall: WallInstant) -> SlotInstant {
        let ahead = wall.nanoseconds - moment.wall.nanoseconds
        let rest = ahead > 0 ? (ahead % interval.count) - interval.count : ahead
        return SlotInstant(nanoseconds: moment.monotonic.nanoseconds + rest)
    }
}
