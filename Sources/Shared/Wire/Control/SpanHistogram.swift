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
        if counts.count != bounds.count + 1 || zip(bounds, bounds.dropFirst()).contains(where: { $0 >= $1 }) {
            row.fail("counts", expected: "one more than bounds_us, which grow")
        }
    }

    /// Separated by commas.
    private static func numbers(_ key: StaticString, _ numbers: inout [Int64], _ row: inout MessageCoder) {
        var text = numbers.map(String.init).joined(separator: ",")
        row.text(key, &text)
        let read = text.split(separator: ",", omittingEmptySubsequences: false).prefix(most + 1).map { Int64($0) }
        numbers = read.compactMap(\.self)
        if numbers.count != read.count || numbers.count > most || numbers.contains(where: { $0 < 0 }) {
            row.fail(key, expected: "numbers of 0 or more, separated by commas")
        }
    }
}
