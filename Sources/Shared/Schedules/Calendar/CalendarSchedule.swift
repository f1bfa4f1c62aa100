package import Clocks

/// The slots of a cron expression in a time zone: pure functions of both and of an instant.
///
/// Through daylight-saving changes it does what Debian's cron(8) does. An expression with *fixed times*, where neither
/// the minute nor the hour begins with `*`, names moments of the civil day: one that the clocks jump over comes right
/// after the jump, and one that they show twice comes at the first. Any other goes by *elapsed time*: it has a slot
/// whenever the clocks show one of its times, so that in an hour that comes twice it has its slots twice, and real time
/// between them never stretches.
package struct CalendarSchedule: Hashable, Sendable {
    package let expression: CronExpression
    package let zone: ZoneRules

    package init(_ expression: CronExpression, in zone: ZoneRules) {
        (self.expression, self.zone) = (expression, zone)
    }

    private static let nanoseconds: Int64 = 1_000_000_000

    /// The first slot after `instant`; `nil` if there is none before the year 2262.
    package func next(after instant: WallInstant) -> WallInstant? {
        let second = floorDivide(instant.nanoseconds, Self.nanoseconds)
        let slot = expression.hasFixedTimes ? nextFixed(after: second) : nextElapsed(after: second)
        return slot.flatMap(Self.instant)
    }

    /// The last slot before `instant`; `nil` if there is none after the year 1678.
    package func previous(before instant: WallInstant) -> WallInstant? {
        // A slot within the same second lies before it too.
        let isWhole = instant.nanoseconds % Self.nanoseconds == 0
        let second = floorDivide(instant.nanoseconds, Self.nanoseconds) + (isWhole ? 0 : 1)
        let slot = expression.hasFixedTimes ? previousFixed(before: second) : previousElapsed(before: second)
        return slot.flatMap(Self.instant)
    }

    package func isSlot(_ instant: WallInstant) -> Bool {
        // The first of all has none before it to ask from.
        instant.nanoseconds != .min && next(after: WallInstant(nanoseconds: instant.nanoseconds - 1)) == instant
    }

    private static func instant(_ second: Int64) -> WallInstant? {
        let (nanoseconds, overflow) = second.multipliedReportingOverflow(by: nanoseconds)
        return overflow ? nil : WallInstant(nanoseconds: nanoseconds)
    }

    // MARK: Elapsed time

    private func nextElapsed(after second: Int64) -> Int64? {
        var from = second + 1
        var segment = zone.segment(at: from)
        while let local = expression.fields.next(atOrAfter: from + segment.offset) {
            let slot = local - segment.offset
            if slot < segment.end { return slot }
            // The clocks change before that: ask again from the change on, and not from each one on the way to a far
            // slot. Once two spans of `farthest` have been asked about, no clock can show again what was before them.
            let isFar = segment.end - from > 2 * ZoneRules.farthest
            from = isFar ? max(segment.end, local - ZoneRules.farthest) : segment.end
            segment = zone.segment(at: from)
        }
        return nil
    }

    private func previousElapsed(before second: Int64) -> Int64? {
        var from = second - 1
        var segment = zone.segment(at: from)
        while let local = expression.fields.previous(atOrBefore: from + segment.offset) {
            let slot = local - segment.offset
            if slot >= segment.start { return slot }
            let isFar = from - segment.start > 2 * ZoneRules.farthest
            from = isFar ? min(segment.start - 1, local + ZoneRules.farthest) : segment.start - 1
            segment = zone.segment(at: from)
        }
        return nil
    }

    // MARK: Fixed times

    private func nextFixed(after second: Int64) -> Int64? {
        expression.fields.next(atOrAfter: zone.reached(before: second + 1)).map { zone.place($0).instant }
    }

    private func previousFixed(before second: Int64) -> Int64? {
        expression.fields.previous(atOrBefore: zone.reached(before: second) - 1).map { zone.place($0).instant }
    }

    // MARK: Count

    /// How many slots s have `after` < s ≤ `through`, without going through them: a clock that was wrong by decades
    /// leaves millions.
    package func count(after: WallInstant, through: WallInstant) -> Int64 {
        let end = floorDivide(through.nanoseconds, Self.nanoseconds) + 1
        var start = floorDivide(after.nanoseconds, Self.nanoseconds) + 1
        var count: Int64 = 0
        while start < end {
            let segment = zone.segment(at: start)
            let (first, last) = (start, min(end, segment.end))
            count += expression.hasFixedTimes ? countFixed(first, last, segment) : countElapsed(first, last, segment)
            start = last
        }
        return count
    }

    private func countElapsed(_ first: Int64, _ last: Int64, _ segment: ZoneRules.Segment) -> Int64 {
        expression.fields.count(from: first + segment.offset, to: last + segment.offset)
    }

    private func countFixed(_ first: Int64, _ last: Int64, _ segment: ZoneRules.Segment) -> Int64 {
        let reached = zone.reached(before: first)
        let shown = first + segment.offset
        // All times that the clocks skip come at once, at their jump, together with the time that they show then.
        let inGap = reached < shown && expression.fields.count(from: reached, to: shown) > 0
        let isShown = expression.fields.next(atOrAfter: shown) == shown
        let from = max(reached, shown)
        return (inGap && !isShown ? 1 : 0) + expression.fields.count(from: from, to: last + segment.offset)
    }

    // MARK: Reasons

    /// Why a slot is where it is.
    package enum Reason: Hashable, Sendable {
        /// The clocks show one of the expression's times.
        case asNamed
        /// They jumped over this civil time, in seconds since 1970-01-01T00:00:00; the slot is the moment of the jump.
        case afterGap(Int64)
        /// They show the time twice; this is the first.
        case firstOfTwo
    }

    package func reason(for slot: WallInstant) -> Reason {
        let second = floorDivide(slot.nanoseconds, Self.nanoseconds)
        guard expression.hasFixedTimes else { return .asNamed }
        let segment = zone.segment(at: second)
        let local = second + segment.offset
        if second == segment.start, expression.fields.next(atOrAfter: local) != local,
            let passed = expression.fields.previous(atOrBefore: local)
        {
            return .afterGap(passed)
        }
        guard segment.end != .max else { return .asNamed }
        return zone.segment(at: segment.end).shows(local) ? .firstOfTwo : .asNamed
    }
}

extension ZoneRules.Placement {
    fileprivate var instant: Int64 {
        switch self {
        case .at(let instant), .inGap(let instant): instant
        }
    }
}
