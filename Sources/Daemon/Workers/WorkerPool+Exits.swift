import Clocks
import Kernel
import Links
import Model
import Supervision

extension WorkerPool {
    /// To be called before a round of `exited`.
    func expectExits() {
        stackTaker.letGo()
        swept = []
    }

    /// Ends what a worker that has exited has left. Returns what is to be done with its status, when it is collected.
    func exited(_ pid: ProcessID, _ job: Job) throws(SystemError) -> (ExitStatus) -> Void {
        guard let worker = job.worker else { return { _ in } }
        drain(worker, job)
        let ranOutOfMemory = worker.group.map { groups?.ranOutOfMemory($0) ?? false } ?? false
        let used = job.processorTime.flatMap { _ in ProcessTable.row(pid)?.processorTime }
        if let group = worker.group { endLeftovers(in: group, of: job) }
        // While the leader is a zombie its number is still the group's, and nobody else's.
        machine.signalGroup(pid, .kill)
        if worker.group == nil, job.supervisor.phase.run != nil, !swept.contains(pid) { try sweep(for: job) }
        return { self.bury(worker, job, self.end(job, $0, ranOutOfMemory, used)) }
    }

    /// Kills the commands of all workers without a control group that have died in a run: each has a group of its own within its worker's session. One
    /// look at all processes serves them all, since they may be many.
    private func sweep(for job: Job) throws(SystemError) {
        for case (let pid, .worker(let job)) in children.all
        where job.supervisor.phase.run != nil && job.worker?.group == nil {
            if try machine.hasExited(pid) { swept.insert(pid) }
        }
        let killed = try machine.killSessions(swept)
        guard killed > 0, !job.supervisor.phase.isKilled else { return }
        // Of several workers, they cannot be told apart.
        if swept.count == 1 {
            incidents.leftoversKilled(killed, nil, of: job)
        } else {
            incidents.leftoversKilled(killed)
        }
    }

    /// Reads what the worker wrote before it died. Its pipes may never end, since a grandchild may hold them open.
    private func drain(_ worker: WorkerProcess, _ job: Job) {
        drain { readReport(worker, job) }
        worker.report.finish { line, lost in reject("torn at its worker's death", worker, job) }
        finishOutput(worker, job)
    }

    /// `used`: its time on the processor.
    private func end(_ job: Job, _ status: ExitStatus, _ ranOutOfMemory: Bool, _ used: Nanoseconds?) -> Event {
        if ranOutOfMemory, status.isKill { return .exited("\(status), out of memory", .outOfMemory) }
        if let limit = job.processorTime, status.isEndOfTime(limit, used: used) {
            return .exited(ProcessSettings.Limit.endOfTime(limit), .processorTime)
        }
        return .exited(status.description, status.isKill ? .killed : .other)
    }

    private func bury(_ worker: WorkerProcess, _ job: Job, _ exit: Event) {
        finishOutput(of: job)
        readNote(worker, job)
        process(exit, job)
        worker.closeAll(loop.poller)
        job.worker = nil
        workerCount -= 1
        settle(job)
    }
}
