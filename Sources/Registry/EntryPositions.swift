import Model
import Values

/// Where everything in the entries stands.
struct EntryPositions: Sendable {
    private struct Origin {
        var source: Int
        var node: Node
        /// As it stands in the file, without the file's `meta`.
        var written: Node
        /// The entry whose values stand for those that this one does not have.
        var defaults: EntryID?
    }

    private(set) var sources: [SourceText] = []
    private var origins: [EntryID: Origin] = [:]

    mutating func add(_ source: SourceText) { sources.append(source) }

    /// The entry stands in the source that was added last.
    mutating func add(_ id: EntryID, _ node: Node, written: Node) {
        origins[id] = Origin(source: sources.count - 1, node: node, written: written)
    }

    mutating func inherit(_ id: EntryID, from defaults: EntryID) { origins[id]?.defaults = defaults }

    func location(of path: [String], in id: EntryID) -> SourceLocation? {
        origin(of: path, in: id).map { sources[$0.source].location(of: Int($0.node.node(at: path).place)) }
    }

    private func origin(of path: [String], in id: EntryID) -> Origin? {
        guard let own = origins[id] else { return nil }
        if own.node.has(path) { return own }
        guard let defaults = own.defaults.flatMap({ origins[$0] }), defaults.node.has(path) else { return own }
        return defaults
    }

    /// The entry of defaults that the value at `path` is from, if it is.
    func defaults(of path: [String], in id: EntryID) -> EntryID? {
        guard let own = origins[id], let defaults = own.defaults, !own.node.has(path) else { return nil }
        return origins[defaults]?.node.has(path) == true ? defaults : nil
    }

    /// Whether the value is from the `meta` of the entry's file.
    func isOfFile(_ path: [String], in id: EntryID) -> Bool {
        guard path.first == "meta", path.count > 1, let own = origins[id] else { return false }
        let key = Array(path.prefix(2))
        return own.node.has(key) && !own.written.has(key)
    }

    /// What of a value in an entry a diagnostic is about.
    enum Part {
        case value
        /// The key that leads to it.
        case key
        /// What stands so many bytes after the beginning of a text on one line; where the text is not written out as it
        /// is, its beginning.
        case byte(Int)
    }

    func diagnostic(
        _ severity: Diagnostic.Severity, at path: [String], _ part: Part = .value, of entry: Entry, _ message: String
    ) -> Diagnostic {
        guard let origin = origin(of: path, in: entry.id) else {
            return Diagnostic(severity, at: entry.location, message)
        }
        let source = sources[origin.source]
        let suffix = defaults(of: path, in: entry.id) == nil ? "" : " (a default, for \(entry.id))"
        return source.diagnostic(
            severity, at: Self.place(of: part, at: path, in: origin.node, source), message + suffix)
    }

    private static func place(of part: Part, at path: [String], in root: Node, _ source: SourceText) -> UInt32 {
        let node = root.node(at: path)
        switch part {
        case .value: return node.place
        case .key:
            let parent = root.node(at: path.dropLast())
            return parent.pairs?.first { $0.key == path.last }?.keyPlace ?? parent.place
        case .byte(let offset):
            guard let text = node.scalar?.text, let start = source.place(of: text, from: Int(node.place)) else {
                return node.place
            }
            return UInt32(start + text.utf8.prefix(offset).count { $0 & 0xC0 != 0x80 })
        }
    }
}

extension Node {
    /// What stands there, or the nearest parent of it.
    fileprivate func node(at path: some Sequence<String>) -> Node {
        var node = self
        for step in path {
            guard let next = node[step] else { return node }
            node = next
        }
        return node
    }

    fileprivate func has(_ path: [String]) -> Bool {
        var node = self
        for step in path {
            guard let next = node[step] else { return false }
            node = next
        }
        return true
    }
}
