package import Clocks
package import Shared

/// What happens to a job.
package enum Event: Sendable {
    /// The worker that a `spawn` effect asked for is there.
    case spawned
    /// It could not be had. `isShortage`: the machine's trouble, not the job's.
    case spawnFailed(String, isShortage: Bool)
    /// It may not be started before this moment: too many are.
    case spawnDeferred(until: MonotonicInstant)
    case report(Report)
    /// The worker broke the protocol: what it did.
    case violation(String)
    /// The worker is dead, and all that it had written has been handled.
    case exited(String)
    /// The moment of `deadline` has come, and nothing that the worker wrote before is unread.
    case deadline
    /// The job is to end: the run in hand may take `grace` to finish.
    case stop(grace: Nanoseconds)
    /// Whoever asked to stop has lost patience.
    case hurry
}

/// What the shell around the supervision is to do. In this order.
package enum Effect: Hashable, Sendable {
    /// Start a worker and send it its definition; answer with `spawned`, `spawnFailed` or `spawnDeferred`.
    case spawn
    /// Close the control pipe: the worker finishes its run and exits.
    case closeControl
    case ping(token: Int64)
    /// To the worker's whole process group.
    case terminate
    case kill
    case log(Incident)
}

/// What people may want to know about a job. The shell words it.
package enum Incident: Hashable, Sendable {
    case started
    case ended(Report.End)
    /// The run in hand, or its slot alone, came to an end that the worker did not report.
    case lost(Phase.Run, Outcome, reason: String)
    case skipped(Int64)
    case missed(Int64)
    case jobLine(Report.Log)
    case output(Report.Output)
    case outputDropped(Report.OutputLoss)
    case dropped(Report.Dropped)
    case fault(Report.Fault)
    /// The worker died unasked.
    case exited(String)
    case retry(after: Nanoseconds, failures: Int)
    case gaveUp(retryAfter: Nanoseconds, failures: Int)
    case spawnFailed(String)
    case shortage(String)
    case violation(String)
    case hung(String)
    case overdue(by: Nanoseconds)
    case terminated
    case killed
    /// The worker's process does not go although SIGKILL was sent.
    case unkillable
    /// The job is over. `byItself`: its worker needed no signal.
    case stopped(byItself: Bool)
}
