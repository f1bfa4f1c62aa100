import Clocks
import Links
import Model
import Supervision

extension WorkerPool {
    /// Jobs that begin or end at a moment of the wall clock look again, and those that are ahead of it wait or follow it.
    func clockWasSet() {
        readClock()
        let step = clockLead.takeStep(to: moment)
        var ends: [SlotInstant] = []
        for job in jobs.compactMap(\.self) {
            process(.clockWasSet, job)
            endIfOver(job)
            settle(job)
            if let end = job.supervisor.waitsForClock(at: moment) { ends.append(end) }
        }
        if step >= ClockLead.shortest { incidents.clockSetBack(by: step, waiting: ends) }
    }

    /// A busy machine takes its time for a signal, for which what a worker has left to do is looked for, and for its stacks before it.
    func noteSignal(_ job: Job) {
        let decided = now
        readClock()
        job.supervisor.signalled(after: now - decided)
    }

    /// Handles the deadlines that came before `heard`, at most `limit` of them. All that workers wrote before it has been read:
    /// only then is silence an answer.
    func fireDeadlines(through heard: MonotonicInstant, limit: Int) {
        readClock()
        advanceGroups()
        advancePauses()
        if deadlines.count > 2 * jobs.count + 1_000 { deadlines.prune { jobs[$0]?.scheduledAt } }
        var count = 0
        while count < limit, let (index, instant) = deadlines.popDue(at: heard) {
            guard let job = jobs[index], job.scheduledAt == instant else { continue }
            count += 1
            job.scheduledAt = .distantFuture
            fire(job, heard)
        }
    }

    private func fire(_ job: Job, _ heard: MonotonicInstant) {
        readClock()
        if job.outputDeadline <= heard { releaseOutput(of: job) }
        if let worker = job.worker, worker.exitDeadline <= heard { missExit(worker, job) }
        if let previous = job.previousWorker, previous.nextLook <= heard { lookAtPreviousWorker(job) }
        if job.endDeadline <= heard { endIfOver(job) }
        if job.supervisor.deadline <= heard { process(.deadline, job, heard: heard) }
        settle(job)
    }

    private func missExit(_ worker: WorkerProcess, _ job: Job) {
        // The daemon itself was held up, and its worker with it perhaps.
        if now - worker.exitDeadline > JobSupervisor.longestDelayOfOurs {
            worker.exitDeadline = now + WorkerProcess.exitGrace
        } else {
            worker.exitDeadline = .distantFuture
            process(.violation("it closed its report pipe and lives on"), job)
        }
    }
}

extension Effect {
    var isSignal: Bool {
        switch self {
        case .terminate, .kill: true
        default: false
        }
    }
}
