package import Clocks
package import Model

extension DelayRule {
    /// Delay n is `initialDelay` × `backoffFactor`^(n-1), at most `maxDelay`, spread by `jitter` to both sides (exponential
    /// backoff). `number` counts from 1.
    package func delay(_ number: Int, using random: inout SplitMix64) -> Nanoseconds {
        var delay = initialDelay.inSeconds
        // As a loop: a power overflows where the loop stops at the maximum.
        for _ in 1..<max(1, number) where delay < maxDelay.inSeconds { delay *= backoffFactor }
        return spread(min(delay, maxDelay.inSeconds), using: &random)
    }

    package func spread(_ seconds: Double, using random: inout SplitMix64) -> Nanoseconds {
        let share = jitter > 0 ? Double.random(in: -jitter...jitter, using: &random) : 0
        return Nanoseconds(Int64(seconds * (1 + share) * 1e9))
    }
}
