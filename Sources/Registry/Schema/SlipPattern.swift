/// A regular expression for names that are a known one but for one letter: two swapped are one.
enum SlipPattern {
    /// `others`: names that are right, though they resemble a known one.
    static func of(_ known: [String], others: [String]) -> String {
        let exact = (known + others).map(quoted).joined(separator: "|")
        return "^(?!(?:\(exact))$)(?:\(known.flatMap(forms).joined(separator: "|")))$"
    }

    private static func forms(of name: String) -> [String] {
        let letters = Array(name).map { quoted(String($0)) }
        var forms: [String] = []
        for index in letters.indices {
            let (before, after) = (letters[..<index].joined(), letters[(index + 1)...].joined())
            // One more before it; and another in its place, or none.
            forms.append("\(before).\(letters[index])\(after)")
            forms.append("\(before).?\(after)")
            if index + 1 < letters.count {
                forms.append(before + letters[index + 1] + letters[index] + letters[(index + 2)...].joined())
            }
        }
        return forms + [letters.joined() + "."]
    }

    private static func quoted(_ text: String) -> String {
        text.map { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" ? String($0) : "\\\($0)" }.joined()
    }
}
