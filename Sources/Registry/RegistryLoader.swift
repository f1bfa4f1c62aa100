import Model
import Values

/// Reads the files of a registry one after another.
struct RegistryLoader {
    private let limits: RegistryLimits
    /// Those that had entries before.
    private let knownFiles: Set<String>
    private var errors: Diagnostics
    private var notes: Diagnostics
    private var entries: [Entry] = []
    private var indices: [EntryID: Int32] = [:]
    private var positions = EntryPositions()
    private var names = NameTable()
    private var byteCount = 0
    private var nodeCount = 0

    init(limits: RegistryLimits, knownFiles: Set<String>) {
        (self.limits, self.knownFiles) = (limits, knownFiles)
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
            read(file)
        }
        applyDefaults()
    }

    /// The first of a namespace counts; another one is an error that is found later.
    private mutating func applyDefaults() {
        let all = entries.lazy.filter { $0.kind == JobDefaults.kind }
        let defaults = Dictionary(all.map { ($0.id.namespace, JobDefaults($0)) }) { first, _ in first }
        guard !defaults.isEmpty else { return }
        for index in entries.indices where entries[index].isJob {
            guard let defaults = defaults[entries[index].id.namespace] else { continue }
            nodeCount += defaults.size
            guard nodeCount <= limits.totalNodes else {
                let message = "with these in each job " + tooMany(limits.totalNodes, "values")
                return errors.add(Diagnostic(.error, at: defaults.entry.location, message))
            }
            entries[index] = defaults.applied(to: entries[index])
            positions.inherit(entries[index].id, from: defaults.entry.id)
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
        var issues = FileDiagnostics(
            source: SourceText(path: file.path, bytes: file.bytes), limit: limits.diagnostics)
        if file.bytes.count > limits.fileBytes {
            let message = "the file has \(file.bytes.count) bytes; expected at most \(limits.fileBytes)"
            refuse(file, ReadingFault(place: 0, message: message), &issues, showsLine: false)
        } else {
            read(Document.read(&issues, limits: limits), file, &issues)
        }
        errors.append(issues.errors)
        notes.append(issues.notes)
    }

    /// One that cannot be read is ignored unless it is, or was, a registry file.
    private func refuse(
        _ file: RegistryFile, _ fault: ReadingFault, _ issues: inout FileDiagnostics, showsLine: Bool = true
    ) {
        let message = fault.message(in: issues.source)
        if file.isNamed || knownFiles.contains(file.path) || issues.source.hasNamespaceLine {
            issues.error(message, at: fault.place, showsLine: showsLine)
        } else {
            issues.forgetErrors()
            issues.note(.foreignFile, "ignored: \(message)", at: fault.place, showsLine: showsLine)
        }
    }

    private mutating func read(_ document: Document, _ file: RegistryFile, _ issues: inout FileDiagnostics) {
        if let root = document.root, let definitions = DefinitionFile(root) {
            read(definitions, document, &issues)
            guard let fault = document.fault else { return }
            let message = fault.message(in: issues.source)
            issues.error(message, at: fault.place)
        } else if let fault = document.fault, !document.isFollowed {
            refuse(file, fault, &issues)
        } else if let root = document.root, let reason = DefinitionFile.reason(against: root) {
            // Other faults of a file that is no registry file are not reported.
            issues.forgetErrors()
            if file.isNamed {
                issues.error(reason, at: root.place)
            } else {
                issues.note(.foreignFile, "ignored: \(reason)", at: root.place)
            }
        }
    }

    private mutating func read(
        _ definitions: DefinitionFile, _ document: Document, _ issues: inout FileDiagnostics
    ) {
        nodeCount += document.nodeCount
        guard nodeCount <= limits.totalNodes else { return issues.error(tooMany(limits.totalNodes, "values"), at: 0) }
        positions.add(issues.source)
        let id = definitions.readHead(&issues)
        let meta = definitions.meta(&issues)
        let nodes = definitions.entries(&issues)
        guard fits(meta, nodes.count, document, &issues) else { return }
        for written in nodes {
            let node = DataWrapper.opened(meta.merged(into: written), &issues)
            let reader = EntryReader(node, namespace: id)
            guard let entry = reader.read(&issues, &names) else { continue }
            if add(entry, node, reader.namePlace, &issues) { positions.add(entry.id, node, written: written) }
        }
    }

    /// The `meta` of the file is counted with each entry, as an alias is.
    private mutating func fits(
        _ meta: FileMeta, _ count: Int, _ document: Document, _ issues: inout FileDiagnostics
    ) -> Bool {
        let copies = meta.size.multipliedReportingOverflow(by: count)
        let most = min(limits.fileNodes - document.nodeCount, limits.totalNodes - nodeCount)
        guard !copies.overflow, copies.partialValue <= most else {
            issues.error(
                "the registry has too many values with the meta of the file in each entry; expected at most "
                    + "\(limits.fileNodes) in a file and \(limits.totalNodes) in all", at: meta.place)
            return false
        }
        nodeCount += copies.partialValue
        return true
    }

    /// Returns whether it is one of the registry's entries now.
    private mutating func add(
        _ entry: Entry, _ node: Node, _ namePlace: UInt32, _ issues: inout FileDiagnostics
    ) -> Bool {
        if let first = indices[entry.id] {
            let place = entries[Int(first)].location
            issues.error("duplicate entry '\(entry.id)'; first declared at \(place)", at: namePlace)
            return false
        }
        guard entries.count < limits.entries else {
            issues.error(tooMany(limits.entries, "entries"), at: node.place)
            return false
        }
        indices[entry.id] = Int32(entries.count)
        entries.append(entry)
        return true
    }
}

extension SourceLocation {
    static func start(of file: RegistryFile) -> SourceLocation { SourceLocation(file: file.path, line: 1, column: 1) }
}
