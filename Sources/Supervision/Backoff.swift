package import Clocks
package import Model

/// How long to wait before a worker is started again after it failed.
package struct Backoff: Sendable {
    private let policy: Lifecycle.Restart
    /// Failures in a row.
    package private(set) var failures = 0

    /// What follows a failure.
    package enum Verdict: Hashable, Sendable {
        case retry(after: Nanoseconds)
        /// The attempts are used up: only a slow retry is left.
        case giveUp(retryAfter: Nanoseconds)
    }

    /// A job that is given up is tried again at this pace, since what broke it may have been mended.
    package static let slowRetry = Nanoseconds.seconds(300)

    package init(_ policy: Lifecycle.Restart) { self.policy = policy }

    /// Counts a failure. Delay n is initialDelay × backoffFactor^(n-1), at most maxDelay, spread by the jitter.
    package mutating func fail(using random: inout SplitMix64) -> Verdict {
        failures += 1
        if policy.maxAttempts > 0, failures > policy.maxAttempts {
            return .giveUp(retryAfter: growth.spread(Self.slowRetry.inSeconds, using: &random))
        }
        return .retry(after: growth.delay(failures, using: &random))
    }

    package mutating func reset() { failures = 0 }

    private var growth: GrowingDelay {
        GrowingDelay(
            initial: policy.initialDelay, most: policy.maxDelay, factor: policy.backoffFactor, jitter: policy.jitter)
    }
}
