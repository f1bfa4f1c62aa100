import Clocks
import Model
import Supervision
import Wire

/// Runs that do not begin before the ledger has it on its disk that they may.
extension WorkerPool {
    /// The job's group, if it has one, has room for it.
    func claim(_ job: Job) {
        guard job.definition.policy.claims, case .queued(let turn) = job.supervisor.phase, let slot = turn.slot else {
            return handle(.permitted, job)
        }
        guard ledger != nil else { return handle(.refused, job) }
        let wall = moment.wall(of: slot, on: job.clock)
        claims.ask(
            job.index, .init(run: job.supervisor.runs + 1, slot: wall, attempt: turn.attempt), at: now)
    }

    /// In each round of the loop. Returns whether the ledger is to look.
    func writeClaims() -> Bool {
        for index in claims.takeExpired(at: ledger == nil ? .distantFuture : now) {
            if let job = jobs[index] { handle(.refused, job) }
        }
        guard !claims.isEmpty, let ledger else { return false }
        return claims.write { index, claim in
            guard let job = jobs[index] else { return false }
            return ledger.note(claim, of: job.ledgerName, at: moment)
        }
    }

    func take(_ claimed: LedgerReport.Claimed) {
        guard let job = jobsByID[claimed.entry],
            claims.take(job.index, slot: claimed.slot, attempt: claimed.attempt)
        else { return }
        handle(claimed.isGranted ? .permitted : .refused, job)
    }
}
