import Clocks
import Model
import Schedules
import Turns
import Wire

/// What a worker has noted and the daemon has not heard.
struct NoteDifference: Sendable {
    /// The run that has ended last, if that was not heard.
    private(set) var ended: RunNote.Ended?
    /// The run that has begun and not ended.
    private(set) var begun: RunNote.Begun?
    /// What came to an outcome, the run that has ended last apart.
    private var rest: RunTally
    private let accounted: SlotInstant
    private var knowsSlots = true

    /// - Throws: `Violation` if the note is not of the worker that was heard.
    init(_ note: RunNote, _ heard: RunTally) throws(Violation) {
        guard var rest = note.tally.since(heard) else {
            throw Violation("its note has fewer runs than it has reported")
        }
        begun = note.open
        accounted = note.accounted
        if let last = note.ended, last.run.number > heard.lastEnded {
            ended = last
            if last.run.slot != nil, last.outcome == .ok { rest.ok -= 1 }
            if last.run.slot != nil, last.outcome != .ok { rest.failed -= 1 }
        }
        guard rest.ok >= 0, rest.failed >= 0 else { throw Violation("its note has a run that it does not count") }
        self.rest = rest
    }

    /// The slots are those of a schedule that has changed.
    mutating func forgetSlots() {
        ended?.run.slot = nil
        begun?.run.slot = nil
        knowsSlots = false
    }

    /// Whether so many runs with a slot are in it that one of them was a further attempt at this slot.
    func hasMoreRuns(thanSlotsAfter slot: SlotInstant, _ timetable: Timetable) -> Bool {
        let named = [ended?.run, begun?.run].compactMap { $0 }.filter { $0.slot != nil }
        guard knowsSlots, let last = named.compactMap(\.slot).max(), last > slot else { return false }
        return rest.ok + rest.failed + Int64(named.count) > timetable.count(after: slot, through: last)
    }

    /// What came before the run that has ended last, as if its reports had been given up and counted. `running`: the run that was
    /// heard of last, and has no end yet.
    mutating func before(_ books: SlotBooks, running: Int64?) -> Report? {
        takeSlots(before: ended?.run.slot ?? begun?.run.slot, books) ?? endOf(running)
    }

    private mutating func takeSlots(before limit: SlotInstant?, _ books: SlotBooks) -> Report? {
        guard knowsSlots, let through = last(books, before: limit) else { return nil }
        let room = books.timetable.count(after: books.accounted, through: through)
        // Those that do not fit came after it.
        let skipped = min(rest.skipped, max(0, room - rest.ok - rest.failed))
        guard rest.ok + rest.failed + skipped > 0 else { return nil }
        defer { (rest.ok, rest.failed, rest.skipped) = (0, 0, rest.skipped - skipped) }
        return .dropped(
            Report.Dropped(
                reports: rest.ok + rest.failed + (skipped > 0 ? 1 : 0), ok: rest.ok, failed: rest.failed,
                skipped: skipped, through: through, run: ended.map { $0.run.number - 1 } ?? rest.lastEnded))
    }

    /// Of a run without a slot, which no slot tells of, it is only known that it is over.
    private func endOf(_ running: Int64?) -> Report? {
        guard let running, let next = ended?.run.number ?? begun?.run.number, running < next else { return nil }
        return .dropped(Report.Dropped(reports: 1, run: next - 1))
    }

    /// The slots that came due in that run.
    func after(_ books: SlotBooks) -> Report? {
        guard knowsSlots, rest.skipped > 0, let through = last(books, before: begun?.run.slot) else { return nil }
        let first = books.timetable.next(after: books.accounted)
        guard books.timetable.count(after: books.accounted, through: through) != rest.skipped else {
            return .skipped(Report.Skipped(first: first, last: through, next: through))
        }
        return .dropped(
            Report.Dropped(
                reports: 1, skipped: rest.skipped, through: through, run: ended?.run.number ?? rest.lastEnded))
    }

    /// The last slot that has no outcome yet and is accounted for in the note; if `limit`, of those before it.
    private func last(_ books: SlotBooks, before limit: SlotInstant?) -> SlotInstant? {
        var end = accounted
        if let limit, limit <= end { end = SlotInstant(nanoseconds: limit.nanoseconds - 1) }
        guard let last = books.timetable.last(through: end), last > books.accounted else { return nil }
        return last
    }
}
