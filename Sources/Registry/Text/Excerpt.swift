import Values

/// A source line as a terminal can show it, or the part of it around a place.
package struct Excerpt: Hashable, Sendable {
    /// Printable; tabs are spaces; an ellipsis shows where the line was cut.
    package let text: String
    /// How many terminal columns of `text` come before the place.
    package let caretColumn: Int

    private static let ellipsis: Unicode.Scalar = "…"
    private static let tabStop = 8
    /// How many scalars are shown before and after the place.
    static let reach = (before: 60, after: 40)

    init(before: String.UnicodeScalarView, cutBefore: Bool, after: String.UnicodeScalarView, cutAfter: Bool) {
        var line = Line()
        if cutBefore { line.append(Self.ellipsis) }
        for scalar in before { line.append(scalar) }
        caretColumn = line.width
        for scalar in after { line.append(scalar) }
        if cutAfter { line.append(Self.ellipsis) }
        text = line.text
    }

    private struct Line {
        var text = ""
        var width = 0

        mutating func append(_ scalar: Unicode.Scalar) {
            if scalar == "\t" {
                let spaces = tabStop - width % tabStop
                text += String(repeating: " ", count: spaces)
                width += spaces
            } else {
                let form = PrintableText.form(of: scalar)
                text += form
                width += PrintableText.width(of: form)
            }
        }
    }
}
