import Values

/// Text of a page. What is put into a literal is escaped, unless it is such text itself: nothing that users write can be taken for
/// a tag.
package struct HTML: Hashable, Sendable, ExpressibleByStringInterpolation {
    package private(set) var text: String

    package init(stringLiteral value: String) { text = value }
    package init(stringInterpolation: Interpolation) { text = stringInterpolation.text }
    package init(_ parts: [HTML], separator: String = "") { text = parts.map(\.text).joined(separator: separator) }

    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        package mutating func appendLiteral(_ literal: String) { text += literal }
        package mutating func appendInterpolation(_ html: HTML) { text += html.text }
        package mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { text += part.text } }
        package mutating func appendInterpolation(_ number: Int) { text += String(number) }
        package mutating func appendInterpolation(_ number: Int64) { text += String(number) }
        package mutating func appendInterpolation(_ text: String) { self.text += HTML.escape(text) }
    }

    package static func += (left: inout HTML, right: HTML) { left.text += right.text }

    /// What would be a tag, an end of a quoted value, or obeyed, hidden or reordered by whoever shows it, is none.
    package static func escape(_ text: String) -> String {
        if text.utf8.allSatisfy(isHarmless) { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            default: result += PrintableText.form(of: scalar)
            }
        }
        return result
    }

    private static func isHarmless(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): false
        default: (0x20...0x7E).contains(byte)
        }
    }
}

extension Optional where Wrapped == HTML {
    /// Nothing, where there is none.
    var orNothing: HTML { self ?? "" }
}
