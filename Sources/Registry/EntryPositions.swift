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
        guard let origin = origins[entry.id] else { return Diagnostic(severity, at: entry.location, message) }
        let source = sources[origin.source]
        return source.diagnostic(severity, at: Self.place(of: part, at: path, in: origin.node, source), message)
    }

    private static func place(of part: Part, at path: [String], in root: Node, _ source: SourceText) -> UInt32 {
        let node = node(at: path, in: root)
        switch part {
        case .value: return node.place
        case .key:
            let parent = Self.node(at: path.dropLast(), in: root)
            return parent.pairs?.first { $0.key == path.last }?.keyPlace ?? parent.place
        case .byte(let offset):
            guard let text = node.scalar?.text, let start = source.place(of: text, from: Int(node.place)) else {
                return node.place
            }
            return UInt32(start + text.utf8.prefix(offset).count { $0 & 0xC0 != 0x80 })
        }
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
