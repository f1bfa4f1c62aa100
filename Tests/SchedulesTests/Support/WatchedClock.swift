import Clocks
import Schedules

@testable import struct Schedules.CronFields
@testable import struct Schedules.DayRule

/// The slots of a schedule found by looking at a clock every minute: slow and plain. It goes by what zoneinfo says of
/// the zone.
struct WatchedClock {
    let zone: RecordedZone
    let expression: CronExpression

    /// After `first` and up to `last`. Expressions have no seconds here.
    func slots(after first: Int64, through last: Int64) -> [Int64] {
        var slots: [Int64] = []
        // What the clock has shown by now, from long enough ago that no change is missed.
        var reached = Int64.min
        for index in zone.index(at: first - 200_000)..<zone.changes.count {
            let (start, offset) = zone.changes[index]
            let end = index + 1 < zone.changes.count ? zone.changes[index + 1].instant : Int64.max
            guard start <= last else { break }
            let (from, to) = (max(start, first - 200_000), min(end - 1, last))
            slots += expression.hasFixedTimes ? fixed(from, to, offset, &reached) : elapsed(from, to, offset)
        }
        return slots.filter { $0 > first }
    }

    private func elapsed(_ from: Int64, _ to: Int64, _ offset: Int64) -> [Int64] {
        minutes(from + offset, to + offset).map { $0 - offset }
    }

    private func fixed(_ from: Int64, _ to: Int64, _ offset: Int64, _ reached: inout Int64) -> [Int64] {
        var slots: [Int64] = []
        let shown = from + offset
        if reached != .min, reached < shown, !minutes(reached, shown - 1).isEmpty { slots.append(from) }
        for slot in minutes(max(shown, reached), to + offset).map({ $0 - offset }) where slot != slots.last {
            slots.append(slot)
        }
        reached = max(reached, to + offset + 1)
        return slots
    }

    /// All minutes of the civil time, from `first` through `last`, that the expression names.
    private func minutes(_ first: Int64, _ last: Int64) -> [Int64] {
        var minutes: [Int64] = []
        var minute = floorDivide(first + 59, 60)
        let fields = expression.fields
        while minute * 60 <= last {
            let (hour, inHour) = (floorDivide(minute, 60), minute - floorDivide(minute, 60) * 60)
            if fields.minutes >> inHour & 1 == 1, fields.hours >> (hour - floorDivide(hour, 24) * 24) & 1 == 1,
                isDay(floorDivide(hour, 24))
            {
                minutes.append(minute * 60)
            }
            minute += 1
        }
        return minutes
    }

    private func isDay(_ day: Int64) -> Bool {
        let date = CivilDate(daysSince1970: day)
        guard expression.fields.months >> date.month & 1 == 1 else { return false }
        let length = CivilDate.length(ofMonth: date.month, in: date.year)
        let first = CivilDate.weekday(daysSince1970: day - date.day + 1)
        return expression.fields.days.days(length: length, firstWeekday: first) >> date.day & 1 == 1
    }
}
