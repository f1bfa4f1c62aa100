import Model
import Values

/// The errors in one entry, made from paths into it. All who read the entry add to the same.
final class EntryDiagnostics {
    private let entry: Entry
    private let positions: EntryPositions
    private(set) var errors: Diagnostics
    private(set) var notes: Diagnostics

    init(_ entry: Entry, _ load: RegistryLoad) {
        (self.entry, positions) = (entry, load.positions)
        errors = Diagnostics(limit: load.limits.diagnostics)
        notes = Diagnostics(limit: load.limits.diagnostics)
    }

    var meta: EntryField { EntryField(.map(entry.meta), at: ["meta"], self) }
    var data: EntryField { EntryField(.map(entry.data), at: [], self) }

    func location(of path: [String]) -> SourceLocation {
        positions.location(of: path, in: entry.id) ?? entry.location
    }

    func error(_ message: @autoclosure () -> String, at path: [String], _ part: EntryPositions.Part = .value) {
        errors.add(positions.diagnostic(.error, at: path, part, of: entry, message()))
    }

    /// In another file, of which nothing is shown.
    func error(_ message: @autoclosure () -> String, at place: SourceLocation) {
        errors.add(Diagnostic(.error, at: place, message()))
    }

    func note(
        _ note: Note, _ message: @autoclosure () -> String, at path: [String], _ part: EntryPositions.Part = .value
    ) {
        notes.add(note, positions.diagnostic(.note(note), at: path, part, of: entry, message()))
    }
}
