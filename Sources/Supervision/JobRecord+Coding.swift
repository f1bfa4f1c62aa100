import Clocks
import Model
import Turns
import Values

extension JobRecord {
    /// The record as numbers. It is not there any more after that: a copy for each run would be most of the cost.
    package consuming func makeRow() -> RecordRow {
        var row = RecordRow()
        fields(&row)
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
        var isKept = owed?.isKept ?? false
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
        if flags.bit(last?.run != nil) {
            var ended = Ended(last)
            ended.fields(&row, &flags)
            last = ended.booking
        }
        // At the end: records that were written before there were these have 0 there.
        row.number(&books.uncounted.earlier)
        var isCaughtUp = run?.isCaughtUp ?? false
        flags.bit(&isCaughtUp)
        run?.isCaughtUp = isCaughtUp
        if flags.bit(passed != nil) {
            var slot = passed ?? books.accounted
            row.slot(&slot)
            passed = slot
        }
        flags.bit(&isKept)
        owed?.isKept = isKept
        if flags.bit(standing.incident != 0 || !standing.untold.isEmpty) { standing.incidentFields(&row, &flags) }
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
        row.number(&uncounted.retried)
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

    fileprivate mutating func incidentFields(_ row: inout RecordRow, _ flags: inout RecordRow.Flags) {
        row.number(&incident)
        var bits = untold.rawValue
        for bit in [Alert.failure, .recovery, .late] where flags.bit(untold.contains(bit)) { bits |= bit.rawValue }
        untold = Alert(rawValue: bits)
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
    var at = MonotonicInstant(nanoseconds: 0)
    var end = MonotonicInstant(nanoseconds: 0)
    var before = Booking(count: 0, outcome: .failed)
    var run = Booking.Run(number: 0, began: WallInstant(nanoseconds: 0), text: "")

    init(_ attempt: PendingAttempt?) {
        guard let attempt, let run = attempt.before.run else { return }
        (at, end, before, self.run) = (attempt.at, attempt.end, attempt.before, run)
        self.run.cutText()
    }

    mutating func fields(_ row: inout RecordRow, _ flags: inout RecordRow.Flags) {
        row.number(&at.nanoseconds)
        row.number(&end.nanoseconds)
        row.slot(&before.last, &flags)
        row.outcome(&before.outcome)
        var delay = before.retryAfter ?? .zero
        row.span(&delay)
        before.retryAfter = delay
        run.fields(&row, &flags)
    }

    var attempt: PendingAttempt {
        let booking = Booking(
            first: before.last, last: before.last, count: 0, outcome: before.outcome, run: run,
            retryAfter: before.retryAfter)
        return PendingAttempt(after: booking, at: at, end: end)
    }
}

/// The last run, and what it came to.
private struct Ended {
    var booking = Booking(count: 0, outcome: .failed)
    private var run = Booking.Run(number: 0, began: WallInstant(nanoseconds: 0), text: "")

    init(_ last: Booking?) {
        guard let last, let run = last.run else { return }
        (booking, self.run) = (last, run)
        self.run.cutText()
    }

    mutating func fields(_ row: inout RecordRow, _ flags: inout RecordRow.Flags) {
        row.slot(&booking.last, &flags)
        row.outcome(&booking.outcome)
        run.fields(&row, &flags)
        booking.run = run
    }
}

extension Booking.Run {
    /// As much of it is kept.
    fileprivate mutating func cutText() {
        let whole = end.text.utf8.count
        guard whole > RecordRow.longestText else { return }
        end.fullLength = end.fullLength ?? Int64(whole)
        end.text = String(end.text[...].beginning(bytes: RecordRow.longestText))
    }

    fileprivate mutating func fields(_ row: inout RecordRow, _ flags: inout RecordRow.Flags) {
        row.number(&number)
        row.number(&attempt)
        row.number(&began.nanoseconds)
        row.span(&lateness)
        row.span(&duration)
        row.optional(&end.code, &flags)
        row.optional(&end.fullLength, &flags)
        swap(&end.text, &row.text)
    }
}
