import Clocks
import Model
import Schedules
import Turns

@testable import Supervision

/// What a history's bookings say by themselves: they must name each slot that came due, in its order, and none twice.
struct ModelBooks {
    private(set) var fault: String?
    private var counts: [Outcome: Int64] = [:]
    /// What runs came to, each of them once; the first attempts apart.
    private var runs: [Outcome: Int64] = [:]
    private var retried: Int64 = 0
    /// The slots of the last booking, and how many of them have no outcome yet: where reports were lost, several share theirs.
    private var last: Booking?
    private var open: Int64 = 0
    /// How many slots had their outcome when the clock was set back, and slots came a second time.
    private(set) var before: Int64 = 0

    subscript(outcome: Outcome) -> Int64 { counts[outcome] ?? 0 }

    var total: Int64 { counts.values.reduce(0, +) }

    mutating func follow() { (last, before) = (nil, total) }

    mutating func file(_ booking: Booking, of timetable: Timetable) {
        fileRun(booking)
        guard booking.count != 0 else {
            let isOpen = booking.last == nil || booking.retryAfter != nil
            return require(isOpen && booking.run != nil, "nothing is booked", booking)
        }
        guard let first = booking.first, let through = booking.last else {
            return require(false, "slots without a name", booking)
        }
        if booking.first != last?.first || booking.last != last?.last {
            let before = last?.last ?? timetable.start
            require(open == 0 && timetable.next(after: before) == first, "a gap after \(before)", booking)
            open = timetable.count(after: before, through: through)
            last = booking
        }
        require(timetable.isSlot(through) && booking.count > 0, "no slots", booking)
        open -= booking.count
        counts[booking.outcome, default: 0] += booking.count
    }

    private mutating func fileRun(_ booking: Booking) {
        guard let run = booking.run else {
            if booking.outcome.isOfRun { runs[booking.outcome, default: 0] += booking.count }
            return
        }
        require(booking.outcome.isOfRun && run.number > 0, "no outcome of a run", booking)
        if booking.isGivenUp { retried -= 1 }
        if booking.retryAfter != nil, !booking.isGivenUp {
            retried += 1
        } else {
            runs[booking.outcome, default: 0] += 1
        }
    }

    /// Each run has its outcome once, as the sums of a job say it. `ending`: how many have none yet; `nil`: reports were lost.
    mutating func checkRuns(_ books: SlotBooks, ending: Int64?) {
        let (runs, retried, last) = (runs, retried, last)
        let known = runs.values.reduce(retried, +)
        require(known + books.unknown == books.runs, "\(known) of \(books.runs) runs have an outcome", last)
        require(books.retried == retried && retried >= 0, "\(books.retried) runs were tried again", last)
        require(books.unknown >= 0, "\(books.unknown) runs are unknown", last)
        if let ending { require(books.unknown == ending, "\(books.unknown) runs are unknown", last) }
        for outcome in Outcome.allCases {
            let seen = outcome.isOfRun ? runs[outcome] ?? 0 : self[outcome]
            require(books.sum(outcome) == seen, "\(outcome) is not \(seen) times", last)
        }
    }

    /// `due`: how many slots have come due by now that must have an outcome.
    mutating func check(_ books: SlotBooks, due: Int64) {
        let (open, total, before, last) = (open, total, before, last)
        require(open == 0, "\(open) slots too few", last)
        require(total == due + before, "\(total) slots of \(due) are booked", last)
        for outcome in Outcome.allCases { require(self[outcome] == books[outcome], "\(outcome) differs", last) }
    }

    private mutating func require(_ condition: Bool, _ what: @autoclosure () -> String, _ booking: Booking?) {
        if !condition, fault == nil { fault = "\(what()): \(booking.map { "\($0)" } ?? "no booking")" }
    }
}
