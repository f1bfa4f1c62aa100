/// Reads numbers from bytes that may hold anything: past their end, everything is `nil`. Who makes one holds the bytes.
@safe struct ByteReader {
    let bytes: UnsafeRawBufferPointer
    private(set) var offset: Int

    init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
        unsafe (self.bytes, self.offset) = (bytes, max(0, offset))
    }

    var isAtEnd: Bool { unsafe offset >= bytes.count }

    mutating func next<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
        let size = MemoryLayout<Number>.size
        guard unsafe bytes.count - offset >= size else { return nil }
        defer { offset += size }
        return unsafe bytes.loadUnaligned(fromByteOffset: offset, as: type).littleEndian
    }

    mutating func skip(_ count: UInt64) -> Bool {
        guard unsafe count <= UInt64(max(0, bytes.count - offset)) else { return false }
        offset += Int(count)
        return true
    }

    /// The bytes up to a zero, which is skipped.
    mutating func text(longest: Int = 4_096) -> [UInt8]? {
        guard unsafe offset <= bytes.count else { return nil }
        let rest = unsafe bytes[offset...].prefix(longest)
        guard let end = unsafe rest.firstIndex(of: 0) else { return nil }
        defer { offset = end + 1 }
        return unsafe Array(bytes[offset..<end])
    }

    /// LEB128 (DWARF 5, 7.6), which may be longer than a number can hold.
    mutating func unsigned() -> UInt64? {
        var (value, shift) = (UInt64(0), UInt64(0))
        while let byte = next(UInt8.self) {
            if shift < 64 { value |= UInt64(byte & 0x7F) << shift }
            shift += 7
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }

    mutating func signed() -> Int64? {
        var (value, shift) = (UInt64(0), UInt64(0))
        while let byte = next(UInt8.self) {
            if shift < 64 { value |= UInt64(byte & 0x7F) << shift }
            shift += 7
            guard byte & 0x80 == 0 else { continue }
            if shift < 64, byte & 0x40 != 0 { value |= UInt64.max << shift }
            return Int64(bitPattern: value)
        }
        return nil
    }
}
