/// A character that is not seen and that terminals, pagers and editors act upon: C1 controls (ECMA-48), line and paragraph
/// separators, and what turns the direction of a text (UAX #9).
struct HiddenScalar {
    let value: UInt16
    /// How many bytes it has in UTF-8.
    let length: Int

    /// Whether one may begin with this byte.
    static func mayBegin(with byte: UInt8) -> Bool { byte == 0xC2 || byte == 0xE2 }

    /// What stands at `index` of a text in UTF-8; `nil` if it is none.
    init?(_ text: [UInt8], at index: Int) {
        guard Self.mayBegin(with: text[index]), index + 1 < text.count else { return nil }
        if text[index] == 0xC2 {
            guard text[index + 1] <= 0x9F else { return nil }
            (value, length) = (UInt16(text[index + 1]), 2)
        } else {
            guard index + 2 < text.count else { return nil }
            let scalar = 0x2000 | UInt16(text[index + 1] & 0x3F) << 6 | UInt16(text[index + 2] & 0x3F)
            guard 0x2028...0x202E ~= scalar || 0x2066...0x2069 ~= scalar else { return nil }
            (value, length) = (scalar, 3)
        }
    }

    var isControl: Bool { value <= 0x9F }
}
