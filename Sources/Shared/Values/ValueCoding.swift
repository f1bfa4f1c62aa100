/// Values as bytes, for memory that several programs or languages share. All numbers are little-endian.
///
///     null 0 | false 1 | true 2 | int 3, 8 bytes | double 4, 8 bytes
///     string 5, length in 4 bytes, UTF-8 | list 6, count in 4 bytes, values | map 7, count in 4 bytes, (string, value)…
///
/// The keys of a map are strings without their tag.
package enum ValueCoding {
    package enum Tag: UInt8 {
        case null, no, yes, int, double, string, list, map
    }

    /// Lists and maps inside each other. A registry has at most 64.
    package static let deepest = 128

    package enum Failure: Error, Hashable, Sendable {
        /// The bytes were not written by a `ValueWriter`.
        case malformed
        /// A string is not UTF-8.
        case notUTF8
        /// Lists and maps are too deep inside each other.
        case tooDeep
    }

    // MARK: Size

    /// How many bytes a `ValueWriter` writes.
    package static func size(of value: Value) -> Int {
        switch value {
        case .null, .bool: 1
        case .int, .double: 9
        case .string(let string): 1 + size(of: string)
        case .list(let list): list.reduce(5) { $0 + size(of: $1) }
        case .map(let map):
            map.keys.reduce(5) { $0 + size(of: $1) } + map.values.reduce(0) { $0 + size(of: $1) }
        }
    }

    package static func size(of text: String) -> Int { 4 + text.utf8.count }

    // MARK: Writing

    package static func bytes(of value: Value) -> [UInt8] {
        ValueWriter.bytes(size: size(of: value)) { $0.append(value) }
    }
}

/// Reads what `ValueWriter` has written, and nothing beyond the end of its bytes whatever they are.
package struct ValueReader {
    private let bytes: UnsafeRawBufferPointer
    package private(set) var position: Int

    package init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
        (self.bytes, self.position) = (bytes, position)
    }

    package var isAtEnd: Bool { position >= bytes.count }

    package mutating func value(depth: Int = 0) throws(ValueCoding.Failure) -> Value {
        guard depth < ValueCoding.deepest else { throw .tooDeep }
        guard let tag = ValueCoding.Tag(rawValue: try byte()) else { throw .malformed }
        switch tag {
        case .null: return .null
        case .no: return .bool(false)
        case .yes: return .bool(true)
        case .int: return .int(Int64(bitPattern: try bits()))
        case .double: return .double(Double(bitPattern: try bits()))
        case .string: return .string(try text())
        case .list: return .list(try list(depth))
        case .map: return .map(try map(depth))
        }
    }

    private mutating func list(_ depth: Int) throws(ValueCoding.Failure) -> [Value] {
        let count = try count()
        var values: [Value] = []
        for _ in 0..<count { values.append(try value(depth: depth + 1)) }
        return values
    }

    private mutating func map(_ depth: Int) throws(ValueCoding.Failure) -> Value.Map {
        let count = try count()
        var (keys, values): ([String], [Value]) = ([], [])
        for _ in 0..<count {
            keys.append(try text())
            values.append(try value(depth: depth + 1))
        }
        return Value.Map(uniqueKeys: keys, values: values)
    }

    package mutating func text() throws(ValueCoding.Failure) -> String {
        let count = try count()
        let utf8 = UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
        guard let text = String(checking: utf8) else { throw .notUTF8 }
        position += count
        return text
    }

    /// A count and so many bytes.
    package mutating func block() throws(ValueCoding.Failure) -> UnsafeRawBufferPointer {
        let count = try count()
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    package mutating func skipText() throws(ValueCoding.Failure) { position += try count() }

    /// Below zero if the text comes before `other` by its bytes, above if after it. Skips it.
    package mutating func compareText(to other: String) throws(ValueCoding.Failure) -> Int {
        let count = try count()
        let start = position
        position += count
        var index = 0
        for byte in other.utf8 {
            if index == count || bytes[start + index] < byte { return -1 }
            if bytes[start + index] > byte { return 1 }
            index += 1
        }
        return count - index
    }

    /// Of bytes or of elements, of which each takes a byte at least: more than there are bytes left is malformed.
    package mutating func count() throws(ValueCoding.Failure) -> Int {
        let count = try number()
        guard count <= bytes.count - position else { throw .malformed }
        return count
    }

    /// What `ValueWriter.append(count:)` has written, whatever it counts.
    package mutating func number() throws(ValueCoding.Failure) -> Int {
        guard position <= bytes.count - 4 else { throw .malformed }
        defer { position += 4 }
        return Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
    }

    private mutating func byte() throws(ValueCoding.Failure) -> UInt8 {
        guard position < bytes.count else { throw .malformed }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func bits() throws(ValueCoding.Failure) -> UInt64 {
        guard position <= bytes.count - 8 else { throw .malformed }
        defer { position += 8 }
        return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }
}
