package import Clocks

/// Bounds how fast workers are started again over the whole daemon (a token bucket): when a thousand of them die at once,
/// the machine must not be brought down by their return.
package struct RespawnLimiter: Sendable {
    private let interval: Nanoseconds
    private let burst: Int64
    /// The moment at which the bucket was last full, counted on: as a virtual time (GCRA).
    private var horizon = MonotonicInstant(nanoseconds: 0)
    /// The last moment that was named to one who has to wait.
    private var promised = MonotonicInstant(nanoseconds: 0)

    /// `perSecond` starts a second in the long run, `burst` of them at once. Both at least 1.
    package init(perSecond: Int64 = 100, burst: Int64 = 20) {
        interval = Nanoseconds(1_000_000_000 / perSecond)
        self.burst = burst
    }

    /// `nil` if a worker may be started now, and counts it; else the moment to ask again. Each has a moment of its own: if
    /// thousands waited for the same one, thousands would ask for every one that may start.
    package mutating func admit(at now: MonotonicInstant) -> MonotonicInstant? {
        let earliest = MonotonicInstant(nanoseconds: horizon.nanoseconds - interval.count * (burst - 1))
        guard earliest <= now else {
            promised = max(promised + interval, earliest)
            return promised
        }
        horizon = max(horizon, now) + interval
        return nil
    }
}
