package import Values

/// An error or a note for the person who wrote a registry file, and the place that it is about.
package struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
    package enum Severity: Hashable, Sendable {
        case error
        case note
    }

    package let severity: Severity
    package let location: SourceLocation
    /// One line, printable.
    package let message: String
    /// The line that `location` is in; `nil` where the error is not about the text, as for a file that is too large.
    package let excerpt: Excerpt?

    private static let longestMessage = 600

    init(_ severity: Severity, at location: SourceLocation, _ message: String, excerpt: Excerpt? = nil) {
        (self.severity, self.location, self.excerpt) = (severity, location, excerpt)
        self.message = PrintableText.escape(message, limit: Self.longestMessage)
    }

    package var description: String {
        "\(PrintableText.escape(location.file)):\(location.line):\(location.column): \(message)"
    }

    /// As `description`, then the source line and a caret under the column.
    package var rendered: String {
        guard let excerpt else { return description }
        let gutter = "\(location.line)"
        let blank = String(repeating: " ", count: gutter.count)
        return """
            \(description)
              \(gutter) | \(excerpt.text)
              \(blank) | \(String(repeating: " ", count: excerpt.caretColumn))^
            """
    }
}
