import Shared
import TestSupport

/// Values of all kinds, the same from the same seed.
struct RandomValues {
    var random: SeededGenerator

    private static let words = [
        "", "a", "type", "cron.job", "\"", "\\", "/", "\0", "\n", "\u{7F}", "\u{85}", "\u{2028}", "é", "日本", "😀",
        "\u{FFFD}",
        "e\u{301}", "null", "1.5", "a longer text, past what fits into a few words of memory",
    ]
    private static let doubles = [0, -0.0, 0.1, -1.5, 2, 1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude]

    mutating func word() -> String {
        random.chance(2) ? random.pick(Self.words) : random.pick(Self.words) + random.pick(Self.words)
    }

    mutating func map(depth: Int) -> Value.Map {
        var map = Value.Map()
        for _ in 0..<random.below(random.chance(20) ? 40 : 5) { map[word()] = value(depth: depth - 1) }
        return map
    }

    /// Its numbers are finite.
    mutating func value(depth: Int) -> Value {
        switch random.below(depth > 0 ? 8 : 6) {
        case 0: .null
        case 1: .bool(random.chance(2))
        case 2: .int(Int64.random(in: .min ... .max, using: &random) >> Int64(random.below(64)))
        case 3: .double(random.chance(2) ? random.pick(Self.doubles) : .random(in: -1e6...1e6, using: &random))
        case 4, 5: .string(word())
        case 6: .list((0..<random.below(4)).map { _ in value(depth: depth - 1) })
        default: .map(map(depth: depth))
        }
    }
}
