import Clocks
import Kernel
import Links
import Model
import Schedules
import Supervision
import Turns
import Values
import Wire

/// What is to outlive the daemon of each job.
extension WorkerPool {
    // MARK: Where a job begins

    /// What a life of the daemon's before this one has left, or this one before the job was taken away and came back.
    func resumption(of job: JobDefinition) -> Resumption? {
        books?.record(of: job.id).map { Resumption($0, isOfPreviousLife: true) }
            ?? resumptions.removeValue(forKey: job.id).map { resumption(of: job, $0) }
    }

    /// What the job that is replaced hands to its successor.
    func resumption(of job: Job, by successor: JobDefinition) -> Resumption {
        var record = JobRecord(job.supervisor, signature: job.signature)
        // Other rules of the same zone are another schedule, though it is written alike.
        if job.definition.schedule != successor.schedule { record.books.isOpen = false }
        // What the previous life has left is open for the successor too.
        var resumption = Resumption(record, isOfPreviousLife: job.supervisor.awaitsNote)
        resumption.owed = successor.policy.catchUp.slots == .none ? nil : job.supervisor.owed
        return resumption
    }

    /// Runs and slots of jobs that are not in the registry any more get their outcomes too.
    func settleAbsentJobs() {
        for id in books?.ids ?? [] where jobsByID[id] == nil {
            guard let record = books?.record(of: id), record.books.isOpen || record.run != nil || record.owed != nil
            else { continue }
            // Its job's time may be over, and its worker still at work.
            guard runtime.locks.holder(of: id) == nil else {
                endPreviousWorker(of: id)
                continue
            }
            add(.absent(id))
            guard let job = jobsByID[id] else { continue }
            settle(byNoteOf: job)
            stop(id)
        }
    }

    // MARK: Records

    /// A begin that the worker has noted need not be in the record too.
    func changesRecord(_ event: Event, _ job: Job) -> Bool {
        if case .report(.begin) = event, job.worker?.agreed.include(.note) ?? false { return false }
        return event.changesRecord
    }

    /// To be called when the job may have changed by the event. `isNew`: it has.
    func save(_ job: Job, isNew: Bool = false) {
        guard let books else { return }
        guard let place = counterPlace(of: job) else { return }
        let record = JobRecord(job.supervisor, signature: job.signature)
        ledger?.note(record.standing, of: &job.ledgerName)
        books.write(record, at: place, isNew: isNew)
    }

    /// Where its record and its counters are; `nil`: there is no room.
    func counterPlace(of job: Job) -> Int? {
        if job.bookPlace == nil, let books { job.bookPlace = place(of: job, in: books) }
        return job.bookPlace
    }

    private func place(of job: Job, in books: JobBooks) -> Int? {
        do throws(SystemError) {
            return try books.place(of: job.definition.id)
        } catch {
            if !lacksBooks { incidents.booksUnavailable(error) }
            lacksBooks = true
            return nil
        }
    }

    /// The job is gone from the registry. If it comes back, its runs are numbered on.
    func close(_ job: Job) {
        // Of one that waits for the note of its last worker, the next life finds both.
        guard let books, let place = job.bookPlace, !job.supervisor.awaitsNote else { return }
        var record = JobRecord(job.supervisor, signature: job.signature)
        record.books.isOpen = false
        (record.standing, record.run, record.owed) = (JobStanding(), nil, nil)
        ledger?.close(&job.ledgerName, job.definition.id, record, job.clock, at: moment)
        books.write(record, at: place)
        books.removeNote(of: job.definition.id)
    }

    /// Makes them anew if somebody has removed them: the next daemon is to find those of this one.
    func restoreBooks() {
        guard let books, !books.areStillThere, let new = try? runtime.openBooks(id: books.id) else { return }
        moveCounters(to: new) {
            self.books = new
            _ = savePauses()
            for job in jobs.compactMap(\.self) {
                job.bookPlace = nil
                save(job)
            }
        }
    }

    // MARK: Notes

    /// Before a job's first worker: what the last one of a previous life has noted.
    func settle(byNoteOf job: Job) {
        if job.supervisor.awaitsNote { process(.noted(books?.note(of: job.definition.id)), job) }
    }

    /// The run that a worker of a previous life goes on with, which is not known before it has ended; `nil`: none.
    func earlierRun(of job: Job) -> Phase.Run? {
        guard job.supervisor.awaitsNote else { return nil }
        let note = books?.note(of: job.definition.id)
        return job.supervisor.earlierRun(note, at: machine.moment())
    }

    /// The number of the run that is going.
    func runGoing(of job: Job) -> Int64? { job.supervisor.phase.run?.number ?? earlierRun(of: job)?.number }

    /// The same for a job that has no worker before somebody calls it, or before the next boot.
    func settleIfAsleep(_ job: Job) {
        let sleeps = job.supervisor.deadline == .distantFuture && runtime.locks.holder(of: job.definition.id) == nil
        if sleeps { settle(byNoteOf: job) }
    }

    /// What a dead worker has noted and could not say any more.
    func readNote(_ worker: WorkerProcess, _ job: Job) {
        guard worker.agreed.include(.note), let note = books?.note(of: job.definition.id) else { return }
        process(.noted(note), job)
    }

    /// For the next worker. The record names it before there is one: a note of another name counts for nothing.
    func makeNote(for job: Job) -> Descriptor? {
        guard let books else { return nil }
        let epoch = random.next() | 1
        job.supervisor.expectNote(epoch: epoch)
        save(job)
        do throws(SystemError) {
            return try books.makeNote(of: job.definition.id, epoch: epoch)
        } catch {
            if !lacksBooks { incidents.booksUnavailable(error) }
            lacksBooks = true
            return nil
        }
    }
}

extension Event {
    /// Whether a job's record can be another after it.
    var changesRecord: Bool {
        switch self {
        case .report(let report): report.changesRecord
        case .call, .permitted, .refused, .spawnDeferred, .hurry: false
        case .spawned, .spawnFailed, .occupied, .noted, .violation, .exited, .deadline, .clockWasSet, .pause, .stop,
            .reschedule, .intervene, .told, .tellAgain:
            true
        }
    }
}

extension Effect {
    var isBooking: Bool { if case .book = self { true } else { false } }
}

extension Report {
    fileprivate var changesRecord: Bool {
        switch self {
        case .begin, .end, .skipped, .late, .due, .dropped: true
        case .ready, .asked, .log, .output, .outputDropped, .leftovers, .fault, .pong, .stopped: false
        }
    }
}
