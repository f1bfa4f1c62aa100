package import Clocks
package import Shared

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
            return .giveUp(retryAfter: spread(Self.slowRetry.inSeconds, using: &random))
        }
        return .retry(after: spread(plannedDelay, using: &random))
    }

    package mutating func reset() { failures = 0 }

    /// In seconds, before the jitter.
    private var plannedDelay: Double {
        var delay = policy.initialDelay.inSeconds
        let most = policy.maxDelay.inSeconds
        // As a loop: a power overflows where the loop stops at the maximum.
        for _ in 1..<max(1, failures) where delay < most { delay *= policy.backoffFactor }
        return min(delay, most)
    }

    private func spread(_ seconds: Double, using random: inout SplitMix64) -> Nanoseconds {
        let share = policy.jitter > 0 ? Double.random(in: -policy.jitter...policy.jitter, using: &random) : 0
        return Nanoseconds(Int64(seconds * (1 + share) * 1e9))
    }
}
