import Clocks

/// Which seconds of the civil time, without any zone, an expression names: its fields as sets of bits.
package struct CronFields: Hashable, Sendable {
    /// Bits 0 to 59.
    var seconds: UInt64 = 1
    /// Bits 0 to 59.
    var minutes: UInt64 = 0
    /// Bits 0 to 23.
    var hours: UInt64 = 0
    /// Bits 1 to 12.
    var months: UInt64 = 0
    var days = DayRule()

    /// Whether any day of any year fits. A year has one of 14 forms: it begins on one of seven weekdays, and leaps or
    /// not.
    var everFires: Bool {
        for firstWeekday in Int64(0)..<7 {
            for isLeap in [false, true] where Self.hasDay(months, days, firstWeekday, isLeap) { return true }
        }
        return false
    }

    private static func hasDay(_ months: UInt64, _ days: DayRule, _ firstWeekday: Int64, _ isLeap: Bool) -> Bool {
        var weekday = firstWeekday
        for month in Int64(1)...12 {
            let length = CivilDate.length(ofMonth: month, in: isLeap ? 2000 : 2001)
            if months >> month & 1 == 1, days.days(length: length, firstWeekday: weekday) != 0 { return true }
            weekday = (weekday + length) % 7
        }
        return false
    }

    // MARK: Search

    /// Beyond it nothing is looked for: the end of `WallInstant`.
    private static let lastYear: Int64 = 2262
    private static let firstYear: Int64 = 1677
    private static let secondsOfDay: Int64 = 86_400

    /// The first of the seconds at or after `local`, counted since 1970-01-01T00:00:00 of the civil time; `nil` if none
    /// comes before the year 2263.
    func next(atOrAfter local: Int64) -> Int64? {
        let days = floorDivide(local, Self.secondsOfDay)
        let date = CivilDate(daysSince1970: days)
        if months >> date.month & 1 == 1 {
            let first = days - date.day + 1
            let mask = dayMask(first, date.month, date.year)
            if mask >> date.day & 1 == 1, let time = time(atOrAfter: local - days * Self.secondsOfDay) {
                return days * Self.secondsOfDay + time
            }
            let later = mask & (~1 << UInt64(date.day))
            if later != 0 { return Self.moment(first, later.trailingZeroBitCount, firstTime) }
        }
        return firstMoment(afterMonth: date.month, of: date.year)
    }

    private func firstMoment(afterMonth month: Int64, of year: Int64) -> Int64? {
        var (month, year) = (month, year)
        while year <= Self.lastYear {
            // Bit 13 stands for the next year.
            let later = (months | 1 << 13) & (~1 << UInt64(month))
            month = Int64(later.trailingZeroBitCount)
            if month == 13 {
                (month, year) = (0, year + 1)
                continue
            }
            let first = CivilDate(year: year, month: month, day: 1).daysSince1970
            let mask = dayMask(first, month, year)
            if mask != 0 { return Self.moment(first, mask.trailingZeroBitCount, firstTime) }
        }
        return nil
    }

    /// The last of the seconds at or before `local`; `nil` if none comes after the year 1676.
    func previous(atOrBefore local: Int64) -> Int64? {
        let days = floorDivide(local, Self.secondsOfDay)
        let date = CivilDate(daysSince1970: days)
        if months >> date.month & 1 == 1 {
            let first = days - date.day + 1
            let mask = dayMask(first, date.month, date.year)
            if mask >> date.day & 1 == 1, let time = time(atOrBefore: local - days * Self.secondsOfDay) {
                return days * Self.secondsOfDay + time
            }
            let earlier = mask & ((1 << UInt64(date.day)) - 1)
            if earlier != 0 { return Self.moment(first, earlier.lastBit, lastTime) }
        }
        return lastMoment(beforeMonth: date.month, of: date.year)
    }

    private func lastMoment(beforeMonth month: Int64, of year: Int64) -> Int64? {
        var (month, year) = (month, year)
        while year >= Self.firstYear {
            // Bit 0 stands for the year before.
            let earlier = (months | 1) & ((1 << UInt64(month)) - 1)
            month = Int64(earlier.lastBit)
            if month == 0 {
                (month, year) = (13, year - 1)
                continue
            }
            let first = CivilDate(year: year, month: month, day: 1).daysSince1970
            let mask = dayMask(first, month, year)
            if mask != 0 { return Self.moment(first, mask.lastBit, lastTime) }
        }
        return nil
    }

    // MARK: Count

    /// How many of the seconds there are at or after `from` and before `to`.
    func count(from: Int64, to: Int64) -> Int64 {
        from < to ? count(upTo: to, since: from) - count(upTo: from, since: from) : 0
    }

    /// From the beginning of the month that `start` is in up to `end`, month by month.
    private func count(upTo end: Int64, since start: Int64) -> Int64 {
        let lastDay = floorDivide(end, Self.secondsOfDay)
        let last = CivilDate(daysSince1970: lastDay)
        let first = CivilDate(daysSince1970: floorDivide(start, Self.secondsOfDay))
        var (month, year) = (first.month, first.year)
        var days: Int64 = 0
        while (year, month) < (last.year, last.month) {
            days += Int64(dayMask(month, year).nonzeroBitCount)
            (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1)
        }
        let mask = dayMask(last.month, last.year)
        days += Int64((mask & ((1 << UInt64(last.day)) - 1)).nonzeroBitCount)
        let isDay = mask >> last.day & 1 == 1
        return days * timesOfDay + (isDay ? times(before: end - lastDay * Self.secondsOfDay) : 0)
    }

    /// Nothing in a month that is not named.
    private func dayMask(_ month: Int64, _ year: Int64) -> UInt64 {
        guard months >> month & 1 == 1 else { return 0 }
        return dayMask(CivilDate(year: year, month: month, day: 1).daysSince1970, month, year)
    }

    private var timesOfDay: Int64 {
        Int64(hours.nonzeroBitCount * minutes.nonzeroBitCount * seconds.nonzeroBitCount)
    }

    private func times(before time: Int64) -> Int64 {
        let (hour, minute, second) = (Int(time / 3_600), Int(time / 60 % 60), Int(time % 60))
        func below(_ bits: UInt64, _ limit: Int) -> Int { (bits & ((1 << UInt64(limit)) - 1)).nonzeroBitCount }
        var count = below(hours, hour) * minutes.nonzeroBitCount * seconds.nonzeroBitCount
        guard hours >> hour & 1 == 1 else { return Int64(count) }
        count += below(minutes, minute) * seconds.nonzeroBitCount
        if minutes >> minute & 1 == 1 { count += below(seconds, second) }
        return Int64(count)
    }

    private func dayMask(_ firstOfMonth: Int64, _ month: Int64, _ year: Int64) -> UInt64 {
        days.days(
            length: CivilDate.length(ofMonth: month, in: year),
            firstWeekday: CivilDate.weekday(daysSince1970: firstOfMonth))
    }

    private static func moment(_ firstOfMonth: Int64, _ day: Int, _ time: Int64) -> Int64 {
        (firstOfMonth + Int64(day) - 1) * secondsOfDay + time
    }

    // MARK: The time of day, in seconds

    private var firstTime: Int64 {
        Self.time(hours.trailingZeroBitCount, minutes.trailingZeroBitCount, seconds.trailingZeroBitCount)
    }

    private var lastTime: Int64 { Self.time(hours.lastBit, minutes.lastBit, seconds.lastBit) }

    private static func time(_ hour: Int, _ minute: Int, _ second: Int) -> Int64 {
        Int64(hour * 3_600 + minute * 60 + second)
    }

    private func time(atOrAfter time: Int64) -> Int64? {
        let (hour, minute, second) = (Int(time / 3_600), Int(time / 60 % 60), Int(time % 60))
        if hours >> hour & 1 == 1 {
            if minutes >> minute & 1 == 1 {
                let seconds = seconds & (~0 << UInt64(second))
                if seconds != 0 { return Self.time(hour, minute, seconds.trailingZeroBitCount) }
            }
            let later = minutes & (~1 << UInt64(minute))
            if later != 0 { return Self.time(hour, later.trailingZeroBitCount, seconds.trailingZeroBitCount) }
        }
        let later = hours & (~1 << UInt64(hour))
        guard later != 0 else { return nil }
        return Self.time(later.trailingZeroBitCount, minutes.trailingZeroBitCount, seconds.trailingZeroBitCount)
    }

    private func time(atOrBefore time: Int64) -> Int64? {
        let (hour, minute, second) = (Int(time / 3_600), Int(time / 60 % 60), Int(time % 60))
        if hours >> hour & 1 == 1 {
            if minutes >> minute & 1 == 1 {
                let seconds = seconds & ~(~1 << UInt64(second))
                if seconds != 0 { return Self.time(hour, minute, seconds.lastBit) }
            }
            let earlier = minutes & ((1 << UInt64(minute)) - 1)
            if earlier != 0 { return Self.time(hour, earlier.lastBit, seconds.lastBit) }
        }
        let earlier = hours & ((1 << UInt64(hour)) - 1)
        guard earlier != 0 else { return nil }
        return Self.time(earlier.lastBit, minutes.lastBit, seconds.lastBit)
    }
}

extension UInt64 {
    /// The number of the highest bit that is set. There must be one.
    var lastBit: Int { 63 - leadingZeroBitCount }
}
