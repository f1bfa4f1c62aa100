import Values

/// The fields of an event, out of the words that a ledger keeps of it: `pid=812 text="no \"end\""`.
enum EventWords {
    /// In their order. What are no such words is the field `text`.
    static func members(_ text: String) -> [(String, Value?)] {
        var (members, rest) = ([(String, Value?)](), Array(text.unicodeScalars)[...])
        while let (key, tail) = key(of: rest) {
            let (value, isQuoted) = takeValue(tail, &rest)
            members.append((key, isQuoted ? .string(value) : Int64(value).map { .int($0) } ?? .string(value)))
            if rest.first == " " { rest.removeFirst() }
        }
        guard !rest.isEmpty else { return members }
        return members + [("text", .string(string(rest)))]
    }

    private typealias Scalars = ArraySlice<Unicode.Scalar>

    private static func string(_ scalars: Scalars) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return text
    }

    /// `pid=…`: the key, and what follows the sign; `nil`: it begins with none.
    private static func key(of text: Scalars) -> (String, Scalars)? {
        let key = text.prefix { $0 == "_" || ("a"..."z").contains($0) || ("0"..."9").contains($0) }
        guard !key.isEmpty, text.dropFirst(key.count).first == "=" else { return nil }
        return (string(key), text.dropFirst(key.count + 1))
    }

    private static func takeValue(_ text: Scalars, _ rest: inout Scalars) -> (String, isQuoted: Bool) {
        guard text.first == "\"" else {
            let value = text.prefix { $0 != " " }
            rest = text.dropFirst(value.count)
            return (string(value), false)
        }
        var (value, place) = ("", text.index(after: text.startIndex))
        while place < text.endIndex {
            if text[place] == "\"", isEnd(text[text.index(after: place)...]) {
                rest = text[text.index(after: place)...]
                return (value, true)
            }
            if text[place] == "\\", let (scalar, count) = escaped(text[text.index(after: place)...]) {
                value.unicodeScalars.append(scalar)
                place += 1 + count
            } else {
                value.unicodeScalars.append(text[place])
                place += 1
            }
        }
        rest = text[text.endIndex...]
        return (value, true)
    }

    /// Earlier versions kept a quotation mark in a text as it is.
    private static func isEnd(_ rest: Scalars) -> Bool {
        rest.isEmpty || rest.first == " " && key(of: rest.dropFirst()) != nil
    }

    /// What follows a backslash, and how much of it that is.
    private static func escaped(_ text: Scalars) -> (Unicode.Scalar, Int)? {
        switch text.first {
        case "\\": return ("\\", 1)
        case "\"": return ("\"", 1)
        case "n": return ("\n", 1)
        case "r": return ("\r", 1)
        case "t": return ("\t", 1)
        case "u":
            let digits = text.dropFirst(2).prefix(8).prefix { $0 != "}" }
            return UInt32(string(digits), radix: 16).flatMap { Unicode.Scalar($0) }.map { ($0, digits.count + 3) }
        default: return nil
        }
    }
}
