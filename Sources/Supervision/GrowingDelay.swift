import Clocks

/// Delay n is `initial` × `factor`^(n-1), at most `most`, spread by `jitter` to both sides (exponential backoff).
struct GrowingDelay: Hashable, Sendable {
    let initial: Nanoseconds
    let most: Nanoseconds
    let factor: Double
    let jitter: Double

    /// `number` counts from 1.
    func delay(_ number: Int, using random: inout SplitMix64) -> Nanoseconds {
        spread(planned(number), using: &random)
    }

    /// In seconds, before the jitter.
    private func planned(_ number: Int) -> Double {
        var delay = initial.inSeconds
        // As a loop: a power overflows where the loop stops at the maximum.
        for _ in 1..<max(1, number) where delay < most.inSeconds { delay *= factor }
        return min(delay, most.inSeconds)
    }

    func spread(_ seconds: Double, using random: inout SplitMix64) -> Nanoseconds {
        let share = jitter > 0 ? Double.random(in: -jitter...jitter, using: &random) : 0
        return Nanoseconds(Int64(seconds * (1 + share) * 1e9))
    }
}
