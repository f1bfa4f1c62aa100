import Clocks

/// Strings as JSON has them: in quotes, with escapes for what may not stand between them.
package enum JSONString {
    package static func quoted(_ string: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(string.utf8.count + 2)
        append(string, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// DEL is escaped too: no reader minds, and terminals do.
    package static func append(_ string: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(escape: byte, to: &bytes)
            case UInt8(ascii: "\n"): append(escape: UInt8(ascii: "n"), to: &bytes)
            case UInt8(ascii: "\r"): append(escape: UInt8(ascii: "r"), to: &bytes)
            case UInt8(ascii: "\t"): append(escape: UInt8(ascii: "t"), to: &bytes)
            case 0..<0x20, 0x7F: append(control: byte, to: &bytes)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func append(escape: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(escape)
    }

    private static func append(control byte: UInt8, to bytes: inout [UInt8]) {
        append(escape: UInt8(ascii: "u"), to: &bytes)
        for digit in [0, 0, byte >> 4, byte & 0xF] { bytes.append(ASCII.hexadecimalDigit(digit)) }
    }
}
