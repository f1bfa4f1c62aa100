import Model
import Values

/// Where everything in the entries stands.
struct EntryPositions: Sendable {
    private struct Origin {
        var source: Int
        var node: Node
    }

    private var sources: [SourceText] = []
    private var origins: [EntryID: Origin] = [:]

    mutating func add(_ source: SourceText) { sources.append(source) }

    /// The entry stands in the source that was added last.
    mutating func add(_ id: EntryID, _ node: Node) { origins[id] = Origin(source: sources.count - 1, node: node) }

    func location(of path: [String], in id: EntryID) -> SourceLocation? {
        origins[id].map { sources[$0.source].location(of: Int(Self.node(at: path, in: $0.node).place)) }
    }

    func diagnostic(
        _ severity: Diagnostic.Severity, at path: [String], of entry: Entry, _ message: String
    ) -> Diagnostic {
        diagnostic(severity, of: entry, message) { Self.node(at: path, in: $0).place }
    }

    /// As `diagnostic(_:at:of:_:)`, about the place `offset` bytes after the beginning of a text on one line; where the
    /// text is not written out as it is, about its beginning.
    func diagnostic(
        _ severity: Diagnostic.Severity, at path: [String], offset: Int, of entry: Entry, _ message: String
    ) -> Diagnostic {
        guard let origin = origins[entry.id] else { return Diagnostic(severity, at: entry.location, message) }
        let node = Self.node(at: path, in: origin.node)
        let source = sources[origin.source]
        let place = node.scalar.flatMap { scalar in
            source.place(of: scalar.text, from: Int(node.place)).map { $0 + Self.scalarCount(scalar.text, offset) }
        }
        return source.diagnostic(severity, at: place.map { UInt32($0) } ?? node.place, message)
    }

    /// How many scalars the first `bytes` of the text have.
    private static func scalarCount(_ text: String, _ bytes: Int) -> Int {
        text.utf8.prefix(bytes).count { $0 & 0xC0 != 0x80 }
    }

    /// As `diagnostic(_:at:of:_:)`, about the key at `path` instead of its value.
    func diagnostic(
        _ severity: Diagnostic.Severity, atKey path: [String], of entry: Entry, _ message: String
    ) -> Diagnostic {
        diagnostic(severity, of: entry, message) { node in
            let parent = Self.node(at: path.dropLast(), in: node)
            return parent.pairs?.first { $0.key == path.last }?.keyPlace ?? parent.place
        }
    }

    private func diagnostic(
        _ severity: Diagnostic.Severity, of entry: Entry, _ message: String, place: (Node) -> UInt32
    ) -> Diagnostic {
        guard let origin = origins[entry.id] else { return Diagnostic(severity, at: entry.location, message) }
        return sources[origin.source].diagnostic(severity, at: place(origin.node), message)
    }

    private static func node(at path: some Sequence<String>, in root: Node) -> Node {
        var node = root
        for step in path {
            guard let next = node[step] else { return node }
            node = next
        }
        return node
    }
}
