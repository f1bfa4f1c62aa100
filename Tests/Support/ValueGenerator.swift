package import Values

/// Makes values of all kinds, the same from the same seed, out of words and numbers that are worth a test.
package protocol ValueGenerator {
    var random: SeededGenerator { get set }
    mutating func word() -> String
    mutating func double() -> Double
}

extension ValueGenerator {
    package mutating func map(depth: Int) -> Value.Map {
        var map = Value.Map()
        for _ in 0..<random.below(random.chance(20) ? 40 : 5) { map[word()] = value(depth: depth - 1) }
        return map
    }

    /// Lists and maps go at most `depth` deep.
    package mutating func value(depth: Int) -> Value {
        switch random.below(depth > 0 ? 8 : 6) {
        case 0: .null
        case 1: .bool(random.chance(2))
        case 2: .int(Int64.random(in: .min ... .max, using: &random) >> Int64(random.below(64)))
        case 3: .double(double())
        case 4, 5: .string(word())
        case 6: .list((0..<random.below(4)).map { _ in value(depth: depth - 1) })
        default: .map(map(depth: depth))
        }
    }
}
