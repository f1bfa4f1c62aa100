import Values

/// Keeps the first diagnostics and counts the rest, so that a hopeless file costs no memory. Notes are counted by their names,
/// so that many of one do not hide another.
package struct Diagnostics: Sendable {
    let limit: Int
    private var kept: [Diagnostic] = []
    private var counts: [Diagnostic.Severity: Int] = [:]

    package init(limit: Int) { self.limit = max(1, limit) }

    var count: Int { counts.values.reduce(0, +) }
    var isEmpty: Bool { counts.isEmpty }

    /// `error` is made only if it is kept.
    package mutating func add(_ error: @autoclosure () -> Diagnostic) { add(.error, error()) }

    mutating func add(_ note: Note, _ diagnostic: @autoclosure () -> Diagnostic) { add(.note(note), diagnostic()) }

    package mutating func add(_ file: IgnoredFile) { keep(file.diagnostic) }

    mutating func keep(_ diagnostic: Diagnostic) { add(diagnostic.severity, diagnostic) }

    private mutating func add(_ severity: Diagnostic.Severity, _ diagnostic: @autoclosure () -> Diagnostic) {
        let count = counts[severity, default: 0]
        if count < limit { kept.append(diagnostic()) }
        counts[severity] = count + 1
    }

    /// The diagnostics of one file, in the order of its text, after those of the files before it.
    mutating func append(_ other: Diagnostics) {
        for diagnostic in other.sorted { keep(diagnostic) }
        for (severity, count) in other.beyond { counts[severity, default: 0] += count }
    }

    /// How many were not kept.
    private var beyond: [Diagnostic.Severity: Int] {
        var beyond = counts
        for diagnostic in kept { beyond[diagnostic.severity, default: 0] -= 1 }
        return beyond
    }

    private var sorted: [Diagnostic] {
        kept.sorted { ($0.location.line, $0.location.column) < ($1.location.line, $1.location.column) }
    }

    /// All that was kept, and how many were not.
    package var closed: [Diagnostic] {
        let beyond = beyond.filter { $0.value > 0 }
        guard !beyond.isEmpty else { return kept }
        return kept
            + beyond.compactMap { severity, count in
                kept.last { $0.severity == severity }
                    .map { Diagnostic(severity, at: $0.location, "… and \(count) more") }
            }.sorted { $0.description < $1.description }
    }
}
