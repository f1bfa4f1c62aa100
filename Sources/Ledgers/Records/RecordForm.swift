import Clocks
import Journal
import Model
import Turns

/// The numbers and texts of a record, one after the other: one list of fields reads and writes them.
struct RecordForm {
    private(set) var frame: JournalFrame
    private let isReading: Bool
    private var (nextWord, nextText) = (0, 0)
    /// Whether all that was read was there, and of a kind that is known.
    private(set) var isWhole = true

    init(reading frame: JournalFrame) { (self.frame, isReading) = (frame, true) }
    /// `kind`: of the record.
    init(writing kind: Int64) {
        (frame, isReading) = (JournalFrame(), false)
        frame.append(kind)
    }

    mutating func put(_ word: Int64) { frame.append(word) }

    mutating func next() -> Int64 {
        guard nextWord < frame.count else {
            isWhole = false
            return 0
        }
        defer { nextWord += 1 }
        return frame.words[nextWord]
    }

    mutating func number(_ value: inout Int64) { if isReading { value = next() } else { put(value) } }

    mutating func number<Integer: FixedWidthInteger>(_ value: inout Integer) {
        if isReading { value = Integer(clamping: next()) } else { put(Int64(value)) }
    }

    mutating func flag(_ value: inout Bool) { if isReading { value = next() != 0 } else { put(value ? 1 : 0) } }
    mutating func moment(_ value: inout WallInstant) { number(&value.nanoseconds) }
    mutating func span(_ value: inout Nanoseconds) { number(&value.count) }

    /// The last words of a record: one of an earlier version has none. Texts that are not kept never come.
    mutating func history(_ value: inout RunPolicy.History) {
        guard !isReading || nextWord < frame.count else { return }
        count(&value.runs)
        count(&value.failures)
        optional(&value.age)
        word(&value.output)
    }

    /// The same.
    mutating func lastNumber(_ value: inout Int64) {
        guard !isReading || nextWord < frame.count else { return }
        number(&value)
    }

    private mutating func count(_ value: inout Int?) {
        var number = value.map { Int64($0) }
        optional(&number)
        value = number.map { Int(clamping: $0) }
    }

    private mutating func word<Word: CaseIterable & Equatable>(_ value: inout Word) where Word.AllCases == [Word] {
        let all = Word.allCases
        guard isReading else { return put(Int64(all.firstIndex(of: value) ?? 0)) }
        let index = next()
        if all.indices.contains(Int(clamping: index)) { value = all[Int(clamping: index)] } else { isWhole = false }
    }

    mutating func text(_ value: inout String) {
        guard isReading else { return frame.append(value) }
        if nextText < frame.texts.count { value = frame.texts[nextText] } else { isWhole = false }
        nextText += 1
    }

    /// The least number stands for none: no value of these fields is so far away.
    static let none = Int64.min

    mutating func optional(_ value: inout Int64?) {
        guard isReading else { return put(value ?? Self.none) }
        let number = next()
        value = number == Self.none ? nil : number
    }

    mutating func optional(_ value: inout WallInstant?) {
        var number = value?.nanoseconds
        optional(&number)
        value = number.map { WallInstant(nanoseconds: $0) }
    }

    mutating func optional(_ value: inout Nanoseconds?) {
        var number = value?.count
        optional(&number)
        value = number.map { Nanoseconds($0) }
    }

    mutating func outcome(_ value: inout Outcome) {
        guard isReading else { return put(Int64(value.index)) }
        let index = next()
        if let outcome = Outcome.allCases.first(where: { $0.index == index }) {
            value = outcome
        } else {
            isWhole = false
        }
    }

    mutating func cause(_ value: inout LedgerRecord.Cause) {
        guard isReading else { return put(value.rawValue) }
        if let cause = LedgerRecord.Cause(rawValue: next()) { value = cause } else { isWhole = false }
    }

    /// Each has its number for ever: new ones come last.
    private static let reasons: [Booking.Reason] = [
        .overlap, .wait, .noWorker, .down, .lost, .stop, .clock, .paused, .deadline, .limit, .ledger, .byOperator,
    ]

    static func number(of reason: Booking.Reason?) -> Int64 {
        guard let reason else { return -1 }
        return Int64(reasons.firstIndex(of: reason) ?? -1)
    }

    mutating func reason(_ value: inout Booking.Reason?) {
        let all = Self.reasons
        guard isReading else { return put(Self.number(of: value)) }
        let index = next()
        value = all.indices.contains(Int(index)) ? all[Int(index)] : nil
        if index < -1 || index >= all.count { isWhole = false }
    }
}
