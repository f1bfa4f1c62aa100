import Model
import Values

/// The errors in one entry, made from paths into it. All who read the entry add to the same.
final class EntryDiagnostics {
    let entry: Entry
    private let positions: EntryPositions
    /// Entries of defaults whose own errors are known.
    private let faulty: Set<EntryID>
    /// Those to be shown. All are counted.
    private(set) var errors: Diagnostics
    private(set) var faultCount = 0
    private(set) var notes: Diagnostics

    init(_ entry: Entry, _ load: RegistryLoad, faulty: Set<EntryID> = []) {
        (self.entry, positions, self.faulty) = (entry, load.positions, faulty)
        errors = Diagnostics(limit: load.limits.diagnostics)
        notes = Diagnostics(limit: load.limits.diagnostics)
    }

    var meta: EntryField { EntryField(.map(entry.meta), at: ["meta"], self) }
    var data: EntryField { EntryField(.map(entry.data), at: [], self) }

    func location(of path: [String]) -> SourceLocation {
        positions.location(of: path, in: entry.id) ?? entry.location
    }

    func error(_ message: @autoclosure () -> String, at path: [String], _ part: EntryPositions.Part = .value) {
        faultCount += 1
        if !faulty.isEmpty, let source = positions.defaults(of: path, in: entry.id), faulty.contains(source) { return }
        errors.add(positions.diagnostic(.error, at: path, part, of: entry, message()))
    }

    /// `role`: what the entry is. Says nothing about a missing key if it is there misspelt, which has been reported. `known`:
    /// the keys that are none of its misspellings, as `comment` is none of `command`.
    func report(_ failure: EntryFailure, of role: String, known: [String]) {
        if let key = failure.missing {
            let isMisspelt = entry.data.keys.contains { !known.contains($0) && KnownKeys.nearest(to: $0, [key]) != nil }
            guard !isMisspelt else { return }
            error("no '\(key)' in the \(role); \(failure.message)", at: [])
        } else {
            error(failure.message, at: failure.path, failure.isAboutKey ? .key : .value)
        }
    }

    /// In another file, of which nothing is shown.
    func error(_ message: @autoclosure () -> String, at place: SourceLocation) {
        faultCount += 1
        errors.add(Diagnostic(.error, at: place, message()))
    }

    func note(
        _ note: Note, _ message: @autoclosure () -> String, at path: [String], _ part: EntryPositions.Part = .value
    ) {
        // Those of the entry of defaults itself. Only jobs ask whether its directory and its shell are there.
        if note == .noEffect || note == .missingController, positions.defaults(of: path, in: entry.id) != nil { return }
        notes.add(note, positions.diagnostic(.note(note), at: path, part, of: entry, message()))
    }
}
