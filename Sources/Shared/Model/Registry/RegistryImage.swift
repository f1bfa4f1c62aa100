package import Find
package import Values

/// A registry as bytes that several processes share: entries are read out of it one by one, by their place or ID.
///
/// All numbers are little-endian and of 4 bytes:
///
///     "CRSUPREG" | version | count | where each entry begins, in file order | their places in that order, sorted by ID
///     each entry: ID, kind and file as strings, line, column, meta and data as maps, all as `ValueCoding` has them
///
/// Whatever the bytes are, nothing beyond their end is read.
package struct RegistryImage {
    package enum Failure: Error, Hashable, Sendable {
        case malformed
        case unknownVersion(UInt32)

        package var message: String {
            switch self {
            case .malformed: "the registry's image is damaged"
            case .unknownVersion(let version):
                "the registry's image has version \(version); expected \(RegistryImage.version)"
            }
        }
    }

    static let magic: [UInt8] = Array("CRSUPREG".utf8)
    static let version: UInt32 = 1
    static let headerSize = 16

    /// How many entries there are.
    package let count: Int
    private let bytes: UnsafeRawBufferPointer

    /// `bytes` must outlive the image and must not change.
    package init(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        guard bytes.count >= Self.headerSize, Self.hasMagic(bytes) else { throw .malformed }
        self.bytes = bytes
        let version = Self.number(bytes, at: 8)
        guard version == Self.version else { throw .unknownVersion(version) }
        count = Int(Self.number(bytes, at: 12))
        guard count <= (bytes.count - Self.headerSize) / 8 else { throw .malformed }
    }

    private static func hasMagic(_ bytes: UnsafeRawBufferPointer) -> Bool {
        for index in 0..<magic.count where bytes[index] != magic[index] { return false }
        return true
    }

    // MARK: Entries

    /// In the order of the files, then in the order within a file.
    package subscript(index: Int) -> Entry {
        get throws(Failure) {
            var reader = try reader(at: index)
            return try reader.entry()
        }
    }

    package func entry(_ id: EntryID) throws(Failure) -> Entry? {
        guard let index = try index(of: id.description) else { return nil }
        return try self[index]
    }

    /// Where the entry with an ID stands; a text that is no ID has none.
    package func index(of id: String) throws(Failure) -> Int? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            let index = try number(at: Self.headerSize + (count + middle) * 4)
            var reader = try reader(at: index)
            switch try reader.compareID(to: id) {
            case 0: return index
            case ..<0: low = middle + 1
            default: high = middle
            }
        }
        return nil
    }

    // MARK: Searches

    /// The entries for which all criteria hold, in file order.
    package func find(_ criteria: Criteria) throws(Failure) -> [Entry] {
        var entries: [Entry] = []
        for index in try indices(of: criteria) { entries.append(try self[index]) }
        return entries
    }

    /// Where the entries stand for which all criteria hold: for a caller that takes one after another. No more than one
    /// is in memory at a time, and of those that the criteria rule out no data is read.
    package func indices(of criteria: Criteria) throws(Failure) -> [Int] {
        if let id = criteria.id {
            guard let index = try index(of: id) else { return [] }
            return try hold(criteria, for: index) ? [index] : []
        }
        var indices: [Int] = []
        for index in 0..<count where try hold(criteria, for: index) { indices.append(index) }
        return indices
    }

    private func hold(_ criteria: Criteria, for index: Int) throws(Failure) -> Bool {
        var reader = try reader(at: index)
        return try reader.hold(criteria)
    }

    // MARK: Bytes

    private func reader(at index: Int) throws(Failure) -> EntryImageReader {
        guard index >= 0, index < count else { throw .malformed }
        let start = try number(at: Self.headerSize + index * 4)
        guard start <= bytes.count else { throw .malformed }
        return EntryImageReader(bytes, at: start)
    }

    private func number(at offset: Int) throws(Failure) -> Int {
        guard offset <= bytes.count - 4 else { throw .malformed }
        return Int(Self.number(bytes, at: offset))
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt32 {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}
