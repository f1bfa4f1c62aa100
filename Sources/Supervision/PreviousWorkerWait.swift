import Clocks

/// Since when a job waits for a worker of a previous life of the daemon's, and what was done about it.
struct PreviousWorkerWait: Hashable, Sendable {
    let since: MonotonicInstant
    var loggedAt: MonotonicInstant?
    /// It was sent SIGKILL.
    var isKilled = false
    /// It is no worker any more, but what a dead one has left, which was killed with it.
    var isLeftover = false
}
