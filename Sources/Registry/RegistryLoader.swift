import Model
import Values

/// Reads the files of a registry one after another.
struct RegistryLoader {
    private let limits: RegistryLimits
    private var errors: Diagnostics
    private var notes: Diagnostics
    private var entries: [Entry] = []
    private var indices: [EntryID: Int32] = [:]
    private var positions = EntryPositions()
    private var names = NameTable()
    private var byteCount = 0
    private var nodeCount = 0

    init(limits: RegistryLimits) {
        self.limits = limits
        errors = Diagnostics(limit: limits.diagnostics)
        notes = Diagnostics(limit: limits.diagnostics)
    }

    var load: RegistryLoad {
        RegistryLoad(
            snapshot: errors.isEmpty ? RegistrySnapshot(entries: entries, indices: indices) : nil,
            errors: errors.closed, notes: notes.closed, positions: positions, limits: limits)
    }

    mutating func ignore(_ files: Diagnostics) { notes.append(files) }

    /// A limit on the whole registry ends the reading; whatever is wrong with one file does not.
    mutating func read(_ files: [RegistryFile]) {
        for (index, file) in files.enumerated() {
            if let excess = excess(at: index, file) {
                return errors.add(Diagnostic(.error, at: .start(of: file), excess))
            }
            if file.bytes.count > limits.fileBytes {
                let message = "the file has \(file.bytes.count) bytes; expected at most \(limits.fileBytes)"
                errors.add(Diagnostic(.error, at: .start(of: file), message))
            } else {
                read(file)
            }
        }
    }

    /// What is too much about the registry up to this file.
    private mutating func excess(at index: Int, _ file: RegistryFile) -> String? {
        byteCount += file.bytes.count
        if index >= limits.files { return tooMany(limits.files, "files") }
        if byteCount > limits.totalBytes { return tooMany(limits.totalBytes, "bytes") }
        return nil
    }

    private func tooMany(_ limit: Int, _ things: String) -> String {
        "the registry has more than \(limit) \(things); expected at most that many"
    }

    private mutating func read(_ file: RegistryFile) {
        let source = SourceText(path: file.path, bytes: file.bytes)
        var issues = FileDiagnostics(source: source, limit: limits.diagnostics)
        if let document = Document.read(&issues, limits: limits) {
            nodeCount += document.nodeCount
            if nodeCount > limits.totalNodes {
                issues.error(tooMany(limits.totalNodes, "values"), at: 0)
            } else {
                read(document.root, file, &issues)
            }
        }
        errors.append(issues.errors)
        notes.append(issues.notes)
    }

    private mutating func read(_ root: Node, _ file: RegistryFile, _ issues: inout FileDiagnostics) {
        let definitions = DefinitionFile(root)
        guard let namespace = definitions.namespace else {
            return definitions.reportMissingNamespace(isNamed: file.isNamed, &issues)
        }
        positions.add(issues.source)
        let id = definitions.readHead(namespace, &issues)
        for node in definitions.entries(&issues) {
            let reader = EntryReader(node, namespace: id)
            if let entry = reader.read(&issues, &names) { add(entry, node, reader.namePlace, &issues) }
        }
    }

    private mutating func add(_ entry: Entry, _ node: Node, _ namePlace: UInt32, _ issues: inout FileDiagnostics) {
        if let first = indices[entry.id] {
            let place = entries[Int(first)].location
            issues.error("duplicate entry '\(entry.id)'; first declared at \(place)", at: namePlace)
        } else if entries.count < limits.entries {
            indices[entry.id] = Int32(entries.count)
            entries.append(entry)
            positions.add(entry.id, node)
        } else {
            issues.error(tooMany(limits.entries, "entries"), at: node.place)
        }
    }
}

extension SourceLocation {
    static func start(of file: RegistryFile) -> SourceLocation { SourceLocation(file: file.path, line: 1, column: 1) }
}
