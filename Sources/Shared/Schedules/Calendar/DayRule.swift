/// Which days of a month the two day fields of an expression name.
package struct DayRule: Hashable, Sendable {
    /// `15`: bits 1 to 31.
    var daysOfMonth: UInt64 = 0
    /// `L-n`: bit n. `L` is bit 0.
    var daysBeforeLast: UInt64 = 0
    /// `15W`: the weekday nearest to the day, in the same month; bits 1 to 31.
    var nearestWeekdays: UInt64 = 0
    /// `L-nW`: the weekday nearest to the day, in the same month. `LW`, the last weekday, is bit 0.
    var weekdaysBeforeLast: UInt64 = 0
    /// `fri`: bits 0 (Sunday) to 6.
    var weekdays: UInt64 = 0
    /// `fri#2`: bit 8 × (n - 1) + weekday.
    var nthWeekdays: UInt64 = 0
    /// `5L`: bits 0 to 6.
    var lastWeekdays: UInt64 = 0
    /// Both fields must fit, since one of them begins with `*` and so is no restriction; else either will do (cron(8)).
    var needsBoth = true

    /// Bits 1 to `length`. `firstWeekday`: that of the 1st, 0 being Sunday.
    func days(length: Int64, firstWeekday: Int64) -> UInt64 {
        let ofMonth = daysOfMonth(length, firstWeekday)
        let ofWeek = daysOfWeek(length, firstWeekday)
        let days = needsBoth ? ofMonth & ofWeek : ofMonth | ofWeek
        return days & ((2 << UInt64(length)) - 2)
    }

    // MARK: Day of month

    private func daysOfMonth(_ length: Int64, _ firstWeekday: Int64) -> UInt64 {
        var days = daysOfMonth
        var rest = daysBeforeLast
        while rest != 0 {
            let day = length - Int64(rest.trailingZeroBitCount)
            if day >= 1 { days |= 1 << UInt64(day) }
            rest &= rest - 1
        }
        rest = nearestWeekdays
        while rest != 0 {
            let day = Int64(rest.trailingZeroBitCount)
            if day <= length { days |= 1 << UInt64(Self.weekday(nearestTo: day, length, firstWeekday)) }
            rest &= rest - 1
        }
        rest = weekdaysBeforeLast
        while rest != 0 {
            let day = length - Int64(rest.trailingZeroBitCount)
            if day >= 1 { days |= 1 << UInt64(Self.weekday(nearestTo: day, length, firstWeekday)) }
            rest &= rest - 1
        }
        return days
    }

    /// Monday to Friday, and never in another month: Saturday goes back a day, Sunday on a day, unless that leaves the
    /// month.
    private static func weekday(nearestTo day: Int64, _ length: Int64, _ firstWeekday: Int64) -> Int64 {
        switch (firstWeekday + day - 1) % 7 {
        case 6: day == 1 ? 3 : day - 1
        case 0: day == length ? day - 2 : day + 1
        default: day
        }
    }

    // MARK: Day of week

    private func daysOfWeek(_ length: Int64, _ firstWeekday: Int64) -> UInt64 {
        if weekdays == 0x7F { return ~0 }
        var days = Self.spread(weekdays, firstWeekday)
        if nthWeekdays != 0 {
            for week in 0..<UInt64(5) {
                let inWeek: UInt64 = 0xFE << (7 * week)
                days |= Self.spread(nthWeekdays >> (8 * week) & 0x7F, firstWeekday) & inWeek
            }
        }
        if lastWeekdays != 0 {
            days |= Self.spread(lastWeekdays, firstWeekday) & (~0 << UInt64(length - 6))
        }
        return days
    }

    /// Every day of the month that falls on one of the weekdays, as if the month went on for five weeks.
    private static func spread(_ weekdays: UInt64, _ firstWeekday: Int64) -> UInt64 {
        // The week beginning with the 1st, then the same bits for each week.
        let turned = (weekdays >> UInt64(firstWeekday) | weekdays << UInt64(7 - firstWeekday)) & 0x7F
        // 1 + 2^7 + 2^14 + 2^21 + 2^28: the five weeks.
        return turned &* 0x1020_4081 << 1
    }
}
