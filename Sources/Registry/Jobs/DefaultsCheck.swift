import Model
import Values

/// Looks at all entries of the kind `cron.defaults`.
struct DefaultsCheck {
    private(set) var errors: Diagnostics
    private(set) var notes: Diagnostics
    /// Those that have errors, of which their jobs say nothing.
    private(set) var faulty: Set<EntryID> = []
    private var first: [Substring: Entry] = [:]

    init(_ load: RegistryLoad, _ snapshot: RegistrySnapshot, reader: (EntryDiagnostics) -> DefaultsReader) {
        errors = Diagnostics(limit: load.limits.diagnostics)
        notes = Diagnostics(limit: load.limits.diagnostics)
        let entries = snapshot.entries.filter { $0.kind == JobDefaults.kind && !$0.isJob }
        guard !entries.isEmpty else { return }
        // The lines of crontabs have no defaults, and no place in a registry file.
        let jobs = snapshot.entries.lazy.filter { $0.isJob && load.location(of: [], in: $0.id) != nil }
        let namespaces = Set(jobs.map(\.id.namespace))
        for entry in entries {
            let issues = EntryDiagnostics(entry, load)
            reader(issues).check()
            checkPlace(entry, namespaces, issues)
            if issues.faultCount > 0 { faulty.insert(entry.id) }
            errors.append(issues.errors)
            notes.append(issues.notes)
        }
    }

    private mutating func checkPlace(_ entry: Entry, _ namespaces: Set<Substring>, _ issues: EntryDiagnostics) {
        let namespace = entry.id.namespace
        if let other = first[namespace] {
            issues.error(
                "a second \(JobDefaults.kind) of the namespace '\(namespace)'; the first is '\(other.id)' at \(other.location)",
                at: ["kind"])
        } else {
            first[namespace] = entry
            if !namespaces.contains(namespace) {
                issues.note(
                    .unusedDefaults, "no job in the namespace '\(namespace)' to have these defaults", at: ["kind"])
            }
        }
    }
}
