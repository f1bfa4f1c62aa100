import Clocks
import Kernel
import Links
import Logging
import Model
import Supervision
import Values
import Wire

/// What a job's commands leave when they end.
extension WorkerPool {
    /// The worker waits longer than that before it goes on, and then something else may be in its group.
    private static let leavePatience = Nanoseconds.seconds(4)

    /// Takes what a run has left out of its worker's reach, and lets the worker go on.
    func leave(_ report: Report.Leftovers, _ job: Job) {
        var report = report
        var error: String?
        if let worker = job.worker, let leaf = worker.group, now - report.at <= Self.leavePatience,
            let moved = leave(leaf, sparing: [worker.pid], of: job)
        {
            report.count = Int64(moved.count)
        } else if let span = job.definition.leftovers.span {
            error = "it could not be moved to a control group, and is not killed after \(DurationText.format(span))"
        }
        incidents.leftoversLeft(report, error, of: job)
        send(Command.moved.encoded(), job)
    }

    private func leave(_ leaf: ControlGroup, sparing spared: Set<ProcessID>, of job: Job) -> Remains? {
        groups?.leave(
            leaf, sparing: spared, of: job.definition.id, until: job.definition.leftovers.span.map { now + $0 }, at: now
        )
    }

    /// What is left of a worker that has exited. `group`: its own.
    func endLeftovers(in group: ControlGroup, of job: Job) {
        let isKilled = job.supervisor.phase.isKilled
        if job.definition.leftovers.leaves, !isKilled, let left = leave(group, sparing: [], of: job) {
            let report = Report.Leftovers(
                run: job.supervisor.runs, count: Int64(left.count), program: left.program, left: true, at: now)
            incidents.leftoversLeft(report, nil, of: job)
        }
        // Before they are sent a signal: they are counted.
        if let left = groups?.retire(group, at: machine.now), !isKilled {
            incidents.leftoversKilled(left.count, left.program, of: job)
        }
    }

    /// What was left for a time that is over now, and what does not end.
    func advanceGroups() {
        guard let groups, groups.deadline <= now else { return }
        for (entry, left) in groups.endExpired(at: now) {
            left.report("Leftovers killed", .warning, of: entry, to: incidents.log)
        }
        groups.advance(at: now).forEach(incidents.unkillable)
        for (entry, left) in groups.takeMoved() { left.report("Leftovers left", .info, of: entry, to: incidents.log) }
    }
}
