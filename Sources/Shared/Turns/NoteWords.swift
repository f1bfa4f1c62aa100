import Values

/// The bytes of a note as words of 64 bits, the least byte first.
struct NoteWords {
    private(set) var bytes: [UInt8]

    /// In bytes.
    static var size: Int { 512 }

    init() { bytes = [UInt8](repeating: 0, count: Self.size) }

    /// `nil`: there are more or less of them.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        self.bytes = bytes
    }

    subscript(index: Int) -> UInt64 {
        get {
            var word = UInt64(0)
            for byte in 0..<8 { word |= UInt64(bytes[index * 8 + byte]) << UInt64(8 * byte) }
            return word
        }
        set {
            for byte in 0..<8 { bytes[index * 8 + byte] = UInt8(truncatingIfNeeded: newValue >> UInt64(8 * byte)) }
        }
    }

    func number(_ index: Int) -> Int64 { Int64(bitPattern: self[index]) }

    mutating func put(_ index: Int, _ number: Int64) { self[index] = UInt64(bitPattern: number) }

    mutating func put(text: String, at index: Int) {
        var place = index * 8
        for byte in text.utf8 {
            bytes[place] = byte
            place += 1
        }
    }

    /// `nil`: it is no UTF-8.
    func text(at index: Int, _ length: Int) -> String? {
        bytes.withUnsafeBytes {
            String(checking: UnsafeRawBufferPointer(rebasing: $0[(index * 8)..<(index * 8 + length)]))
        }
    }
}
