import Clocks
import Values

/// Takes one message apart in place: where its verb and its fields stand. Nothing is copied but the texts that are asked for: a
/// busy daemon reads hundreds of thousands of messages in a second.
///
/// The line must outlive the reader.
package struct MessageReader: ~Copyable {
    private let line: UnsafeRawBufferPointer
    private var verbEnd = 0
    package private(set) var count = 0
    // Nearly no message has more fields than there is room for here, on the stack.
    private var places = [12 of Place](repeating: Place())
    private var others: [Place] = []

    private struct Place {
        var key = UInt16(0)
        var keyEnd = UInt16(0)
        var value = UInt16(0)
        var valueEnd = UInt16(0)
        var hasEscapes = false
    }

    /// Of no message.
    init() { line = UnsafeRawBufferPointer(start: nil, count: 0) }

    /// `line`: a message without its newline.
    package init(_ line: UnsafeRawBufferPointer) throws(WireError) {
        self.line = line
        guard line.count < WireFormat.longestMessage else { throw .tooLong }
        verbEnd = end(from: 0, " ", " ")
        guard verbEnd > 0 else { throw .empty }
        var position = verbEnd
        while true {
            while isAt(position, " ") { position += 1 }
            guard position < line.count else { return }
            position = try takeField(at: position)
        }
    }

    private func isAt(_ position: Int, _ character: Unicode.Scalar) -> Bool {
        position < line.count && line[position] == UInt8(ascii: character)
    }

    private func end(from start: Int, _ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Int {
        var end = start
        while end < line.count, !isAt(end, first), !isAt(end, second) { end += 1 }
        return end
    }

    /// Returns where it ends.
    private mutating func takeField(at start: Int) throws(WireError) -> Int {
        let keyEnd = end(from: start, "=", " ")
        guard isAt(keyEnd, "="), keyEnd > start else {
            throw .syntax("'\(bytes(start, keyEnd).excerpt)' is no field; expected key=value")
        }
        let isQuoted = isAt(keyEnd + 1, "\"")
        let value = isQuoted ? keyEnd + 2 : keyEnd + 1
        var place = Place(key: UInt16(start), keyEnd: UInt16(keyEnd), value: UInt16(value))
        let valueEnd = isQuoted ? try closingQuote(of: &place) : end(from: value, " ", " ")
        place.valueEnd = UInt16(valueEnd)
        if count < places.count { places[count] = place } else { others.append(place) }
        count += 1
        return isQuoted ? valueEnd + 1 : valueEnd
    }

    private func closingQuote(of place: inout Place) throws(WireError) -> Int {
        var end = Int(place.value)
        while end < line.count, !isAt(end, "\"") {
            if isAt(end, "\\") { (place.hasEscapes, end) = (true, end + 1) }
            end += 1
        }
        let key = bytes(Int(place.key), Int(place.keyEnd))
        guard end < line.count else { throw .syntax("'\(key.excerpt)' has no closing quote") }
        guard end + 1 == line.count || isAt(end + 1, " ") else {
            throw .syntax("'\(key.excerpt)' goes on after its closing quote; expected a space")
        }
        return end
    }

    private func bytes(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: line[start..<end])
    }

    package func isVerb(_ name: StaticString) -> Bool { bytes(0, verbEnd).equal(name) }

    /// For an error message: cut, and with replacement characters where it is not text.
    package var verb: String { bytes(0, verbEnd).excerpt }

    package subscript(index: Int) -> Field {
        let place = place(index)
        return Field(
            key: bytes(Int(place.key), Int(place.keyEnd)), value: bytes(Int(place.value), Int(place.valueEnd)),
            hasEscapes: place.hasEscapes)
    }

    /// Of several with the name the last one.
    func field(_ name: StaticString) -> Field? {
        var index = count
        while index > 0 {
            index -= 1
            // Most differ by their lengths already.
            let place = place(index)
            guard Int(place.keyEnd - place.key) == name.utf8CodeUnitCount else { continue }
            let field = self[index]
            if field.isNamed(name) { return field }
        }
        return nil
    }

    private func place(_ index: Int) -> Place { index < places.count ? places[index] : others[index - places.count] }

    /// A key and its value, still in the message's line.
    package struct Field {
        fileprivate let key: UnsafeRawBufferPointer
        fileprivate let value: UnsafeRawBufferPointer
        fileprivate let hasEscapes: Bool

        /// For an error message.
        package var name: String { key.excerpt }
        package func isNamed(_ name: StaticString) -> Bool { key.equal(name) }
        func isValue(_ text: StaticString) -> Bool { value.equal(text) }
        /// `nil`: it is none of 64 bits.
        var integer: Int64? { value.integer }

        package func text() throws(WireError) -> String {
            let text = hasEscapes ? try unescaped().withUnsafeBytes { String(checking: $0) } : String(checking: value)
            guard let text else { throw .notUTF8 }
            return text
        }

        private func unescaped() throws(WireError) -> [UInt8] {
            var decoded: [UInt8] = []
            decoded.reserveCapacity(value.count)
            var rest = value[...]
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
            throw .badField(name, expected: #"one of \n \r \t \" \\ \xHH after a backslash"#)
        }

        /// In lower case alone.
        private func hexadecimal(_ digit: UInt8) -> UInt8? {
            ASCII.hexadecimal(digit).flatMap { ASCII.hexadecimalDigit($0) == digit ? $0 : nil }
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func equal(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in 0..<count where self[index] != text.utf8Start[index] { return false }
        return true
    }

    /// Decimal digits with an optional minus; `nil` for anything else and for what does not fit.
    fileprivate var integer: Int64? {
        let isNegative = first == UInt8(ascii: "-")
        guard count > (isNegative ? 1 : 0) else { return nil }
        // Below zero there is one number more than above.
        var negative = Int64(0)
        for digit in dropFirst(isNegative ? 1 : 0) {
            guard ASCII.isDigit(digit) else { return nil }
            let (tens, overflow) = negative.multipliedReportingOverflow(by: 10)
            let (difference, borrow) = tens.subtractingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !overflow, !borrow else { return nil }
            negative = difference
        }
        guard !isNegative else { return negative }
        return negative == .min ? nil : -negative
    }

    fileprivate var excerpt: String {
        var text = String(decoding: prefix(40), as: UTF8.self)
        text.unicodeScalars.removeAll { $0.value < 0x20 || $0.value == 0x7F }
        return text
    }
}
