/// Values for formats that have no infinite numbers.
package struct RandomValues: ValueGenerator {
    package var random: SeededGenerator

    private static let words = [
        "", "a", "type", "cron.job", "\"", "\\", "/", "\0", "\n", "\u{7F}", "\u{85}", "\u{2028}", "é", "日本", "😀",
        "\u{FFFD}",
        "e\u{301}", "null", "1.5", "a longer text, past what fits into a few words of memory",
    ]
    private static let doubles = [0, -0.0, 0.1, -1.5, 2, 1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude]

    package mutating func word() -> String {
        random.chance(2) ? random.pick(Self.words) : random.pick(Self.words) + random.pick(Self.words)
    }

    package init(random: SeededGenerator) { self.random = random }

    /// Finite.
    package mutating func double() -> Double {
        random.chance(2) ? random.pick(Self.doubles) : .random(in: -1e6...1e6, using: &random)
    }
}
