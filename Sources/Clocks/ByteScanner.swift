/// Goes through the bytes of a text.
@frozen
package struct ByteScanner {
    package let bytes: [UInt8]
    package var position = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    package init(_ text: String) { bytes = Array(text.utf8) }

    @inlinable
    package var isAtEnd: Bool { position == bytes.count }
    @inlinable
    package var next: UInt8? { position < bytes.count ? bytes[position] : nil }
    /// All that is left.
    package var rest: String { text(from: position, to: bytes.count) }

    /// What was taken since `start`.
    package func text(since start: Int) -> String { text(from: start, to: position) }

    private func text(from start: Int, to end: Int) -> String { String(decoding: bytes[start..<end], as: UTF8.self) }

    @inlinable
    package func isAt(_ character: Unicode.Scalar) -> Bool { next == UInt8(ascii: character) }

    @inlinable
    package mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard isAt(character) else { return false }
        position += 1
        return true
    }

    @inlinable
    package mutating func skip(while isWanted: (UInt8) -> Bool) {
        while let byte = next, isWanted(byte) { position += 1 }
    }

    @inlinable
    package mutating func take(while isWanted: (UInt8) -> Bool) -> String {
        let start = position
        skip(while: isWanted)
        return text(since: start)
    }

    package mutating func takeDigit() -> Int64? {
        guard let byte = next, ASCII.isDigit(byte) else { return nil }
        position += 1
        return Int64(byte - UInt8(ascii: "0"))
    }
}

extension ByteScanner {
    // Words with blanks between them.

    package mutating func skipBlanks() { skip(while: ASCII.isBlank) }

    /// Up to the next blank. Empty at the end.
    package mutating func takeWord() -> String { take { !ASCII.isBlank($0) } }
}
