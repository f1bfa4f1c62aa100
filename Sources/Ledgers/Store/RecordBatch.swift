package import LedgerRecords

/// Which journal it is: random, and made with it.
package struct JournalID: Hashable, Sendable, CustomStringConvertible {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    /// 32 hexadecimal digits.
    package init?(_ text: String) {
        guard text.utf8.count == 32, let high = UInt64(text.prefix(16), radix: 16),
            let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        (self.high, self.low) = (high, low)
    }

    package var description: String { Self.digits(high) + Self.digits(low) }

    private static func digits(_ half: UInt64) -> String {
        let text = String(half, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }
}

package struct JournalPosition: Hashable, Sendable {
    package var journal: JournalID
    /// Of the last record.
    package var number: UInt64

    package init(journal: JournalID, number: UInt64) { (self.journal, self.number) = (journal, number) }
}

/// Records as they follow each other in a journal. Their numbers grow, and may leave some out.
package struct RecordBatch: Sendable {
    package let journal: JournalID
    package private(set) var records: [Numbered] = []
    /// Somebody waits for it to be safe.
    package private(set) var hasClaim = false

    package struct Numbered: Sendable {
        package let number: UInt64
        /// `nil`: it could not be read.
        package let record: LedgerRecord?
    }

    package init(journal: JournalID) { self.journal = journal }

    package mutating func append(_ record: LedgerRecord?, number: UInt64) {
        records.append(Numbered(number: number, record: record))
        if case .claim = record { hasClaim = true }
    }

    package mutating func removeAll() {
        records.removeAll(keepingCapacity: true)
        hasClaim = false
    }

    /// Those that come after `position`.
    package func new(after position: JournalPosition?) -> ArraySlice<Numbered> {
        guard let position, position.journal == journal else { return records[...] }
        return records.drop { $0.number <= position.number }
    }

    /// Where it leads to from `position`.
    package func end(from position: JournalPosition?) -> JournalPosition {
        let before = position?.journal == journal ? position?.number ?? 0 : 0
        return JournalPosition(journal: journal, number: max(before, records.last?.number ?? 0))
    }
}

/// What a commit outlives.
package enum Durability: Hashable, Sendable {
    /// The death of any process.
    case process
    /// A loss of power too: this commit, and all before it.
    case power
}
