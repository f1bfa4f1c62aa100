import Clocks

/// The bytes of a message, without its newline. It is small, and is handed from function to function without the reader's places.
///
/// The bytes must outlive it.
struct MessageLine {
    private let bytes: UnsafeRawBufferPointer
    let count: Int

    init(_ bytes: UnsafeRawBufferPointer) { (self.bytes, count) = (bytes, bytes.count) }

    subscript(position: Int) -> UInt8 { bytes[position] }

    subscript(range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }

    func isAt(_ position: Int, _ character: Unicode.Scalar) -> Bool {
        position < count && bytes[position] == UInt8(ascii: character)
    }

    /// Where the first of the two characters stands, or the line ends.
    @inline(__always)
    func end(from start: Int, _ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Int {
        var end = start
        while end < count, bytes[end] != UInt8(ascii: first), bytes[end] != UInt8(ascii: second) { end += 1 }
        return end
    }

    /// Decimal digits from `start` on: where they end, and the number that they are if there are few enough to fit.
    @inline(__always)
    func digits(from start: Int) -> (end: Int, number: UInt64) {
        var (end, number) = (start, UInt64(0))
        while end < count {
            let digit = bytes[end] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            number = number &* 10 &+ UInt64(digit)
            end += 1
        }
        return (end, number)
    }
}

/// Where a field stands in its message's line.
struct FieldPlace {
    /// What the value says if it is digits alone. Most are, and so each byte of them is looked at once.
    var number = UInt64(0)
    private var keyStart = UInt16(0)
    private var keyEnd = UInt16(0)
    private var valueStart = UInt16(0)
    private var valueEnd = UInt16(0)
    var isNumber = false
    var hasEscapes = false

    /// Of no field.
    init() {}

    /// No line is so long that its positions do not fit.
    init(key: Range<Int>, value start: Int) {
        (keyStart, keyEnd) = (UInt16(truncatingIfNeeded: key.lowerBound), UInt16(truncatingIfNeeded: key.upperBound))
        valueStart = UInt16(truncatingIfNeeded: start)
    }

    mutating func endValue(at end: Int) { valueEnd = UInt16(truncatingIfNeeded: end) }

    var key: Range<Int> { Int(keyStart)..<Int(keyEnd) }
    var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }

    @inline(__always)
    func isNamed(_ name: StaticString, in line: MessageLine) -> Bool {
        // Most differ by their lengths already.
        Int(keyEnd &- keyStart) == name.utf8CodeUnitCount && line[key].equal(name)
    }
}

/// The keys of a message, a bit for each. Several may share theirs: then it knows less, and is never wrong.
struct KeySet {
    private var bits = UInt64(0)
    /// Whether two keys have the same bit, and may be the same.
    private(set) var mayRepeat = false

    mutating func insert(first: UInt8, last: UInt8) {
        let bit = Self.bit(first, last)
        if bits & bit != 0 { mayRepeat = true }
        bits |= bit
    }

    @inline(__always)
    func mayInclude(_ key: StaticString) -> Bool {
        bits & Self.bit(key.utf8Start[0], key.utf8Start[key.utf8CodeUnitCount - 1]) != 0
    }

    /// No two keys of the reports that a run makes share one.
    private static func bit(_ first: UInt8, _ last: UInt8) -> UInt64 { 1 &<< UInt64(first &* 2 &+ last) }
}

extension UnsafeRawBufferPointer {
    @inline(__always)
    func equal(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let other = text.utf8Start
        for index in 0..<text.utf8CodeUnitCount where self[index] != other[index] { return false }
        return true
    }
}
