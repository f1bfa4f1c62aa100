import Clocks

/// Since when a job waits for a worker of a previous life of the daemon's, and what was done about it.
struct PreviousWorkerWait: Hashable, Sendable {
    let since: MonotonicInstant
    var loggedAt: MonotonicInstant?
    var isKilled = false
}
