/// Writes what `ValueReader` reads, into memory of a size that was found before: an array would look for other owners
/// and for room at every append, and the arguments of a run have fifty of those.
package struct ValueWriter {
    private let bytes: UnsafeMutableRawBufferPointer
    private var position = 0

    private init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

    /// The bytes that `body` writes, which must be `size` exactly.
    package static func bytes(size: Int, _ body: (inout ValueWriter) -> Void) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            var writer = ValueWriter(UnsafeMutableRawBufferPointer(buffer))
            body(&writer)
            precondition(writer.position == size, "a value has another size than was found")
            count = size
        }
    }

    package mutating func append(_ value: Value) {
        switch value {
        case .null: append(tag: .null)
        case .bool(let bool): append(tag: bool ? .yes : .no)
        case .int(let int): append(.int, UInt64(bitPattern: int))
        case .double(let double): append(.double, double.bitPattern)
        case .string(let string):
            append(tag: .string)
            append(text: string)
        case .list(let list):
            append(tag: .list)
            append(count: list.count)
            for element in list { append(element) }
        case .map(let map):
            append(tag: .map)
            append(count: map.count)
            for index in 0..<map.count {
                append(text: map.keys[index])
                append(map.values[index])
            }
        }
    }

    private mutating func append(tag: ValueCoding.Tag) { store(tag.rawValue) }

    private mutating func append(_ tag: ValueCoding.Tag, _ bits: UInt64) {
        append(tag: tag)
        store(bits.littleEndian)
    }

    package mutating func append(text: String) {
        var text = text
        text.withUTF8 { utf8 in
            append(count: utf8.count)
            append(bytes: UnsafeRawBufferPointer(utf8))
        }
    }

    package mutating func append(count: Int) { store(UInt32(count).littleEndian) }

    package mutating func append(bytes new: UnsafeRawBufferPointer) {
        precondition(new.count <= bytes.count - position, "there is no room for a value")
        UnsafeMutableRawBufferPointer(rebasing: bytes[position...]).copyMemory(from: new)
        position += new.count
    }

    private mutating func store<Number: FixedWidthInteger>(_ number: Number) {
        let size = MemoryLayout<Number>.size
        precondition(size <= bytes.count - position, "there is no room for a value")
        bytes.storeBytes(of: number, toByteOffset: position, as: Number.self)
        position += size
    }
}
