package import Clocks

/// How the delays between attempts grow, and how many there are: the keys of `lifecycle.restart` and of `retry`.
package struct DelayRule: Hashable, Sendable {
    package var initialDelay = Nanoseconds.seconds(1)
    package var maxDelay = Nanoseconds.seconds(60)
    /// Each delay is this many times the one before. From 1 to 100.
    package var backoffFactor = 2.0
    /// Each delay is spread by this share to both sides. From 0 to 1.
    package var jitter = 0.1
    package var maxAttempts: Int

    package init(maxAttempts: Int) { self.maxAttempts = maxAttempts }
}
