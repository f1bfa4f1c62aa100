import Clocks
import Kernel
import Links
import Model
import Schedules
import Supervision
import Values
import Wire

extension WorkerPool {
    func spawn(_ job: Job) {
        // In front of the limit, which those that must wait would use up.
        if waitsForLedger(job) { return process(.spawnDeferred(until: .distantFuture), job) }
        guard let lock = claim(job), !mustWaitForLeftovers(job) else { return }
        settle(byNoteOf: job)
        if job.generation > 0, let moment = limiter.admit(at: now) {
            return process(.spawnDeferred(until: moment), job)
        }
        do throws(SystemError) {
            let worker = try start(job, lock)
            lock.note(worker.pid)
            if worker.group != nil { lacksGroup = false }
            job.worker = worker
            children[worker.pid] = .worker(job)
            workerCount += 1
            incidents.spawning(job)
            if job.goesByZone { usesZones = true }
            // After the spawn, which takes its time: the job's grid begins at this moment.
            process(.spawned, job)
            send(job.workerDefinition.encoded(), job)
        } catch {
            // Who may have written the program is no fault of the job's either.
            process(.spawnFailed(error.description, isShortage: error.isShortage || error.isUntrusted), job)
        }
    }

    /// `nil`: a worker of the job's is still there, of a previous life of the daemon's.
    private func claim(_ job: Job) -> JobLock? {
        runtime.restore()?.report(to: incidents.log)
        restoreBooks()
        switch runtime.claim(job.definition.id, at: now) {
        case .granted(let lock, let swept):
            if swept > 0 { incidents.leftoversKilled(swept) }
            return lock
        case .refused(let event):
            process(event, job)
            return nil
        }
    }

    /// A dead worker holds no lock, but what it has started may be in the kernel's hands for as long as a disk does not answer.
    private func mustWaitForLeftovers(_ job: Job) -> Bool {
        guard let event = groups?.leftovers(to: job.definition.id, at: now) else { return false }
        process(event, job)
        return true
    }

    private func start(_ job: Job, _ lock: JobLock) throws(SystemError) -> WorkerProcess {
        job.generation &+= 1
        let control = try Pipe.open(nonblocking: .writer)
        let report = try Pipe.open(nonblocking: .reader)
        let output = try Pipe.open(nonblocking: .reader)
        // Before there is a process that nobody would listen to if this fails.
        try loop.poller.add(report.reader, token: source(.report, job).packed, for: .read)
        try loop.poller.add(output.reader, token: source(.output, job).packed, for: .read)
        let note = makeNote(for: job)
        let (pid, group) = try inGroup(job.definition) { group throws(SystemError) in
            // Standard output and error are the same pipe, which keeps their lines in order.
            try programs.program(at: job.definition.function.program).worker.spawn(
                arguments: [job.definition.id.description, job.definition.schedule.text], input: control.reader,
                output: output.writer, error: output.writer, report: report.writer,
                registry: registry.memory.descriptor, lock: lock.file, note: note, in: group)
        }
        return WorkerProcess(
            pid: pid, group: group, control: control.writer, report: report.reader, output: output.reader)
    }

    /// Spawns in a new group, or without one if that is how it must be.
    private func inGroup(
        _ job: JobDefinition, _ spawn: (ControlGroup?) throws(SystemError) -> ProcessID
    ) throws(SystemError) -> (ProcessID, ControlGroup?) {
        let group = try makeGroup(job)
        do throws(SystemError) {
            return (try spawn(group), group)
        } catch {
            guard let group else { throw error }
            groups?.retire(group, at: machine.now)
            guard job.controlGroupLimits.isEmpty, error.isRefusal(of: group) else { throw error }
            goWithoutGroup(error)
            return (try spawn(nil), nil)
        }
    }

    /// A job that needs none can do without one. `nil`: there is none.
    private func makeGroup(_ job: JobDefinition) throws(SystemError) -> ControlGroup? {
        do throws(SystemError) {
            guard let groups else { return try WorkerGroups.goWithout(job.controlGroupLimits) }
            return try groups.makeLeaf(for: job.id, job.controlGroupLimits, leaves: job.leftovers.leaves)
        } catch {
            guard job.controlGroupLimits.isEmpty, !error.isShortage else { throw error }
            goWithoutGroup(error)
            return nil
        }
    }

    /// Said once, until there are groups again.
    private func goWithoutGroup(_ error: SystemError) {
        if !lacksGroup { incidents.groupUnavailable(error) }
        lacksGroup = true
    }

    func source(_ channel: EventToken.Channel, _ job: Job) -> Source {
        EventToken.worker(channel, job: job.index, generation: job.generation).source
    }
}
