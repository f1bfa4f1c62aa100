package import Clocks

/// The rule by which a job's slots come.
///
/// Nearly all are intervals, which do not carry the size of a calendar about: it stands elsewhere.
package enum SlotRule: Hashable, Sendable {
    /// Every so often from the start on, on the monotonic clock.
    case interval(Nanoseconds)
    /// Every so often from each midnight of a zone on, on the wall clock. At most a day.
    indirect case aligned(AlignedInterval)
    /// Where the calendar has them, on the wall clock.
    indirect case calendar(CalendarSchedule)
    /// None: the job runs when it starts, and when it is asked to.
    case none

    package var clock: ScheduleClock {
        switch self {
        case .interval: .monotonic
        case .aligned, .calendar, .none: .wall
        }
    }

    /// Whether its slots come by elapsed time, and not at fixed times of the day.
    package var isElapsed: Bool {
        switch self {
        case .interval, .aligned: true
        case .calendar(let calendar): !calendar.expression.hasFixedTimes
        case .none: false
        }
    }

    /// Of a rule that goes by civil time.
    package var zone: ZoneRules? {
        switch self {
        case .aligned(let aligned): aligned.zone
        case .calendar(let calendar): calendar.zone
        case .interval, .none: nil
        }
    }

    /// The same in another zone, or by other rules of the same one.
    package func inZone(_ zone: ZoneRules) -> SlotRule {
        switch self {
        case .aligned(let aligned): .aligned(AlignedInterval(aligned.interval, in: zone))
        case .calendar(let calendar): .calendar(CalendarSchedule(calendar.expression, in: zone))
        case .interval, .none: self
        }
    }
}

/// The slots of one job: its rule and the span of time in which it holds.
package struct Timetable: Hashable, Sendable {
    package let rule: SlotRule
    /// The first slot is a later one.
    package let start: SlotInstant
    /// The last slot is an earlier one. Has a meaning for a rule on the wall clock alone.
    package let end: SlotInstant

    package init(_ rule: SlotRule, start: SlotInstant, end: SlotInstant = .distantFuture) {
        (self.rule, self.start, self.end) = (rule, start, end)
    }

    package var clock: ScheduleClock { rule.clock }

    /// The first slot after `instant`; `.distantFuture` if there is none.
    package func next(after instant: SlotInstant) -> SlotInstant {
        if case .interval(let interval) = rule {
            return SlotInstant(grid(interval).next(after: MonotonicInstant(instant)))
        }
        let from = WallInstant(SlotInstant.later(instant, start))
        let slot: SlotInstant?
        switch rule {
        case .aligned(let aligned): slot = SlotInstant(aligned.next(after: from))
        case .calendar(let calendar): slot = calendar.next(after: from).map { SlotInstant($0) }
        case .interval, .none: slot = nil
        }
        return slot.flatMap { $0 < end ? $0 : nil } ?? .distantFuture
    }

    /// The last slot at or before `instant`; `nil` before the first slot.
    package func last(through instant: SlotInstant) -> SlotInstant? {
        if case .interval(let interval) = rule {
            return grid(interval).last(through: MonotonicInstant(instant)).map { SlotInstant($0) }
        }
        guard instant > start else { return nil }
        let instant = SlotInstant.earlier(instant, lastInstant)
        let slot: SlotInstant?
        switch rule {
        case .aligned(let aligned): slot = SlotInstant(aligned.last(through: WallInstant(instant)))
        case .calendar(let calendar):
            slot = calendar.previous(before: WallInstant(instant + Nanoseconds(1))).map { SlotInstant($0) }
        case .interval, .none: slot = nil
        }
        return slot.flatMap { $0 > start ? $0 : nil }
    }

    /// How many slots s have `after` < s ≤ `through`; none if the two are the wrong way round.
    package func count(after: SlotInstant, through: SlotInstant) -> Int64 {
        if case .interval(let interval) = rule {
            return grid(interval).count(after: MonotonicInstant(after), through: MonotonicInstant(through))
        }
        let (after, through) = (
            WallInstant(SlotInstant.later(after, start)), WallInstant(SlotInstant.earlier(through, lastInstant))
        )
        switch rule {
        case .aligned(let aligned): return aligned.count(after: after, through: through)
        case .calendar(let calendar): return calendar.count(after: after, through: through)
        case .interval, .none: return 0
        }
    }

    package func isSlot(_ instant: SlotInstant) -> Bool {
        guard instant > start, instant < .distantFuture else { return false }
        return next(after: SlotInstant(nanoseconds: instant.nanoseconds - 1)) == instant
    }

    /// Before `end`.
    private var lastInstant: SlotInstant { SlotInstant(nanoseconds: end.nanoseconds - 1) }

    private func grid(_ interval: Nanoseconds) -> IntervalGrid {
        IntervalGrid(start: MonotonicInstant(start), interval: interval)
    }
}

// Where a rule says which clock it goes by, its instants are those of that clock.

extension SlotInstant {
    fileprivate init(_ instant: MonotonicInstant) { self.init(nanoseconds: instant.nanoseconds) }
    fileprivate init(_ instant: WallInstant) { self.init(nanoseconds: instant.nanoseconds) }
}

extension MonotonicInstant {
    fileprivate init(_ instant: SlotInstant) { self.init(nanoseconds: instant.nanoseconds) }
}

extension WallInstant {
    fileprivate init(_ instant: SlotInstant) { self.init(nanoseconds: instant.nanoseconds) }
}
