import Clocks

/// Since when a job waits for a worker of a previous life of the daemon's, and what was done about it.
struct PreviousWorkerWait: Hashable, Sendable {
    let since: MonotonicInstant
    var loggedAt: MonotonicInstant?
    /// It was sent SIGKILL.
    var isKilled = false
    /// It is a worker of this daemon's before, and not what a dead one has left, or another daemon's.
    var isOurs = true
    /// An operator has ended it: when it is sent SIGKILL.
    var killsAt = MonotonicInstant.distantFuture
}
