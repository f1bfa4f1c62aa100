import LuaDialect
import TestSupport
import Testing

@Suite("Whatever bytes are read")
struct DialectFuzzTests {
    @Test("as many come out, with the line ends where they were, and a second time nothing changes")
    func mutations() {
        var whole = 0
        for iteration in 0..<Fuzz.iterations(1_000) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            var random = SeededGenerator(seed: seed)
            if check(source(&random), "FUZZ_SEED=\(seed) FUZZ_ITERATIONS=1") { whole += 1 }
        }
        #expect(whole > 0)
    }

    /// True: all of it was read. A fault leaves annotations, and what is behind it may read anew.
    private func check(_ source: [UInt8], _ replay: Comment) -> Bool {
        let plain = LuaDialect.plain(source)
        guard plain.count == source.count else {
            Issue.record(replay)
            return false
        }
        for index in source.indices where plain[index] != source[index] {
            let isKept = source[index] == 10 || source[index] == 13
            if isKept || (plain[index] != UInt8(ascii: " ") && plain[index] != UInt8(ascii: ";")) {
                Issue.record(replay)
            }
        }
        guard isReadWhole(source) else { return false }
        if LuaDialect.plain(plain) != plain { Issue.record(replay) }
        return true
    }

    // MARK: Damage

    private func source(_ random: inout SeededGenerator) -> [UInt8] {
        if random.chance(10) { return (0..<random.below(200)).map { _ in UInt8(random.below(256)) } }
        if random.chance(10) { return words(&random) }
        var source = ProgramGenerator(seed: random.next(), annotates: true).annotated
        for _ in 0..<random.below(4) { damage(&source, &random) }
        return source
    }

    private static let tokens = [
        "x", "y", "as", "type", "::", ":", "=", "{", "}", "(", ")", "[", "]", "<", ">", ">>", "|", "&", "?", "!", "...",
        "->", ",",
        "function", "end", "local", "until", "repeat", "'a'", "1", "nil", "interface", "extends", "fun", "@", ".", ";",
        "\n", "do",
    ]

    private func words(_ random: inout SeededGenerator) -> [UInt8] {
        let start = random.pick(["x = y ", "local x: ", "function f(", "f(x ", "type X = "])
        return Array((start + (0..<random.below(30)).map { _ in random.pick(Self.tokens) }.joined(separator: " ")).utf8)
    }

    private func damage(_ source: inout [UInt8], _ random: inout SeededGenerator) {
        let place = random.below(source.count + 1)
        switch random.below(6) {
        case 0 where place < source.count: source[place] ^= 1 << UInt8(random.below(8))
        case 1: source.insert(UInt8(random.below(256)), at: place)
        case 2: source.removeSubrange(place..<min(source.count, place + random.below(10)))
        case 3: source.insert(contentsOf: source[place..<min(source.count, place + random.below(40))], at: place)
        case 4: source.removeSubrange(place...)
        default: source.insert(contentsOf: " \(random.pick(Self.tokens)) ".utf8, at: place)
        }
    }
}
