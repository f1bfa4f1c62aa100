import Clocks
import Model
import Supervision
import Testing
import Turns
import Values

@Suite("The delay after a failure")
struct BackoffTests {
    private func policy(
        initial: Nanoseconds = .seconds(1), longest: Nanoseconds = .seconds(60), factor: Double = 2,
        jitter: Double = 0, attempts: Int = 0
    ) -> DelayRule {
        var policy = DelayRule(maxAttempts: attempts)
        (policy.initialDelay, policy.maxDelay) = (initial, longest)
        (policy.backoffFactor, policy.jitter) = (factor, jitter)
        return policy
    }

    private func verdicts(_ policy: DelayRule, _ count: Int, seed: UInt64 = 1) -> [Backoff.Verdict] {
        var (backoff, random) = (Backoff(policy), SplitMix64(seed: seed))
        return (0..<count).map { _ in backoff.fail(using: &random) }
    }

    private func seconds(_ verdicts: [Backoff.Verdict]) -> [Double] {
        verdicts.map { verdict in
            switch verdict {
            case .retry(let delay), .giveUp(let delay): delay.inSeconds
            }
        }
    }

    @Test("grows by its factor up to the maximum")
    func growth() {
        #expect(seconds(verdicts(policy(), 9)) == [1, 2, 4, 8, 16, 32, 60, 60, 60])
        #expect(seconds(verdicts(policy(factor: 1), 4)) == [1, 1, 1, 1])
        #expect(seconds(verdicts(policy(factor: 1.5), 4)) == [1, 1.5, 2.25, 3.375])
        #expect(seconds(verdicts(policy(factor: 100), 3)) == [1, 60, 60])
        #expect(seconds(verdicts(policy(initial: .milliseconds(1), longest: .milliseconds(1)), 3))[2] == 0.001)
    }

    @Test("is spread by the jitter to both sides, and no further", arguments: [0.1, 0.5, 1])
    func jitter(share: Double) {
        let planned = [1.0, 2, 4, 8, 16, 32, 60, 60]
        var isSpread = (below: false, above: false)
        for seed in 0..<200 as Range<UInt64> {
            let delays = seconds(verdicts(policy(jitter: share), planned.count, seed: seed))
            for (delay, plan) in zip(delays, planned) {
                // Cut to whole nanoseconds.
                #expect((plan * (1 - share) - 1e-9...plan * (1 + share)).contains(delay), "seed \(seed)")
                if delay < plan * (1 - share / 2) { isSpread.below = true }
                if delay > plan * (1 + share / 2) { isSpread.above = true }
            }
        }
        #expect(isSpread.below && isSpread.above)
    }

    @Test("is a slow one once the attempts are used up")
    func giveUp() {
        #expect(
            verdicts(policy(attempts: 2), 4) == [
                .retry(after: .seconds(1)), .retry(after: .seconds(2)), .giveUp(retryAfter: .seconds(300)),
                .giveUp(retryAfter: .seconds(300)),
            ])
    }

    @Test("never becomes the slow one if the attempts are not limited")
    func endless() {
        #expect(verdicts(policy(), 2_000).allSatisfy { $0 != .giveUp(retryAfter: .seconds(300)) })
    }

    @Test("begins again after a reset")
    func reset() {
        var (backoff, random) = (Backoff(policy(attempts: 2)), SplitMix64(seed: 1))
        for _ in 0..<3 { _ = backoff.fail(using: &random) }
        #expect(backoff.failures == 3)
        backoff.reset()
        #expect(backoff.failures == 0)
        #expect(backoff.fail(using: &random) == .retry(after: .seconds(1)))
    }

    @Test("may be as long as the longest duration, with all its jitter")
    func longest() {
        let policy = policy(initial: DurationText.longest, longest: DurationText.longest, jitter: 1)
        for seed in 0..<200 as Range<UInt64> {
            #expect(seconds(verdicts(policy, 1, seed: seed))[0] <= DurationText.longest.inSeconds * 2)
        }
    }
}
