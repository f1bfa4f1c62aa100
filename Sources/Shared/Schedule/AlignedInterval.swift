package import Clocks

/// Slots at multiples of an interval since midnight in a zone. Where the interval does not divide the day, the last one before
/// midnight is short; a day of 23 or 25 hours has so many fewer or more.
package struct AlignedInterval: Hashable, Sendable {
    package let interval: Nanoseconds
    package let zone: ZoneRules

    package static var longest: Nanoseconds { .seconds(86_400) }

    /// `interval` must be above zero and at most a day.
    package init(_ interval: Nanoseconds, in zone: ZoneRules) {
        precondition(
            interval > .zero && interval <= Self.longest, "an interval of \(interval.count) ns does not fit into a day")
        (self.interval, self.zone) = (interval, zone)
    }

    package func next(after instant: WallInstant) -> WallInstant {
        let last = last(through: instant)
        let slot = last.nanoseconds.addingReportingOverflow(interval.count)
        let midnight = midnight(daysAfter: 1, last)
        return WallInstant(nanoseconds: slot.overflow ? .max : min(slot.partialValue, midnight))
    }

    /// At or before `instant`.
    package func last(through instant: WallInstant) -> WallInstant {
        let midnight = midnight(daysAfter: 0, instant)
        let distance = instant.nanoseconds - midnight
        return WallInstant(nanoseconds: instant.nanoseconds - distance % interval.count)
    }

    /// How many slots s have `after` < s ≤ `through`, day by day.
    package func count(after: WallInstant, through: WallInstant) -> Int64 {
        var count: Int64 = 0
        var last = after
        while last < through {
            let midnight = WallInstant(nanoseconds: midnight(daysAfter: 1, last))
            let end = min(through.nanoseconds, midnight.nanoseconds - 1)
            let begin = self.midnight(daysAfter: 0, last)
            count += (end - begin) / interval.count - (last.nanoseconds - begin) / interval.count
            guard midnight.nanoseconds <= through.nanoseconds else { break }
            count += 1
            last = midnight
        }
        return count
    }

    /// The beginning of the civil day of `instant`, or of one after it.
    private func midnight(daysAfter days: Int64, _ instant: WallInstant) -> Int64 {
        let second = floorDivide(instant.nanoseconds, 1_000_000_000)
        let day = floorDivide(second + zone.offset(at: second), 86_400)
        var midnight = begin(of: day + days)
        // Where the clocks go back over midnight, the day that is over has not begun again.
        if days == 0, midnight > second { midnight = begin(of: day - 1) }
        return midnight * 1_000_000_000
    }

    private func begin(of day: Int64) -> Int64 {
        switch zone.place(day * 86_400) {
        case .at(let second), .inGap(let second): second
        }
    }
}
