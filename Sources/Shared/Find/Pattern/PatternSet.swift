/// A set of characters, as `[a-z\d]`.
struct PatternSet: Sendable {
    private var ranges: [ClosedRange<Unicode.Scalar>] = []
    /// `\D`, `\W` or `\S` within the set.
    private var complements: [PatternSet] = []
    var isNegated = false

    init() {}

    private init(_ ranges: [ClosedRange<Unicode.Scalar>]) { self.ranges = ranges }

    static let digits = PatternSet(["0"..."9"])
    static let word = PatternSet(["a"..."z", "A"..."Z", "0"..."9", "_"..."_"])
    static let space = PatternSet(["\t"..."\r", " "..." "])

    /// That of `\d`, `\w`, `\s` and their opposites in capitals; `nil` for another letter.
    init?(escape: Unicode.Scalar) {
        switch escape {
        case "d", "D": self = .digits
        case "w", "W": self = .word
        case "s", "S": self = .space
        default: return nil
        }
        isNegated = escape.value < 0x60
    }

    mutating func insert(_ range: ClosedRange<Unicode.Scalar>) { ranges.append(range) }

    mutating func insert(_ set: PatternSet) {
        if set.isNegated { complements.append(set) } else { ranges += set.ranges }
    }

    func contains(_ scalar: Unicode.Scalar, ignoringCase: Bool) -> Bool {
        let isListed =
            lists(scalar) || ignoringCase && (lists(PatternCase.lower(scalar)) || lists(PatternCase.upper(scalar)))
        return isListed != isNegated
    }

    private func lists(_ scalar: Unicode.Scalar) -> Bool {
        for range in ranges where range.contains(scalar) { return true }
        for set in complements where set.contains(scalar, ignoringCase: false) { return true }
        return false
    }
}
