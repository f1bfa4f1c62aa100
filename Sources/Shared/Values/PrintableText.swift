/// Makes text from a file safe to print: what a terminal would obey, hide or reorder becomes an escape.
package enum PrintableText {
    /// At most `limit` scalars of `text`, with an ellipsis in place of the rest.
    package static func escape(_ text: some StringProtocol, limit: Int = .max) -> String {
        let scalars = text.unicodeScalars
        if scalars.count <= limit, scalars.allSatisfy(isPlain) { return String(text) }
        var result = ""
        for scalar in scalars.prefix(limit) { result += form(of: scalar) }
        return scalars.count > limit ? result + "…" : result
    }

    /// A name or a value from a file, to stand inside a message.
    package static func quote(_ text: some StringProtocol) -> String { "'\(escape(text, limit: 60))'" }

    package static func form(of scalar: Unicode.Scalar) -> String {
        if isPlain(scalar) { return String(scalar) }
        return switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        }
    }

    package static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x20...0x7E).contains(scalar.value) }
        return switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    /// How many terminal columns printable text takes.
    package static func width(of text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + width(of: $1) }
    }

    private static func width(of scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
        }
    }

    /// The blocks of East Asian wide characters and of emoji (https://www.unicode.org/reports/tr11/), coarsely: a caret
    /// one column off is no harm.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]
}
