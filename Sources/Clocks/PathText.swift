/// Paths as texts, for names that are no UTF-8.
///
/// A name is any bytes but `/` and zero (path_resolution(7)), a text is UTF-8. Where a name is not, its text has the scalars
/// U+10FF80 to U+10FFFF, which Unicode gives to nobody, in place of the bytes 0x80 to 0xFF: the same bytes come out again.
package enum PathText {
    private static let lead: [UInt8] = [0xF4, 0x8F]

    /// The text of a name.
    package static func text(_ name: [UInt8]) -> String {
        if let text = String(validating: name, as: UTF8.self), escape(in: name, from: 0) == nil { return text }
        var text: [UInt8] = []
        for byte in name {
            text += byte < 0x80 ? [byte] : lead + [byte < 0xC0 ? 0xBE : 0xBF, 0x80 | byte & 0x3F]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of a path; `nil` if they are those of its text.
    package static func bytes(_ text: String) -> [UInt8]? {
        guard text.utf8.contains(lead[0]) else { return nil }
        let text = Array(text.utf8)
        guard escape(in: text, from: 0) != nil else { return nil }
        return replacing(text) { [$0] }
    }

    /// For people: `\xNN` in the place of each byte that is no text.
    package static func shown(_ text: String) -> String {
        guard let bytes = bytes(text), !bytes.isEmpty else { return text }
        return String(decoding: replacing(Array(text.utf8), by: shown), as: UTF8.self)
    }

    private static func shown(_ byte: UInt8) -> [UInt8] {
        Array("\\x\(String(byte, radix: 16))".utf8)
    }

    private static func replacing(_ text: [UInt8], by replacement: (UInt8) -> [UInt8]) -> [UInt8] {
        var (bytes, start): ([UInt8], Int) = ([], 0)
        while let (place, byte) = escape(in: text, from: start) {
            bytes += text[start..<place] + replacement(byte)
            start = place + 4
        }
        return bytes + text[start...]
    }

    /// The first scalar that stands for a byte.
    private static func escape(in text: [UInt8], from start: Int) -> (place: Int, byte: UInt8)? {
        var place = start
        while place + 3 < text.count {
            let isEscape = text[place] == lead[0] && text[place + 1] == lead[1] && text[place + 2] | 1 == 0xBF
            if isEscape { return (place, text[place + 3] + (text[place + 2] & 1) * 0x40) }
            place += 1
        }
        return nil
    }
}
