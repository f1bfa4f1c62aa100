/// A comparison with a text. All but the regular expression go by bytes.
struct TextTest {
    /// What a prefix on a criterion's key asks for.
    enum Comparison: Character {
        case matches = "~"
        case contains = "*"
        case begins = "^"
        case ends = "$"
    }

    private enum Test {
        case equals
        case resembles(Glob)
        case matches(Pattern)
        case contains
        case begins
        case ends
    }

    private let text: String
    private let test: Test

    /// `key` is for the failure only. `hasStars`: without a comparison, each `*` of the text stands for anything.
    init(_ comparison: Comparison?, key: String, _ text: String, hasStars: Bool) throws(FindFailure) {
        self.text = text
        switch comparison {
        case nil: test = (hasStars ? Glob(text) : nil).map(Test.resembles) ?? .equals
        case .matches: test = .matches(try Self.pattern(text, key: key))
        case .contains: test = .contains
        case .begins: test = .begins
        case .ends: test = .ends
        }
    }

    private static func pattern(_ text: String, key: String) throws(FindFailure) -> Pattern {
        do {
            return try Pattern(text)
        } catch {
            throw .invalidPattern(key: key, pattern: text, problem: error.description)
        }
    }

    /// Whether it holds for this text and no other.
    var isEquality: Bool { if case .equals = test { true } else { false } }

    func holds(for other: String) -> Bool {
        switch test {
        case .equals: other == text
        case .resembles(let glob): glob.holds(for: other)
        case .matches(let pattern): pattern.hasMatch(in: other)
        case .contains: isContained(in: other.utf8)
        case .begins: other.utf8.starts(with: text.utf8)
        case .ends: other.utf8.reversed().starts(with: text.utf8.reversed())
        }
    }

    // The standard library has this in `_StringProcessing`, which would bring `Regex` into the worker.
    private func isContained(in other: String.UTF8View) -> Bool {
        if text.isEmpty { return true }
        for start in other.indices where other[start...].starts(with: text.utf8) { return true }
        return false
    }
}
