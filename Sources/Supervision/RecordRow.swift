import Clocks
import Model

/// The numbers of a record, one after the other: one list of fields reads and writes them.
package struct RecordRow {
    package typealias Words = [56 of Int64]

    /// Those that are not used are 0.
    package private(set) var words: Words
    /// The text of an attempt that is owed, its first bytes.
    package var text = ""
    private var next = 0
    private let isReading: Bool

    /// In bytes.
    package static let longestText = 112

    /// To write.
    init() { (words, isReading) = (Words(repeating: 0), false) }

    /// To read.
    package init(_ words: Words, text: String) {
        (self.words, self.text, isReading) = (words, text, true)
    }

    mutating func number(_ value: inout Int64) {
        if isReading { value = words[next] } else { words[next] = value }
        next += 1
    }

    mutating func number(_ value: inout UInt64) {
        var number = Int64(bitPattern: value)
        self.number(&number)
        value = UInt64(bitPattern: number)
    }

    mutating func number(_ value: inout Int) {
        var number = Int64(value)
        self.number(&number)
        value = Int(clamping: number)
    }

    mutating func slot(_ value: inout SlotInstant) { number(&value.nanoseconds) }

    mutating func span(_ value: inout Nanoseconds) { number(&value.count) }

    mutating func counts(_ value: inout Outcome.Counts) {
        for outcome in Outcome.allCases {
            var count = value[outcome]
            number(&count)
            value[outcome] = count
        }
    }

    /// One that no version of this program has written stays what it was.
    mutating func outcome(_ value: inout Outcome) {
        var index = value.index
        number(&index)
        value = Outcome.allCases.first { $0.index == index } ?? value
    }

    /// A bit and a number for each.
    mutating func optional(_ value: inout Int64?, _ flags: inout Flags) {
        let isThere = flags.bit(value != nil)
        var number = value ?? 0
        self.number(&number)
        value = isThere ? number : nil
    }

    mutating func slot(_ value: inout SlotInstant?, _ flags: inout Flags) {
        var number = value?.nanoseconds
        optional(&number, &flags)
        value = number.map { SlotInstant(nanoseconds: $0) }
    }

    var flags: Flags { Flags(isReading: isReading) }

    /// Bits in one word. Its place is that of its beginning, its bits are known at its end.
    struct Flags {
        private var bits = UInt64(0)
        private var next = UInt64(0)
        private let isReading: Bool

        init(isReading: Bool) { self.isReading = isReading }

        /// Returns what was written, when reading.
        mutating func bit(_ value: Bool) -> Bool {
            defer { next += 1 }
            if isReading { return bits >> next & 1 == 1 }
            if value { bits |= 1 << next }
            return value
        }

        mutating func bit(_ value: inout Bool) { value = bit(value) }

        mutating func begin(_ row: inout RecordRow) { row.number(&bits) }

        func end(_ row: inout RecordRow) { if !isReading { row.words[0] = Int64(bitPattern: bits) } }
    }
}
