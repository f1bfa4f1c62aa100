/// Reads the syntax of a regular expression.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    /// The expression began with `(?i)`.
    private(set) var ignoresCase = false

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    mutating func expression() throws(Pattern.Failure) -> PatternNode {
        if take("(?i)") { ignoresCase = true }
        let node = try choice()
        guard next == nil else { throw failure("no group is open for ')'") }
        return node
    }

    // MARK: Structure

    private mutating func choice() throws(Pattern.Failure) -> PatternNode {
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(Pattern.Failure) -> PatternNode {
        var nodes: [PatternNode] = []
        while let next, next != "|", next != ")" { nodes.append(try repetition()) }
        return nodes.isEmpty ? .empty : .sequence(nodes)
    }

    private mutating func repetition() throws(Pattern.Failure) -> PatternNode {
        let atom = try atom()
        let start = position
        guard let (least, most) = try quantifier() else { return atom }
        guard atom.isRepeatable else { throw failure("an anchor cannot be repeated", at: start) }
        // A lazy one finds the same texts.
        _ = take("?")
        return .repetition(atom, least: least, most: most)
    }

    private mutating func quantifier() throws(Pattern.Failure) -> (least: Int, most: Int?)? {
        switch next {
        case "*":
            position += 1
            return (0, nil)
        case "+":
            position += 1
            return (1, nil)
        case "?":
            position += 1
            return (0, 1)
        case "{": return try counts()
        default: return nil
        }
    }

    private mutating func counts() throws(Pattern.Failure) -> (least: Int, most: Int?) {
        let start = position
        position += 1
        let least = try count()
        var most: Int? = least
        if take(",") { most = next == "}" ? nil : try count() }
        guard take("}") else { throw failure("expected ',' or '}', found \(found)") }
        guard most.map({ $0 >= least }) ?? true else {
            throw failure("{\(least),\(most ?? 0)} has its numbers swapped", at: start)
        }
        return (least, most)
    }

    private mutating func count() throws(Pattern.Failure) -> Int {
        let start = position
        var count = 0
        while let digit = next.flatMap(Self.digit), digit < 10, count <= Pattern.mostRepetitions {
            count = count * 10 + Int(digit)
            position += 1
        }
        guard position > start else { throw failure("expected a number as in {2,5}, or \\{, found \(found)") }
        guard count <= Pattern.mostRepetitions else {
            throw failure("expected at most \(Pattern.mostRepetitions) repetitions", at: start)
        }
        return count
    }

    // MARK: Atoms

    private mutating func atom() throws(Pattern.Failure) -> PatternNode {
        let start = position
        position += 1
        switch scalars[start] {
        case ".": return .any
        case "^": return .start
        case "$": return .end
        case "(": return try group(from: start)
        case "[": return .set(try set(from: start))
        case "\\": return try escape()
        case "*", "+", "?", "{": throw failure("nothing to repeat before '\(scalars[start])'", at: start)
        case let scalar: return .scalar(scalar)
        }
    }

    private mutating func group(from start: Int) throws(Pattern.Failure) -> PatternNode {
        if next == "?", !take("?:") { throw failure("expected (, (?: or, at the beginning, (?i)", at: start) }
        let node = try choice()
        guard take(")") else { throw failure("this group has no ')'", at: start) }
        return node
    }

    private mutating func escape() throws(Pattern.Failure) -> PatternNode {
        if take("b") { return .boundary }
        if let set = next.flatMap(PatternSet.init(escape:)) {
            position += 1
            return .set(set)
        }
        return .scalar(try escapedScalar())
    }

    // MARK: Sets

    private mutating func set(from start: Int) throws(Pattern.Failure) -> PatternSet {
        var set = PatternSet()
        set.isNegated = take("^")
        repeat {
            if next == nil { throw failure("this set has no ']'", at: start) }
            try element(into: &set)
        } while !take("]")
        return set
    }

    private mutating func element(into set: inout PatternSet) throws(Pattern.Failure) {
        if next == "\\", position + 1 < scalars.count, let escaped = PatternSet(escape: scalars[position + 1]) {
            position += 2
            return set.insert(escaped)
        }
        let start = position
        let first = try member()
        // A hyphen at the end of the set is itself.
        guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
            return set.insert(first...first)
        }
        position += 1
        let last = try member()
        guard first <= last else { throw failure("this range has its ends swapped", at: start) }
        set.insert(first...last)
    }

    private mutating func member() throws(Pattern.Failure) -> Unicode.Scalar {
        guard let scalar = next, scalar != "[", scalar != "]" else {
            throw failure("expected a character in the set, or \\[ or \\], found \(found)")
        }
        position += 1
        return scalar == "\\" ? try escapedScalar() : scalar
    }

    // MARK: Characters

    /// After the backslash.
    private mutating func escapedScalar() throws(Pattern.Failure) -> Unicode.Scalar {
        let start = position
        guard let scalar = next else { throw failure("expected a character after '\\', found the end") }
        position += 1
        switch scalar {
        case "t": return "\t"
        case "n": return "\n"
        case "r": return "\r"
        case "x": return try hexadecimal(digits: 2)
        case "u": return try hexadecimal(digits: 4)
        default:
            let isLetter = scalar.isASCII && PatternSet.word.contains(scalar, ignoringCase: false) && scalar != "_"
            guard !isLetter else { throw failure("unknown escape \\\(scalar)", at: start - 1) }
            return scalar
        }
    }

    private mutating func hexadecimal(digits: Int) throws(Pattern.Failure) -> Unicode.Scalar {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = next.flatMap(Self.digit) else {
                throw failure("expected \(digits) hexadecimal digits, found \(found)")
            }
            value = value << 4 | digit
            position += 1
        }
        guard let scalar = Unicode.Scalar(value) else { throw failure("half of a surrogate pair", at: position - 6) }
        return scalar
    }

    private static func digit(_ scalar: Unicode.Scalar) -> UInt32? {
        switch scalar {
        case "0"..."9": scalar.value - 0x30
        case "a"..."f": scalar.value - 0x61 + 10
        case "A"..."F": scalar.value - 0x41 + 10
        default: nil
        }
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ text: StaticString) -> Bool {
        guard position + text.utf8CodeUnitCount <= scalars.count else { return false }
        for index in 0..<text.utf8CodeUnitCount
        where scalars[position + index].value != UInt32(text.utf8Start[index]) { return false }
        position += text.utf8CodeUnitCount
        return true
    }

    // MARK: Errors

    private var found: String { next.map { "'\($0)'" } ?? "the end" }

    private func failure(_ what: String, at start: Int? = nil) -> Pattern.Failure {
        .init(description: "character \((start ?? position) + 1): \(what)")
    }
}
