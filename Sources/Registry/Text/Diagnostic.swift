package import Values

/// An error or a note for the person who wrote a registry file, and the place that it is about.
package struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
    package enum Severity: Hashable, Sendable {
        case error
        case note(Note)
        /// A note that `--strict` makes an error.
        case refused(Note)
    }

    package private(set) var severity: Severity
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

    /// The name of the note that it is, or was.
    package var note: Note? {
        switch severity {
        case .error: nil
        case .note(let note), .refused(let note): note
        }
    }

    /// The same as an error, if it is a note.
    package var refused: Diagnostic {
        var refused = self
        if case .note(let note) = severity { refused.severity = .refused(note) }
        return refused
    }

    private var prefix: String {
        switch severity {
        case .error: ""
        case .note(let note): "note[\(note.rawValue)]: "
        case .refused(let note): "error[\(note.rawValue)]: "
        }
    }

    /// As `description`, after the name if it is a note, then the source line and a caret under the column.
    package var rendered: String {
        guard let excerpt else { return prefix + description }
        let gutter = "\(location.line)"
        let blank = String(repeating: " ", count: gutter.count)
        return """
            \(prefix)\(description)
              \(gutter) | \(excerpt.text)
              \(blank) | \(String(repeating: " ", count: excerpt.caretColumn))^
            """
    }
}
