import Clocks

/// How many runs took so long, or began so late: a line of `metrics`.
package struct SpanHistogram: Hashable, Sendable {
    package var kind = Kind.duration
    /// Upper bounds in microseconds, in order.
    package var bounds: [Int64] = []
    /// Between two of them, and at last beyond them: not summed up.
    package var counts: [Int64] = []
    /// Of all spans, in microseconds.
    package var sum = Int64(0)

    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case duration, lateness
    }

    package init() {}
    package init(_ kind: Kind, bounds: [Int64], counts: [Int64], sum: Int64) {
        (self.kind, self.bounds, self.counts, self.sum) = (kind, bounds, counts, sum)
    }

    /// So many bounds at most.
    private static let most = 100
}

extension SpanHistogram: WireMessage {
    package static var verb: StaticString { "histogram" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.word("of", &kind, expected: "duration or lateness")
        Self.numbers("bounds_us", &bounds, &row)
        Self.numbers("counts", &counts, &row)
        row.integer("sum_us", &sum, least: 0)
        if counts.count != bounds.count + 1 || !areInOrder {
            row.fail("counts", expected: "one more than bounds_us, which grow")
        }
    }

    private var areInOrder: Bool {
        var before = Int64(-1)
        for bound in bounds {
            if bound <= before { return false }
            before = bound
        }
        return true
    }

    /// Separated by commas.
    private static func numbers(_ key: StaticString, _ numbers: inout [Int64], _ row: inout MessageCoder) {
        var text = ""
        for number in numbers { text += text.isEmpty ? "\(number)" : ",\(number)" }
        row.text(key, &text)
        if let read = read(text) {
            numbers = read
            return
        }
        row.fail(key, expected: "numbers of 0 or more, separated by commas")
    }

    /// By hand: this is in programs that are to be small.
    private static func read(_ text: String) -> [Int64]? {
        var (numbers, number) = ([Int64](), Int64?.none)
        for byte in text.utf8 {
            if byte == UInt8(ascii: ","), let known = number, numbers.count < most {
                numbers.append(known)
                number = nil
            } else {
                guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
                let (tens, isTooLarge) = (number ?? 0).multipliedReportingOverflow(by: 10)
                let (sum, isMore) = tens.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
                if isTooLarge || isMore { return nil }
                number = sum
            }
        }
        if let number { numbers.append(number) }
        return number == nil && !text.isEmpty ? nil : numbers
    }
}
