/// The kinds of bytes that are characters of ASCII.
public enum ASCII {
    @inlinable
    public static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    @inlinable
    public static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

    /// What names are made of: a letter, a digit or `_`.
    @inlinable
    public static func isWord(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "_") }

    /// A space or a tab.
    @inlinable
    public static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// A blank, or what else ends a word or a line.
    @inlinable
    public static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte &- 0x09 < 5 }

    /// The hexadecimal digit of a number below 16, in lower case.
    @inlinable
    public static func hexadecimalDigit(_ number: UInt8) -> UInt8 {
        number < 10 ? UInt8(ascii: "0") + number : UInt8(ascii: "a") + number - 10
    }

    /// The value of a hexadecimal digit, in upper case or lower; `nil` for any other byte.
    @inlinable
    public static func hexadecimal(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte - UInt8(ascii: "0") }
        let value = (byte | 0x20) &- UInt8(ascii: "a")
        return value < 6 ? value + 10 : nil
    }
}
