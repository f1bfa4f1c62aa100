package import Clocks
package import Model
package import Schedules
package import Wire

/// The books of one job: every slot that came due ends in exactly one outcome, whatever its workers say or fail to say. What
/// changes them gives the booking of that, `nil` if no slot has its outcome by it.
package struct SlotBooks: Sendable {
    package let timetable: Timetable
    /// Every slot up to this one has its outcome.
    package private(set) var accounted: SlotInstant
    private var counts = Outcome.Counts()

    package init(timetable: Timetable) {
        self.timetable = timetable
        accounted = timetable.start
    }

    package subscript(outcome: Outcome) -> Int64 { counts[outcome] }

    /// The slots that have an outcome.
    package var total: Int64 { counts.total }

    /// Whether `slot` may still get an outcome. Workers are not believed: it must be one of the timetable's, not yet accounted for,
    /// and due.
    package func isOpen(_ slot: SlotInstant, at now: SlotInstant) -> Bool {
        slot > accounted && slot <= now + tolerance && timetable.isSlot(slot)
    }

    /// The worker's clock is the same, but the daemon may have read it before it read the message; and the wall clock may have
    /// been set back since.
    private var tolerance: Nanoseconds {
        switch timetable.clock {
        case .monotonic: .seconds(1)
        case .wall: .seconds(86_400)
        }
    }

    /// Gives the slot of a run its outcome. Those before it must have theirs.
    package mutating func settle(_ booking: Booking) -> Booking {
        guard let slot = booking.last else { return booking }
        var booking = booking
        booking.count = 1
        counts[booking.outcome] += 1
        accounted = slot
        return booking
    }

    /// Every open slot before `slot` is missed.
    package mutating func miss(before slot: SlotInstant) -> Booking? {
        slot > accounted ? close(through: SlotInstant(nanoseconds: slot.nanoseconds - 1), .missed, .noWorker) : nil
    }

    /// Every open slot up to `instant` has come to `outcome`.
    package mutating func close(
        through instant: SlotInstant, _ outcome: Outcome, _ reason: Booking.Reason
    ) -> Booking? {
        guard instant > accounted else { return nil }
        let count = timetable.count(after: accounted, through: instant)
        defer { accounted = instant }
        return book(count, outcome, reason, through: instant)
    }

    /// Takes over counts that a worker kept while it could not report; of slots that they leave out nobody was there to begin them.
    /// Returns `nil` if there are not as many slots.
    package mutating func take(_ dropped: Report.Dropped, through last: SlotInstant) -> [Booking]? {
        let kept: [(Outcome, Int64)] = [
            (.ok, dropped.ok), (.failed, dropped.failed), (.skipped, dropped.skipped),
        ]
        var missed = timetable.count(after: accounted, through: last)
        // Taken off one by one: a worker may name numbers whose sum no integer holds.
        for (_, count) in kept {
            guard 0...missed ~= count else { return nil }
            missed -= count
        }
        defer { accounted = last }
        return kept.compactMap { book($1, $0, .lost, through: last) }
            + [book(missed, .missed, .noWorker, through: last)].compactMap(\.self)
    }

    private mutating func book(
        _ count: Int64, _ outcome: Outcome, _ reason: Booking.Reason, through instant: SlotInstant
    ) -> Booking? {
        guard count > 0 else { return nil }
        counts[outcome] += count
        return Booking(
            first: timetable.next(after: accounted), last: timetable.last(through: instant), count: count,
            outcome: outcome, reason: reason)
    }
}
