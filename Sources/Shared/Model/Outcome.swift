/// What became of a slot. Every slot that came due has exactly one outcome.
package enum Outcome: String, Hashable, Sendable, CaseIterable {
    /// The function returned a result.
    case ok
    /// The function threw.
    case failed
    /// The run was ended at its time limit.
    case timeout
    /// The worker died in the run.
    case crashed
    /// The worker died in the run, since the kernel had no memory left for its control group.
    case oom
    /// The slot came due while the run before it was still going.
    case skipped
    /// No worker was there to run it, or a later slot was due as well by the time one was.
    case missed
    /// The run was cut short because the job had to stop.
    case cancelled
    /// The daemon's life ended before the run's end was known.
    case interrupted
}
