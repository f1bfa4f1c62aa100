package import Crontabs
import Model
import Values

extension RegistryLoad {
    /// With the lines of the crontabs that entries of the kind `cron.crontab` name, as entries of their own.
    package func readingCrontabs(from source: CrontabFileSource) -> RegistryLoad {
        let crontabs = snapshot?.entries.filter { $0.kind == CrontabEntries.kind } ?? []
        guard let snapshot, !crontabs.isEmpty else { return self }
        var entries = CrontabEntries(self, snapshot, source)
        for entry in crontabs { entries.read(entry) }
        return entries.load
    }
}

extension RegistryLoad {
    /// Lines of crontabs as a registry of their own, whose places are theirs.
    package init(_ imported: [ImportedEntry], namespace: String) {
        var entries: [Entry] = []
        var indices: [EntryID: Int32] = [:]
        for line in imported {
            guard let id = EntryID(namespace: namespace, name: line.name), indices[id] == nil else {
                preconditionFailure("'\(line.name)' is no name, or that of two lines")
            }
            indices[id] = Int32(entries.count)
            entries.append(Entry(line, id))
        }
        self.init(
            snapshot: RegistrySnapshot(entries: entries, indices: indices), errors: [], notes: [],
            positions: EntryPositions(), limits: RegistryLimits())
    }
}

extension Entry {
    fileprivate init(_ imported: ImportedEntry, _ id: EntryID) {
        self.init(
            id: id, kind: ImportedEntry.kind, meta: imported.meta, data: imported.data, location: imported.place)
    }
}

/// Makes entries of crontabs. Their names begin with that of the entry that names the crontab.
struct CrontabEntries {
    static let kind = "cron.crontab"

    static let keys = ["source", "format", "user", "comment"]
    static let formats = [systemFormat, userFormat]
    private static let systemFormat = "system"
    private static let userFormat = "user"

    private let old: RegistryLoad
    private let source: CrontabFileSource
    private let host: CrontabHost
    private var entries: [Entry]
    private var indices: [EntryID: Int32] = [:]
    private var errors: Diagnostics
    private var notes: Diagnostics

    init(_ load: RegistryLoad, _ snapshot: RegistrySnapshot, _ source: CrontabFileSource) {
        (old, self.source, host) = (load, source, source.host())
        entries = snapshot.entries
        for (index, entry) in entries.enumerated() { indices[entry.id] = Int32(index) }
        errors = Diagnostics(limit: load.limits.diagnostics)
        notes = Diagnostics(limit: load.limits.diagnostics)
    }

    var load: RegistryLoad {
        RegistryLoad(
            snapshot: errors.isEmpty ? RegistrySnapshot(entries: entries, indices: indices) : nil,
            errors: old.errors + errors.closed, notes: old.notes + notes.closed, positions: old.positions,
            limits: old.limits)
    }

    // MARK: The entry

    mutating func read(_ entry: Entry) {
        let issues = EntryDiagnostics(entry, old)
        if let request = Self.request(entry, issues.data) { read(request, of: entry, issues) }
        errors.append(issues.errors)
        notes.append(issues.notes)
    }

    private static func request(_ entry: Entry, _ data: EntryField) -> CrontabFileSource.Request? {
        for key in entry.data.keys where !keys.contains(key) && !KnownKeys.isFree(key) { data.unknownKey(key, keys) }
        let (path, isSystem, owner) = (path(entry, data), isSystem(data), owner(data))
        if isSystem == true, owner != nil {
            data["user"]?.error("goes with format: user; the lines of the system's format name their users", .key)
        }
        guard let path, data.issues.errors.isEmpty else { return nil }
        return .init(path: path, isSystem: isSystem, owner: owner)
    }

    private static func path(_ entry: Entry, _ data: EntryField) -> String? {
        let example = "file:///etc/cron.d"
        guard let value = entry.data["source"] else {
            data.issues.report(
                EntryFailure(missing: "source", "expected one such as \(example)"), of: "crontab", known: keys)
            return nil
        }
        let directory = RegistryPath.directory(of: entry.location.file)
        switch SourcePath.read(value, example: example, directory: directory) {
        case .success(let path): return path
        case .failure(let failure): data.issues.report(failure, of: "crontab", known: keys)
        }
        return nil
    }

    private static func isSystem(_ data: EntryField) -> Bool? {
        guard let field = data["format"] else { return nil }
        switch field.value.string {
        case systemFormat: return true
        case userFormat: return false
        default: return field.expected("'system' or 'user'")
        }
    }

    private static func owner(_ data: EntryField) -> String? {
        guard let field = data["user"] else { return nil }
        guard let name = field.value.string, CrontabText.isUser(name) else { return field.expected("a user's name") }
        return name
    }

    // MARK: The crontabs

    private mutating func read(_ request: CrontabFileSource.Request, of entry: Entry, _ issues: EntryDiagnostics) {
        let reading: CrontabFileSource.Reading
        switch source.read(request, host) {
        case .success(let files): reading = files
        case .failure(let failure): return issues.error("source: \(failure)", at: ["source"])
        }
        if let cron = reading.cron {
            if source.refusesCron {
                issues.error("source: \(cron)", at: ["source"])
            } else {
                issues.note(.crontabCron, "source: \(cron)", at: ["source"])
            }
        }
        guard reading.files.allSatisfy({ $0.isSystem || $0.owner != nil }) else {
            return issues.error("no 'user' in the crontab; expected whose it is, or format: system", at: [])
        }
        for note in reading.notes { issues.note(.crontabFile, note, at: ["source"]) }
        add(CrontabImport(reading.files, host: host), of: entry, issues)
    }

    private mutating func add(_ result: CrontabImport, of entry: Entry, _ issues: EntryDiagnostics) {
        for problem in result.problems {
            notes.add(
                .crontabLine, Diagnostic(.note(.crontabLine), at: problem.location, "left out: \(problem.message)"))
        }
        for note in result.notes { issues.note(.crontabDifference, note, at: ["source"]) }
        for imported in result.entries { add(imported, of: entry, issues) }
    }

    private mutating func add(_ imported: ImportedEntry, of crontab: Entry, _ issues: EntryDiagnostics) {
        let name = "\(crontab.id.name).\(imported.name)"
        guard let id = EntryID(namespace: String(crontab.id.namespace), name: name) else {
            return issues.error(
                "the name '\(name)' of \(imported.origin) is too long; expected \(EntryID.rule)", at: [])
        }
        if let first = indices[id] {
            let place = entries[Int(first)].location
            return issues.error(
                "duplicate entry '\(id)', of \(imported.origin); first declared at \(place)", at: ["source"])
        }
        guard entries.count < old.limits.entries else {
            return issues.error("the registry has more than \(old.limits.entries) entries with it", at: ["source"])
        }
        indices[id] = Int32(entries.count)
        entries.append(Entry(imported, id))
    }
}
