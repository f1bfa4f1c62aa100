import Clocks

/// Builds one message as bytes: `verb key=value key="quoted value"` and a newline, never longer than
/// `WireFormat.longestMessage`.
package struct MessageWriter {
    private var bytes: [UInt8] = []

    /// Of no message.
    init() {}

    package init(_ verb: StaticString) {
        bytes.reserveCapacity(128)
        append(verb)
    }

    /// The message with its newline.
    package consuming func finish() -> [UInt8] {
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    // A run reports ten of these. They are put together on the stack, from the end, and appended once each: with a string
    // for the digits and an append for each part they would be a third of the instructions that the run takes.
    mutating func field(_ key: StaticString, _ value: Int64) {
        let (keyCount, mostDigits) = (key.utf8CodeUnitCount, 20)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: keyCount + mostDigits + 2) { field in
            var (rest, start) = (value.magnitude, field.count)
            func prepend(_ byte: UInt8) {
                start -= 1
                field[start] = byte
            }
            repeat {
                prepend(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
                rest /= 10
            } while rest > 0
            if value < 0 { prepend(UInt8(ascii: "-")) }
            prepend(UInt8(ascii: "="))
            for index in stride(from: keyCount - 1, through: 0, by: -1) { prepend(key.utf8Start[index]) }
            prepend(UInt8(ascii: " "))
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: field[start...]))
        }
    }

    /// As much of `value` as fits, whole characters at a time, with `reserve` bytes left free for fields that follow. Returns
    /// the rest. `isWhole`: all of it, though no reader may take it.
    @discardableResult
    package mutating func field(
        _ key: StaticString, _ value: Substring, reserve: Int = 0, isWhole: Bool = false
    ) -> Substring {
        bytes.append(UInt8(ascii: " "))
        append(key)
        bytes.append(UInt8(ascii: "="))
        let limit = isWhole ? .max : WireFormat.longestMessage - bytes.count - reserve - 3
        guard value.utf8.count <= limit, Self.isPlain(value.utf8) else { return quote(value, limit: limit) }
        bytes.append(contentsOf: value.utf8)
        return value[value.endIndex...]
    }

    /// How many bytes there is room for before the newline.
    var room: Int { WireFormat.longestMessage - bytes.count - 1 }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Appends `value` in quotes, at most `limit` bytes of it after escaping; returns what did not fit.
    private mutating func quote(_ value: Substring, limit: Int) -> Substring {
        bytes.append(UInt8(ascii: "\""))
        defer { bytes.append(UInt8(ascii: "\"")) }
        var room = limit
        let scalars = value.unicodeScalars
        var index = scalars.startIndex
        while index != scalars.endIndex {
            let start = bytes.count
            appendEscaped(scalars[index])
            room -= bytes.count - start
            guard room >= 0 else {
                bytes.removeSubrange(start...)
                return value[index...]
            }
            scalars.formIndex(after: &index)
        }
        return value[value.endIndex...]
    }

    private mutating func appendEscaped(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": bytes.append(contentsOf: "\\\"".utf8)
        case "\\": bytes.append(contentsOf: "\\\\".utf8)
        case "\n": bytes.append(contentsOf: "\\n".utf8)
        case "\r": bytes.append(contentsOf: "\\r".utf8)
        case "\t": bytes.append(contentsOf: "\\t".utf8)
        case "\u{0}"..<" ", "\u{7F}":
            bytes.append(contentsOf: "\\x".utf8)
            bytes.append(ASCII.hexadecimalDigit(UInt8(scalar.value >> 4)))
            bytes.append(ASCII.hexadecimalDigit(UInt8(scalar.value & 15)))
        default: bytes.append(contentsOf: scalar.utf8)
        }
    }

    /// Whether a value needs no quotes.
    private static func isPlain(_ value: Substring.UTF8View) -> Bool {
        !value.isEmpty
            && value.allSatisfy { byte in
                byte > UInt8(ascii: " ") && byte != 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                    && byte != UInt8(ascii: "=")
            }
    }
}
