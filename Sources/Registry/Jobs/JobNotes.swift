import Model
import Values

/// What the writer of a registry may not expect of its jobs: notes on each, and why a job is not there.
struct JobNotes {
    private let load: RegistryLoad
    private var notes: Diagnostics
    /// Each key of `meta` that means nothing to a job, with the job where it stands first.
    private var freeKeys: [(key: String, entry: Entry, count: Int)] = []
    private var places: [String: Int] = [:]

    init(_ load: RegistryLoad) {
        self.load = load
        notes = Diagnostics(limit: load.limits.diagnostics)
    }

    var closed: [Diagnostic] { notes.closed }

    mutating func add(_ other: Diagnostics) { notes.append(other) }

    mutating func add(_ other: Diagnostics, freeKeys keys: [String], of entry: Entry) {
        notes.append(other)
        for key in keys {
            if let place = places[key] {
                freeKeys[place].count += 1
            } else {
                places[key] = freeKeys.count
                freeKeys.append((key, entry, 1))
            }
        }
    }

    /// `found`: how many entries are jobs.
    mutating func add(on snapshot: RegistrySnapshot, found: Int) {
        for free in freeKeys { note(.metaKey, Self.message(on: free.key, free.count), free.entry, free.key, .key) }
        for entry in snapshot.entries { addMissing(entry) }
        if found == 0, let first = snapshot.entries.first {
            let message = "no entry of the registry has meta.type: \(Entry.jobType); there is nothing to run"
            let place = SourceLocation(file: first.location.file, line: 1, column: 1)
            notes.add(.noJob, Diagnostic(.note(.noJob), at: place, message))
        }
    }

    private static func message(on key: String, _ count: Int) -> String {
        let hint = KnownKeys.nearest(to: key, JobKeys.metaKeys).map { "; did you mean '\($0)'?" } ?? ""
        let place = count > 1 ? " in \(count) jobs" : ""
        return "meta: unknown key \(PrintableText.quote(key)), which has no effect\(place)\(hint)"
    }

    /// An entry that is no job and looks as if it was meant to be one.
    private mutating func addMissing(_ entry: Entry) {
        let jobType = Entry.jobType
        if let type = entry.meta["type"]?.string, type != jobType {
            guard KnownKeys.nearest(to: type.lowercased(), [jobType]) != nil else { return }
            let message = "meta.type: \(PrintableText.quote(type)) makes no job; did you mean '\(jobType)'?"
            note(.notAJob, message, entry, "type")
        } else if entry.meta["type"] == nil, FunctionKind(rawValue: entry.kind) != nil,
            let key = ["schedule", "interval"].first(where: { entry.meta[$0] != nil })
        {
            note(.notAJob, "meta.\(key) makes no job without meta.type: \(jobType)", entry, key, .key)
        }
    }

    private mutating func note(
        _ note: Note, _ message: String, _ entry: Entry, _ key: String, _ part: EntryPositions.Part = .value
    ) {
        notes.add(note, load.positions.diagnostic(.note(note), at: ["meta", key], part, of: entry, message))
    }
}
