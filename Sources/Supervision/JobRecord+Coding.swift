import Clocks
import Model
import Turns
import Values

extension JobRecord {
    /// The record as numbers.
    package var row: RecordRow {
        var row = RecordRow()
        var record = self
        record.fields(&row)
        return row
    }

    /// `row`: to read.
    package init(_ row: RecordRow) {
        self.init()
        var row = row
        fields(&row)
    }

    private mutating func fields(_ row: inout RecordRow) {
        var flags = row.flags
        flags.begin(&row)
        row.number(&schedule)
        books.fields(&row, &flags)
        standing.fields(&row, &flags)
        mark.fields(&row)
        if flags.bit(run != nil) {
            var run = run ?? Phase.Run(number: 0, began: .zero)
            run.fields(&row, &flags)
            self.run = run
        }
        if flags.bit(owed != nil) {
            var owed = Owed(owed)
            owed.fields(&row, &flags)
            self.owed = owed.attempt
        }
        flags.end(&row)
    }
}

extension SlotBooks.Saved {
    fileprivate mutating func fields(_ row: inout RecordRow, _ flags: inout RecordRow.Flags) {
        flags.bit(&isOpen)
        row.slot(&start)
        row.slot(&accounted)
        row.slot(&repeated)
        row.number(&runs)
        row.number(&retried)
        row.counts(&counts)
        row.counts(&besides)
    }
}

extension JobStanding {
    fileprivate mutating func fields(_ row: inout RecordRow, _ flags: inout RecordRow.Flags) {
        row.number(&failures)
        flags.bit(&isFailing)
        flags.bit(&isLate)
    }
}

extension NoteMark {
    fileprivate mutating func fields(_ row: inout RecordRow) {
        row.number(&epoch)
        row.number(&heard.ok)
        row.number(&heard.failed)
        row.number(&heard.skipped)
        row.number(&heard.lastEnded)
    }
}

extension Phase.Run {
    fileprivate mutating func fields(_ row: inout RecordRow, _ flags: inout RecordRow.Flags) {
        row.number(&number)
        row.slot(&slot, &flags)
        row.number(&attempt)
        row.optional(&call, &flags)
        row.number(&began.monotonic.nanoseconds)
        row.number(&began.wall.nanoseconds)
        row.span(&lateness)
        let isCut = flags.bit(cut != nil)
        let isReplaced = flags.bit(cut == .replaced)
        cut = isCut ? (isReplaced ? .replaced : .timeout) : nil
    }
}

extension Moment {
    fileprivate static var zero: Moment {
        Moment(monotonic: MonotonicInstant(nanoseconds: 0), wall: WallInstant(nanoseconds: 0))
    }
}

/// An attempt that is owed: when it comes, and what the one before it came to.
private struct Owed {
    var at = Int64(0)
    var end = Int64(0)
    var slot: SlotInstant?
    var outcome = 0
    var number = Int64(0)
    var of = 1
    var began = Int64(0)
    var lateness = Nanoseconds.zero
    var duration = Nanoseconds.zero
    var code: Int64?
    var fullLength: Int64?
    var retryAfter = Nanoseconds.zero
    var text = ""

    init(_ attempt: PendingAttempt?) {
        guard let attempt, let run = attempt.before.run else { return }
        (at, end) = (attempt.at.nanoseconds, attempt.end.nanoseconds)
        (slot, outcome) = (attempt.slot, attempt.before.outcome.index)
        (number, of, began) = (run.number, run.attempt, run.began.nanoseconds)
        (lateness, duration, code) = (run.lateness, run.duration, run.end.code)
        retryAfter = attempt.before.retryAfter ?? .zero
        text = run.end.text.prefixInBytes(RecordRow.longestText)
        let isCut = text.utf8.count < run.end.text.utf8.count
        fullLength = run.end.fullLength ?? (isCut ? Int64(run.end.text.utf8.count) : nil)
    }

    mutating func fields(_ row: inout RecordRow, _ flags: inout RecordRow.Flags) {
        row.number(&at)
        row.number(&end)
        row.slot(&slot, &flags)
        row.number(&outcome)
        row.number(&number)
        row.number(&of)
        row.number(&began)
        row.span(&lateness)
        row.span(&duration)
        row.optional(&code, &flags)
        row.optional(&fullLength, &flags)
        row.span(&retryAfter)
        swap(&text, &row.text)
    }

    /// `nil`: there is no such outcome.
    var attempt: PendingAttempt? {
        guard let outcome = Outcome.allCases.first(where: { $0.index == outcome }) else { return nil }
        let run = Booking.Run(
            number: number, attempt: of, began: WallInstant(nanoseconds: began), lateness: lateness,
            duration: duration, text: text, fullLength: fullLength, code: code)
        let before = Booking(
            first: slot, last: slot, count: 0, outcome: outcome, run: run, retryAfter: retryAfter)
        return PendingAttempt(
            after: before, at: MonotonicInstant(nanoseconds: at), end: MonotonicInstant(nanoseconds: end))
    }
}
