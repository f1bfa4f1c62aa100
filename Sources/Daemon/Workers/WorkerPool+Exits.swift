import Clocks
import Kernel
import Supervision

extension WorkerPool {
    /// Collects every child that has exited, strangers too, of which `onStranger` is told before their number is free.
    func reap(_ onStranger: (ProcessID) -> Void) throws(SystemError) {
        stackTaker.letGo()
        var swept: Set<ProcessID> = []
        while let pid = Children.peekExited() {
            guard let job = jobsByProcess[pid], let worker = job.worker else {
                onStranger(pid)
                _ = try Children.collect(pid)
                continue
            }
            drain(worker, job)
            // While the leader is a zombie its number is still the group's, and nobody else's.
            Children.signalGroup(pid, .kill)
            let ranOutOfMemory = worker.group.map { groups?.ranOutOfMemory($0) ?? false } ?? false
            if let group = worker.group {
                groups?.retire(group, at: Clock.monotonic())
            } else if job.supervisor.phase.run != nil, !swept.contains(pid) {
                try sweep(&swept)
            }
            bury(worker, job, try Children.collect(pid), ranOutOfMemory)
        }
    }

    /// Kills the commands of all workers without a control group that have died in a run: each has a group of its own within its worker's session. One
    /// look at all processes serves them all, since they may be many.
    private func sweep(_ swept: inout Set<ProcessID>) throws(SystemError) {
        for (pid, job) in jobsByProcess where job.supervisor.phase.run != nil && job.worker?.group == nil {
            if try Children.hasExited(pid) { swept.insert(pid) }
        }
        try SessionSweep.kill(swept)
    }

    /// Reads what the worker wrote before it died. Its pipes may never end, since a grandchild may hold them open; what a
    /// pipe can hold at most is all that can be the worker's own.
    private func drain(_ worker: WorkerProcess, _ job: Job) {
        drain { readReport(worker, job) }
        worker.reportLines.finish { line, lost in reject("torn at its worker's death", worker, job) }
        drain { readOutput(worker, job) }
        worker.outputLines.finish { line, lost in takeOutput(line, lost, job) }
    }

    private func drain(_ read: () -> Descriptor.Transfer) {
        var rest = 1 << 20
        while rest > 0, case .bytes(let count) = read() { rest -= count }
    }

    private func bury(_ worker: WorkerProcess, _ job: Job, _ status: ExitStatus, _ ranOutOfMemory: Bool) {
        reportOutputLoss(job)
        let isVictim = ranOutOfMemory && status.isKill
        let text = isVictim ? "\(status), out of memory" : status.description
        process(.exited(text, ranOutOfMemory: isVictim), job)
        worker.closeAll(loop.poller)
        job.worker = nil
        jobsByProcess[worker.pid] = nil
        workerCount -= 1
        settle(job)
    }
}
