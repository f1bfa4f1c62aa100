/// Finds the first byte that keeps a file from being a YAML text, so that the message is not libyaml's.
enum TextCheck {
    struct Fault {
        var byteOffset: Int
        var message: String
    }

    static func firstFault(in bytes: [UInt8]) -> Fault? {
        if let encoding = foreignEncoding(of: bytes) {
            return Fault(byteOffset: 0, message: "the file is \(encoding); expected UTF-8")
        }
        return unsafe bytes.withUnsafeBufferPointer(firstFault)
    }

    /// The first character of a YAML text is ASCII or a mark: so its zero bytes give the encoding away.
    private static func foreignEncoding(of bytes: [UInt8]) -> String? {
        switch (bytes.count > 0 ? bytes[0] : 1, bytes.count > 1 ? bytes[1] : 1) {
        case (0xFF, 0xFE), (0xFE, 0xFF): "UTF-16 or UTF-32"
        case (0, 0): "UTF-32 or no text"
        case (0, _), (_, 0): "UTF-16 or no text"
        default: nil
        }
    }

    private static func firstFault(in bytes: UnsafeBufferPointer<UInt8>) -> Fault? {
        var offset = 0
        while offset < bytes.count {
            if unsafe isPrintableASCII(bytes[offset]) {
                offset += 1
                continue
            }
            guard let (scalar, length) = unsafe scalar(at: offset, in: bytes) else {
                let message = unsafe "the byte 0x\(hex(bytes[offset])) is not UTF-8 here; expected UTF-8"
                return Fault(byteOffset: offset, message: message)
            }
            if let message = complaint(about: scalar) { return Fault(byteOffset: offset, message: message) }
            offset += length
        }
        return nil
    }

    private static func isPrintableASCII(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte) || byte == UInt8(ascii: "\n")
    }

    /// As the Unicode standard defines it (table 3-7): no overlong form, no surrogate, nothing past U+10FFFF.
    private static func scalar(at offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> (UInt32, length: Int)? {
        let lead = unsafe bytes[offset]
        let (length, bits): (Int, UInt32)
        switch lead {
        case 0x00...0x7F: return (UInt32(lead), 1)
        case 0xC2...0xDF: (length, bits) = (2, UInt32(lead & 0x1F))
        case 0xE0...0xEF: (length, bits) = (3, UInt32(lead & 0x0F))
        case 0xF0...0xF4: (length, bits) = (4, UInt32(lead & 0x07))
        default: return nil
        }
        guard offset + length <= bytes.count else { return nil }
        var value = bits
        for next in offset + 1..<offset + length {
            guard unsafe bytes[next] & 0xC0 == 0x80 else { return nil }
            value = unsafe value << 6 | UInt32(bytes[next] & 0x3F)
        }
        let shortest: [UInt32] = [0, 0, 0x80, 0x800, 0x1_0000]
        guard value >= shortest[length], Unicode.Scalar(value) != nil else { return nil }
        return (value, length)
    }

    private static func complaint(about scalar: UInt32) -> String? {
        switch scalar {
        case 0x09, 0x0A, 0x0D: nil
        case 0x00...0x1F, 0x7F...0x84, 0x86...0x9F:
            "the control character U+\(hex(scalar)) is not allowed; expected an escape in double quotes"
        // YAML 1.1 ends a line here, YAML 1.2 and editors do not: a comment to one would be an entry to another.
        case 0x85, 0x2028, 0x2029:
            "U+\(hex(scalar)) is a line end to some and not to others; expected an escape in double quotes"
        case 0xFEFF: "a byte order mark (U+FEFF) inside the text; expected one at its beginning or none"
        case 0xFFFE, 0xFFFF: "U+\(hex(scalar)) is not a character; expected an escape in double quotes"
        default: nil
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    private static func hex(_ scalar: UInt32) -> String {
        let digits = String(scalar, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
