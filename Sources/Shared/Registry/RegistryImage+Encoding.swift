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
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        appendHead(of: entries, to: &bytes)
        for entry in entries { append(entry, to: &bytes) }
        return bytes
    }

    private static func appendHead(of entries: [Entry], to bytes: inout [UInt8]) {
        bytes += magic
        ValueCoding.append(count: Int(version), to: &bytes)
        ValueCoding.append(count: entries.count, to: &bytes)
        var start = headerSize + entries.count * 8
        for entry in entries {
            ValueCoding.append(count: start, to: &bytes)
            start += size(of: entry)
        }
        for index in entries.indices.sorted(by: { entries[$0].id < entries[$1].id }) {
            ValueCoding.append(count: index, to: &bytes)
        }
    }

    private static func append(_ entry: Entry, to bytes: inout [UInt8]) {
        for text in [entry.id.description, entry.kind, entry.location.file] {
            ValueCoding.append(text: text, to: &bytes)
        }
        ValueCoding.append(count: entry.location.line, to: &bytes)
        ValueCoding.append(count: entry.location.column, to: &bytes)
        ValueCoding.append(.map(entry.meta), to: &bytes)
        ValueCoding.append(.map(entry.data), to: &bytes)
    }

    private static func size(of entry: Entry) -> Int {
        ValueCoding.size(of: entry.id.description) + ValueCoding.size(of: entry.kind)
            + ValueCoding.size(of: entry.location.file) + 8 + ValueCoding.size(of: .map(entry.meta))
            + ValueCoding.size(of: .map(entry.data))
    }
}
