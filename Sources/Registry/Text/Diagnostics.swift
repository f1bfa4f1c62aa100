import Values

/// Keeps the first diagnostics and counts the rest, so that a hopeless file costs no memory.
package struct Diagnostics: Sendable {
    let limit: Int
    private var kept: [Diagnostic] = []
    private(set) var count = 0

    package init(limit: Int) { self.limit = max(1, limit) }

    var isEmpty: Bool { count == 0 }

    /// `diagnostic` is made only if it is kept.
    package mutating func add(_ diagnostic: @autoclosure () -> Diagnostic) {
        if count < limit { kept.append(diagnostic()) }
        count += 1
    }

    /// The diagnostics of one file, in the order of its text, after those of the files before it.
    mutating func append(_ other: Diagnostics) {
        kept += other.sorted.prefix(max(0, limit - kept.count))
        count += other.count
    }

    private var sorted: [Diagnostic] {
        kept.sorted { ($0.location.line, $0.location.column) < ($1.location.line, $1.location.column) }
    }

    /// All that was kept, and how many were not.
    package var closed: [Diagnostic] {
        guard count > kept.count, let last = kept.last else { return kept }
        return kept + [Diagnostic(last.severity, at: last.location, "… and \(count - kept.count) more")]
    }
}
