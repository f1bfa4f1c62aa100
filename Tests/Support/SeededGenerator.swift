import Turns

/// The same numbers from the same seed everywhere.
package struct SeededGenerator: RandomNumberGenerator {
    private var generator: SplitMix64

    package init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    package mutating func next() -> UInt64 { generator.next() }
}
