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
        let day = day(of: instant)
        let slot = last(through: instant, in: day).nanoseconds.addingReportingOverflow(interval.count)
        return WallInstant(nanoseconds: slot.overflow ? day.end : min(slot.partialValue, day.end))
    }

    /// At or before `instant`.
    package func last(through instant: WallInstant) -> WallInstant { last(through: instant, in: day(of: instant)) }

    private func last(through instant: WallInstant, in day: Day) -> WallInstant {
        WallInstant(nanoseconds: instant.nanoseconds - (instant.nanoseconds - day.begin) % interval.count)
    }

    /// How many slots s have `after` < s ≤ `through`, day by day.
    package func count(after: WallInstant, through: WallInstant) -> Int64 {
        var count: Int64 = 0
        var last = after
        while last < through {
            let day = day(of: last)
            let end = min(through.nanoseconds, day.end - 1)
            count += (end - day.begin) / interval.count - (last.nanoseconds - day.begin) / interval.count
            guard day.end <= through.nanoseconds else { break }
            count += 1
            last = WallInstant(nanoseconds: day.end)
        }
        return count
    }

    /// In nanoseconds, from one midnight to the next.
    private typealias Day = (begin: Int64, end: Int64)

    /// The civil day that `instant` is in.
    private func day(of instant: WallInstant) -> Day {
        let second = instant.wholeSeconds
        var day = floorDivide(second + zone.offset(at: second), 86_400)
        // Where the clocks go back over midnight, the day that had begun goes on.
        while begin(of: day + 1) <= second { day += 1 }
        return (Self.nanoseconds(begin(of: day)), Self.nanoseconds(begin(of: day + 1)))
    }

    private static func nanoseconds(_ second: Int64) -> Int64 {
        let (nanoseconds, overflow) = second.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (second < 0 ? .min : .max) : nanoseconds
    }

    private func begin(of day: Int64) -> Int64 {
        switch zone.place(day * 86_400) {
        case .at(let second), .inGap(let second): second
        }
    }
}
