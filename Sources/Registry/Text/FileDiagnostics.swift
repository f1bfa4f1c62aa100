import Values

/// The diagnostics of one file, made from places in its text.
struct FileDiagnostics {
    let source: SourceText
    private(set) var errors: Diagnostics
    private(set) var notes: Diagnostics

    init(source: SourceText, limit: Int) {
        self.source = source
        errors = Diagnostics(limit: limit)
        notes = Diagnostics(limit: limit)
    }

    mutating func error(_ message: @autoclosure () -> String, at place: UInt32) {
        errors.add(source.diagnostic(.error, at: place, message()))
    }

    mutating func note(_ note: Note, _ message: @autoclosure () -> String, at place: UInt32) {
        notes.add(note, source.diagnostic(.note(note), at: place, message()))
    }

    /// A key that stands twice in a map.
    mutating func duplicateKey(_ key: String, at place: UInt32, first: UInt32) {
        let source = source
        error(
            "duplicate key \(PrintableText.quote(key)); first written at \(source.location(of: Int(first)))", at: place)
    }

    mutating func forgetErrors() { errors = Diagnostics(limit: errors.limit) }
}

extension SourceText {
    func diagnostic(_ severity: Diagnostic.Severity, at place: UInt32, _ message: String) -> Diagnostic {
        Diagnostic(severity, at: location(of: Int(place)), message, excerpt: excerpt(around: Int(place)))
    }
}
