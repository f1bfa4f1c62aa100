import Values

extension RegistryImage {
    package struct Excess: Error, Hashable, Sendable {
        package let size: Int

        package var message: String {
            "the registry with all aliases written out has \(size) bytes; expected at most \(RegistryImage.largest)"
        }
    }

    /// Aliases make much of little text; each use of one is written out here.
    package static let largest = 256 << 20

    /// Every ID must occur once. The entries are written in the order in which they are given.
    package static func encode(_ entries: [Entry]) throws(Excess) -> [UInt8] {
        let size = entries.reduce(headerSize + entries.count * 8) { $0 + self.size(of: $1) }
        guard size <= largest else { throw Excess(size: size) }
        return ValueWriter.bytes(size: size) { writer in
            appendHead(of: entries, to: &writer)
            for entry in entries { append(entry, to: &writer) }
        }
    }

    private static func appendHead(of entries: [Entry], to writer: inout ValueWriter) {
        magic.withUnsafeBytes { writer.append(bytes: $0) }
        writer.append(count: Int(version))
        writer.append(count: entries.count)
        var start = headerSize + entries.count * 8
        for entry in entries {
            writer.append(count: start)
            start += size(of: entry)
        }
        for index in entries.indices.sorted(by: { entries[$0].id < entries[$1].id }) {
            writer.append(count: index)
        }
    }

    private static func append(_ entry: Entry, to writer: inout ValueWriter) {
        for text in [entry.id.description, entry.kind, entry.location.file] { writer.append(text: text) }
        writer.append(count: entry.location.line)
        writer.append(count: entry.location.column)
        writer.append(.map(entry.meta))
        writer.append(.map(entry.data))
    }

    private static func size(of entry: Entry) -> Int {
        ValueCoding.size(of: entry.id.description) + ValueCoding.size(of: entry.kind)
            + ValueCoding.size(of: entry.location.file) + 8 + ValueCoding.size(of: .map(entry.meta))
            + ValueCoding.size(of: .map(entry.data))
    }
}
