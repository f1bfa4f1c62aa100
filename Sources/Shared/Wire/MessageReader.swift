import Clocks
import Values

/// Takes one message apart in place: where its verb and its fields stand. Nothing is copied but the texts that are asked for: a
/// busy daemon reads hundreds of thousands of messages in a second.
///
/// The line must outlive the reader.
package struct MessageReader: ~Copyable {
    private let line: MessageLine
    private var verbEnd = 0
    package private(set) var count = 0
    private var keys = KeySet()
    /// Most fields are asked for in the order in which they stand: which is the next one of these.
    private var next = 0
    // Nearly no message has more fields than there is room for here, on the stack.
    private var places = [12 of FieldPlace](repeating: FieldPlace())
    private var others: [FieldPlace] = []

    /// Of no message.
    init() { line = MessageLine(UnsafeRawBufferPointer(start: nil, count: 0)) }

    /// `line`: a message without its newline.
    package init(_ line: UnsafeRawBufferPointer) throws(WireError) {
        self.line = MessageLine(line)
        guard line.count < WireFormat.longestMessage else { throw .tooLong }
        verbEnd = self.line.end(from: 0, " ", " ")
        guard verbEnd > 0 else { throw .empty }
        var position = verbEnd
        while true {
            while self.line.isAt(position, " ") { position += 1 }
            guard position < line.count else { return }
            position = try takeField(at: position)
        }
    }

    /// Returns where it ends.
    private mutating func takeField(at start: Int) throws(WireError) -> Int {
        let keyEnd = line.end(from: start, "=", " ")
        guard line.isAt(keyEnd, "="), keyEnd > start else {
            throw .syntax("'\(line[start..<keyEnd].excerpt)' is no field; expected key=value")
        }
        keys.insert(first: line[start], last: line[keyEnd - 1])
        let isQuoted = line.isAt(keyEnd + 1, "\"")
        let value = isQuoted ? keyEnd + 2 : keyEnd + 1
        var place = FieldPlace(key: start..<keyEnd, value: value)
        let end = isQuoted ? try place.takeQuoted(from: value, line) : place.takeBare(from: value, line)
        if count < places.count { places[count] = place } else { others.append(place) }
        count += 1
        return end
    }

    @inline(__always)
    package func isVerb(_ name: StaticString) -> Bool { line[0..<verbEnd].equal(name) }

    /// For an error message: cut, and with replacement characters where it is not text.
    package var verb: String { line[0..<verbEnd].excerpt }

    package subscript(index: Int) -> Field {
        Field(line: line, place: index < places.count ? places[index] : others[index - places.count])
    }

    /// Of several with the name the last one.
    mutating func field(_ name: StaticString) -> Field? {
        guard keys.mayInclude(name) else { return nil }
        // A key that the message has once is found here or nowhere else.
        if !keys.mayRepeat, next < count, takePlace(next).isNamed(name, in: line) {
            next += 1
            return Field(line: line, place: takePlace(next - 1))
        }
        return lastField(name)
    }

    private mutating func lastField(_ name: StaticString) -> Field? {
        for index in stride(from: count - 1, through: 0, by: -1) where takePlace(index).isNamed(name, in: line) {
            next = index + 1
            return Field(line: line, place: takePlace(index))
        }
        return nil
    }

    /// Changes nothing, but of a reader that it could not change the compiler would copy all places for this one.
    @inline(__always)
    private mutating func takePlace(_ index: Int) -> FieldPlace {
        index < places.count ? places[index] : others[index - places.count]
    }

    /// A key and its value, still in the message's line.
    package struct Field {
        fileprivate let line: MessageLine
        fileprivate let place: FieldPlace

        private var key: UnsafeRawBufferPointer { line[place.key] }
        private var value: UnsafeRawBufferPointer { line[place.value] }

        /// For an error message.
        package var name: String { key.excerpt }
        package func isNamed(_ name: StaticString) -> Bool { place.isNamed(name, in: line) }
        func isValue(_ text: StaticString) -> Bool { value.equal(text) }
        /// `nil`: it is none of 64 bits.
        var integer: Int64? { place.isNumber ? Int64(exactly: place.number) : value.integer }

        package func text() throws(WireError) -> String {
            let text =
                place.hasEscapes ? try unescaped().withUnsafeBytes { String(checking: $0) } : String(checking: value)
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

extension FieldPlace {
    /// The value, whose end is a space or the line's. Returns where that is.
    @inline(__always)
    fileprivate mutating func takeBare(from start: Int, _ line: MessageLine) -> Int {
        let digits = line.digits(from: start)
        let isWhole = digits.end == line.count || line[digits.end] == UInt8(ascii: " ")
        // One of more digits may not fit.
        (isNumber, number) = (isWhole && 1...19 ~= digits.end - start, digits.number)
        let end = isWhole ? digits.end : line.end(from: digits.end, " ", " ")
        endValue(at: end)
        return end
    }

    /// The value up to the closing quote. Returns what comes after that.
    fileprivate mutating func takeQuoted(from start: Int, _ line: MessageLine) throws(WireError) -> Int {
        var end = start
        while end < line.count, line[end] != UInt8(ascii: "\"") {
            if line[end] == UInt8(ascii: "\\") { (hasEscapes, end) = (true, end + 1) }
            end += 1
        }
        guard end < line.count else { throw .syntax("'\(line[key].excerpt)' has no closing quote") }
        guard end + 1 == line.count || line.isAt(end + 1, " ") else {
            throw .syntax("'\(line[key].excerpt)' goes on after its closing quote; expected a space")
        }
        endValue(at: end)
        return end + 1
    }
}

extension UnsafeRawBufferPointer {
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
