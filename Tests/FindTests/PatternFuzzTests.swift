import Find
import TestSupport
import Testing

@Suite("Regular expressions at random")
struct PatternFuzzTests {
    private static let atoms = [
        "a", "b", "c", "A", "é", ".", "\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "[ab]", "[^a]", "[a-c]", "[^b-z\\d]",
        "[\\w-]", "\\.",
        "\\x61", "1", "\\-", " ",
    ]
    private static let anchors = ["^", "$", "\\b"]
    private static let quantifiers = ["*", "+", "?", "{2}", "{0,2}", "{1,}", "*?", "+?", "??", "{0}", "{1,3}?"]
    private static let letters = ["a", "b", "c", "A", "B", "é", "1", ".", "-", " ", "_"]

    @Test("find what Swift's find")
    func differential() throws {
        var random = SeededGenerator(seed: Fuzz.seed)
        for _ in 0..<Fuzz.iterations(1_500) {
            let written = (random.chance(5) ? "(?i)" : "") + expression(&random, depth: 2)
            guard written.utf8.count <= Pattern.longest else { continue }
            let (pattern, regex) = (try Pattern(written), try oracle(written))
            for _ in 0..<6 {
                let text = (0..<random.below(9)).map { _ in random.pick(Self.letters) }.joined()
                // Swift's simple word boundary takes no digit for a word's.
                if written.contains("\\b"), text.contains("1") { continue }
                let expected = try regex.firstMatch(in: text) != nil
                #expect(pattern.hasMatch(in: text) == expected, "FUZZ_SEED=\(Fuzz.seed): '\(written)' in '\(text)'")
            }
        }
    }

    private func oracle(_ pattern: String) throws -> Regex<AnyRegexOutput> {
        try Regex(pattern).matchingSemantics(.unicodeScalar).wordBoundaryKind(.simple).asciiOnlyDigits()
            .asciiOnlyWordCharacters().asciiOnlyWhitespace()
    }

    private func expression(_ random: inout SeededGenerator, depth: Int) -> String {
        var text = ""
        for _ in 0..<random.below(4) {
            switch random.below(8) {
            case 0: text += random.pick(Self.anchors)
            case 1, 2: text += group(&random, depth: depth)
            case 3, 4: text += random.pick(Self.atoms)
            default: text += random.pick(Self.atoms) + random.pick(Self.quantifiers)
            }
        }
        return random.chance(4) ? text + "|" + expression(&random, depth: depth) : text
    }

    private func group(_ random: inout SeededGenerator, depth: Int) -> String {
        guard depth > 0 else { return random.pick(Self.atoms) }
        // Swift's engine does not come back from all unbounded repetitions of groups.
        let group = random.pick(["(", "(?:"]) + expression(&random, depth: depth - 1) + ")"
        return group + random.pick(["", "?", "{2}", "{1,3}", "{0,2}?", "{0}"])
    }

    private static let pieces =
        atoms + anchors + quantifiers + [
            "(", "(?:", "(?i)", ")", "[", "[^", "]", "|", "{", "}", ",", "-", "\\", "\\u", "\\x4", "{500}", "\0",
            "\u{301}", "😀",
        ]

    @Test("that are garbage are refused, or match in bounded time")
    func garbage() {
        var random = SeededGenerator(seed: Fuzz.seed)
        for _ in 0..<Fuzz.iterations(5_000) {
            let written = (0..<random.below(12)).map { _ in random.pick(Self.pieces) }.joined()
            guard let pattern = try? Pattern(written) else { continue }
            _ = pattern.hasMatch(in: (0..<random.below(20)).map { _ in random.pick(Self.letters) }.joined())
        }
    }
}
