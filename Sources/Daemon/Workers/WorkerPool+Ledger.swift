import Clocks
import Model
import Supervision
import Turns
import Values
import Wire

/// What is written down for the ledger, if there is one.
extension WorkerPool {
    /// A new job, or one that the ledger does not know any more. Between two steps of it.
    func introduce(_ job: Job) {
        ledger?.introduce(&job.ledgerName, job.definition, JobRecord(job.supervisor), at: moment)
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
        ledger?.note(booking, of: &job.ledgerName, job.clock, at: moment)
    }

    /// That a run has begun: if the machine ends in it, that is all that is known of it.
    func writeBegin(of job: Job) {
        guard let ledger, let run = Phase.Run.going(in: job.supervisor) else { return }
        ledger.note(run, of: job.ledgerName, pid: job.worker?.pid ?? 0, job.clock, at: moment)
    }

    /// What the log has said of jobs and of the daemon since the last time.
    func writeEvents(_ tap: LogTap) {
        guard let ledger else { return }
        for event in tap.take().events {
            let job = event.fields.text(LogTap.entry).flatMap { EntryID($0) }.flatMap { jobsByID[$0] }
            ledger.note(event, of: job?.ledgerName)
        }
    }
}

extension JobRecord {
    /// What the ledger says of a job whose books are gone with the boot before.
    init(_ job: LedgerReport.Job) {
        self.init()
        (books.runs, books.uncounted.earlier) = (job.runs, job.runs)
        standing.failures = Int(clamping: job.failures)
        (standing.isFailing, standing.isLate) = (job.isFailing, job.isLate)
    }
}
