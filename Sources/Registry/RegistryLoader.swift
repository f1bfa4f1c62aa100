import Model
import Values

/// Reads the files of a registry one after another.
struct RegistryLoader {
    private let limits: RegistryLimits
    private var errors: DiagnosticLog
    private var notes: DiagnosticLog
    private var entries: [Entry] = []
    private var indices: [EntryID: Int32] = [:]
    private var positions = EntryPositions()
    private var names = NameTable()
    private var byteCount = 0
    private var nodeCount = 0

    init(limits: RegistryLimits) {
        self.limits = limits
        errors = DiagnosticLog(limit: limits.diagnostics)
        notes = DiagnosticLog(limit: limits.diagnostics)
    }

    var load: RegistryLoad {
        RegistryLoad(
            snapshot: errors.isEmpty ? RegistrySnapshot(entries: entries, indices: indices) : nil,
            errors: errors.closed, notes: notes.closed, positions: positions, limits: limits)
    }

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
        var log = FileLog(source: source, limit: limits.diagnostics)
        if let document = Document.read(&log, limits: limits) {
            nodeCount += document.nodeCount
            if nodeCount > limits.totalNodes {
                log.error(tooMany(limits.totalNodes, "values"), at: 0)
            } else {
                read(document.root, file, &log)
            }
        }
        errors.append(log.errors)
        notes.append(log.notes)
    }

    private mutating func read(_ root: Node, _ file: RegistryFile, _ log: inout FileLog) {
        let definitions = DefinitionFile(root)
        guard let namespace = definitions.namespace else {
            return definitions.reportMissingNamespace(isNamed: file.isNamed, &log)
        }
        positions.add(log.source)
        let id = definitions.readHead(namespace, &log)
        for node in definitions.entries(&log) {
            let reader = EntryReader(node, namespace: id)
            if let entry = reader.read(&log, &names) { add(entry, node, reader.namePlace, &log) }
        }
    }

    private mutating func add(_ entry: Entry, _ node: Node, _ namePlace: UInt32, _ log: inout FileLog) {
        if let first = indices[entry.id] {
            let place = entries[Int(first)].location
            log.error("duplicate entry '\(entry.id)'; first declared at \(place)", at: namePlace)
        } else if entries.count < limits.entries {
            indices[entry.id] = Int32(entries.count)
            entries.append(entry)
            positions.add(entry.id, node)
        } else {
            log.error(tooMany(limits.entries, "entries"), at: node.place)
        }
    }
}

extension SourceLocation {
    static func start(of file: RegistryFile) -> SourceLocation { SourceLocation(file: file.path, line: 1, column: 1) }
}
