/// Takes one message apart in place: the verb, then field by field, copying nothing but the texts that are asked for.
/// A busy daemon reads hundreds of thousands of these in a second.
///
/// The buffer must outlive the reader.
package struct MessageReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private let verbEnd: Int

    /// `line`: a message without its newline.
    package init(_ line: UnsafeRawBufferPointer) throws(WireError) {
        bytes = line
        var end = 0
        while end < line.count, line[end] != UInt8(ascii: " ") { end += 1 }
        guard end > 0 else { throw .empty }
        verbEnd = end
        position = end
    }

    package func isVerb(_ name: StaticString) -> Bool { Self.equal(bytes[0..<verbEnd], name) }

    /// For an error message: cut, and with replacement characters where it is not text.
    package var verb: String { Self.excerpt(bytes[0..<verbEnd]) }

    /// A key and its value, still in the message's buffer.
    package struct Field {
        fileprivate let key: Slice<UnsafeRawBufferPointer>
        fileprivate let value: Slice<UnsafeRawBufferPointer>
        fileprivate let hasEscapes: Bool

        package func isNamed(_ name: StaticString) -> Bool { MessageReader.equal(key, name) }

        package func hasPrefix(_ prefix: StaticString) -> Bool {
            key.count >= prefix.utf8CodeUnitCount && MessageReader.equal(key.prefix(prefix.utf8CodeUnitCount), prefix)
        }

        package var name: String { MessageReader.excerpt(key) }

        package func integer() throws(WireError) -> Int64 {
            guard let number = MessageReader.integer(value) else { throw .badField(name, expected: "an integer") }
            return number
        }

        /// An integer that must not be negative, such as a count.
        package func count() throws(WireError) -> Int64 {
            let number = try integer()
            guard number >= 0 else { throw .badField(name, expected: "a number of 0 or more") }
            return number
        }

        package func isValue(_ text: StaticString) -> Bool { MessageReader.equal(value, text) }

        package func text() throws(WireError) -> String {
            guard hasEscapes else { return try MessageReader.text(UnsafeRawBufferPointer(rebasing: value)) }
            let bytes = try unescaped()
            return try bytes.withUnsafeBufferPointer { bytes throws(WireError) in
                try MessageReader.text(UnsafeRawBufferPointer(bytes))
            }
        }

        private func unescaped() throws(WireError) -> [UInt8] {
            var decoded: [UInt8] = []
            decoded.reserveCapacity(value.count)
            var rest = value
            while let byte = rest.popFirst() {
                decoded.append(byte == UInt8(ascii: "\\") ? try unescape(&rest) : byte)
            }
            return decoded
        }

        private func unescape(_ rest: inout Slice<UnsafeRawBufferPointer>) throws(WireError) -> UInt8 {
            switch rest.popFirst() {
            case UInt8(ascii: "n"): return UInt8(ascii: "\n")
            case UInt8(ascii: "r"): return UInt8(ascii: "\r")
            case UInt8(ascii: "t"): return UInt8(ascii: "\t")
            case UInt8(ascii: "\""): return UInt8(ascii: "\"")
            case UInt8(ascii: "\\"): return UInt8(ascii: "\\")
            case UInt8(ascii: "x"):
                if let high = rest.popFirst().flatMap(hexadecimal), let low = rest.popFirst().flatMap(hexadecimal) {
                    return high << 4 | low
                }
            default: break
            }
            throw .badField(name, expected: #"one of \n \r \t \" \\ \xHH behind a backslash"#)
        }

        private func hexadecimal(_ digit: UInt8) -> UInt8? {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
            default: nil
            }
        }
    }

    /// The next field, `nil` at the end of the message.
    package mutating func next() throws(WireError) -> Field? {
        while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
        guard position < bytes.count else { return nil }
        let key = takeKey()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "="), !key.isEmpty else {
            throw .syntax("'\(Self.excerpt(key))' is no field; expected key=value")
        }
        position += 1
        if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return try takeQuoted(key) }
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: " ") { position += 1 }
        return Field(key: key, value: bytes[start..<position], hasEscapes: false)
    }

    private mutating func takeKey() -> Slice<UnsafeRawBufferPointer> {
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "="), bytes[position] != UInt8(ascii: " ") {
            position += 1
        }
        return bytes[start..<position]
    }

    private mutating func takeQuoted(_ key: Slice<UnsafeRawBufferPointer>) throws(WireError) -> Field {
        position += 1
        let start = position
        var hasEscapes = false
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let value = bytes[start..<position]
                position += 1
                guard position == bytes.count || bytes[position] == UInt8(ascii: " ") else {
                    throw .syntax("'\(Self.excerpt(key))' goes on behind its closing quote; expected a space")
                }
                return Field(key: key, value: value, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                position += 2
            default: position += 1
            }
        }
        throw .syntax("'\(Self.excerpt(key))' has no closing quote")
    }

    /// `String(validating:as:)` would do, but it is generic code that looks up its witnesses at each call: slow in the daemon,
    /// and twelve kilobytes of the runtime's tables in every worker. Decoding mends what is wrong, which shows.
    fileprivate static func text(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> String {
        var text = String(decoding: bytes, as: UTF8.self)
        let isSame = text.withUTF8 { decoded in
            guard decoded.count == bytes.count else { return false }
            for index in 0..<bytes.count where decoded[index] != bytes[index] { return false }
            return true
        }
        guard isSame else { throw .notUTF8 }
        return text
    }

    fileprivate static func equal(_ slice: Slice<UnsafeRawBufferPointer>, _ text: StaticString) -> Bool {
        guard slice.count == text.utf8CodeUnitCount else { return false }
        for offset in 0..<slice.count where slice.base[slice.startIndex + offset] != text.utf8Start[offset] {
            return false
        }
        return true
    }

    /// Decimal digits with an optional minus; `nil` for anything else and for what does not fit.
    fileprivate static func integer(_ slice: Slice<UnsafeRawBufferPointer>) -> Int64? {
        let isNegative = slice.first == UInt8(ascii: "-")
        let digits = isNegative ? slice.dropFirst() : slice
        guard !digits.isEmpty else { return nil }
        // Below zero there is one number more than above.
        var negative = Int64(0)
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            let (tens, overflow) = negative.multipliedReportingOverflow(by: 10)
            let (difference, borrow) = tens.subtractingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !overflow, !borrow else { return nil }
            negative = difference
        }
        guard !isNegative else { return negative }
        return negative == .min ? nil : -negative
    }

    fileprivate static func excerpt(_ slice: Slice<UnsafeRawBufferPointer>) -> String {
        var text = String(decoding: slice.prefix(40), as: UTF8.self)
        text.unicodeScalars.removeAll { $0.value < 0x20 || $0.value == 0x7F }
        return text
    }
}
