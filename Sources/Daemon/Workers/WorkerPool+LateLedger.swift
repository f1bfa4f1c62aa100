import Clocks
import Model
import Schedules
import Supervision
import Turns
import Values
import Wire

/// What a ledger decides that has answered after the start. The jobs have begun without it, but for those whose slots must keep their
/// order.
extension WorkerPool {
    /// One that makes up for all its slots would begin with one that comes after them.
    func waitsForLedger(_ job: Job) -> Bool {
        awaitsLedger && job.definition.policy.catchUp.slots == .all && !job.supervisor.books.areOpen
    }

    /// To be called when the ledger has said all, or never will. Returns of how many jobs it has known something.
    func decideLate() -> Int {
        let waiting = jobs.compactMap(\.self).filter { waitsForLedger($0) }
        awaitsLedger = false
        var count = 0
        for id in resumptions.keys.sorted() where jobsByID[id] != nil {
            count += 1
            guard let job = jobsByID[id], !job.supervisor.hasHadSlot else {
                missLate(id)
                continue
            }
            beginAgain(job)
        }
        for job in waiting where jobs[job.index] === job { beginAgain(job) }
        return count
    }

    /// As if it had begun now. Its run may end.
    private func beginAgain(_ job: Job) { stop(job.definition.id, successor: job.successor ?? job.definition) }

    /// Where the one that takes the job's place begins; `nil`: the ledger has not answered late, or a slot was first.
    func lateResumption(of job: Job, by successor: JobDefinition) -> Resumption? {
        guard let known = resumptions[job.definition.id], !job.supervisor.hasHadSlot else { return nil }
        resumptions[job.definition.id] = nil
        if job.supervisor.runs == 0 { return resumption(of: successor, known) }
        // It has run without a slot: the ledger has its numbers after those that it knows.
        guard let slot = lastSlot(of: successor.schedule, known) else { return nil }
        var record = JobRecord(job.supervisor, signature: successor.schedule.signature)
        record.books.isOpen = true
        (record.books.start, record.books.accounted, record.books.repeated) = (slot, slot, slot)
        return Resumption(record, isOfPreviousLife: true)
    }

    /// A slot of this life was first: of those that came due without a daemon none is run.
    func missLate(_ id: EntryID) {
        guard let known = resumptions.removeValue(forKey: id), let job = jobsByID[id],
            let slot = lastSlot(of: job.definition.schedule, known)
        else { return }
        handle(.missedEarlier(after: slot), job)
    }
}
