package import Clocks
package import Model
package import Schedules
package import Wire

/// The books of one job: every slot that came due ends in exactly one outcome, whatever its workers say or fail to say.
package struct SlotAccount: Sendable {
    package let timetable: Timetable
    /// Every slot up to this one has its outcome.
    package private(set) var accounted: SlotInstant
    private var counts: [Int64]

    package init(timetable: Timetable) {
        self.timetable = timetable
        accounted = timetable.start
        counts = Array(repeating: 0, count: Outcome.allCases.count)
    }

    package subscript(outcome: Outcome) -> Int64 { counts[outcome.index] }

    /// The slots that have an outcome.
    package var total: Int64 { counts.reduce(0, +) }

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

    /// Gives `slot` its outcome. Returns how many slots before it are `missed` by that.
    package mutating func record(_ outcome: Outcome, slot: SlotInstant) -> Int64 {
        let missed = miss(before: slot)
        counts[outcome.index] += 1
        accounted = slot
        return missed
    }

    /// Every open slot before `slot` is missed.
    package mutating func miss(before slot: SlotInstant) -> Int64 {
        slot > accounted ? miss(through: SlotInstant(nanoseconds: slot.nanoseconds - 1)) : 0
    }

    /// Every open slot up to `instant` is missed.
    package mutating func miss(through instant: SlotInstant) -> Int64 {
        close(through: instant, outcome: .missed)
    }

    /// Every open slot up to `last` has come to `outcome`; returns how many.
    package mutating func close(through last: SlotInstant, outcome: Outcome) -> Int64 {
        guard last > accounted else { return 0 }
        let count = timetable.count(after: accounted, through: last)
        counts[outcome.index] += count
        accounted = last
        return count
    }

    /// Takes over counts that a worker kept while it could not report. Returns how many slots are `missed` by that, or `nil` if
    /// there are not as many slots.
    package mutating func take(_ dropped: Report.Dropped, through last: SlotInstant) -> Int64? {
        var missed = timetable.count(after: accounted, through: last)
        // Taken off one by one: a worker may name numbers whose sum no integer holds.
        for count in [dropped.ok, dropped.failed, dropped.skipped] {
            guard 0...missed ~= count else { return nil }
            missed -= count
        }
        counts[Outcome.ok.index] += dropped.ok
        counts[Outcome.failed.index] += dropped.failed
        counts[Outcome.skipped.index] += dropped.skipped
        counts[Outcome.missed.index] += missed
        accounted = last
        return missed
    }
}

extension Outcome {
    fileprivate var index: Int {
        switch self {
        case .ok: 0
        case .failed: 1
        case .timeout: 2
        case .crashed: 3
        case .skipped: 4
        case .missed: 5
        case .cancelled: 6
        case .interrupted: 7
        case .oom: 8
        }
    }
}
