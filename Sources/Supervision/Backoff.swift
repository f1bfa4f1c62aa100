package import Clocks
package import Model
package import Turns

/// How long to wait before a worker is started again after it failed.
package struct Backoff: Sendable {
    private let rule: DelayRule
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

    package init(_ rule: DelayRule) { self.rule = rule }

    /// Counts a failure.
    package mutating func fail(using random: inout SplitMix64) -> Verdict {
        failures += 1
        if rule.maxAttempts > 0, failures > rule.maxAttempts {
            return .giveUp(retryAfter: rule.spread(Self.slowRetry.inSeconds, using: &random))
        }
        return .retry(after: rule.delay(failures, using: &random))
    }

    package mutating func reset() { failures = 0 }
}
