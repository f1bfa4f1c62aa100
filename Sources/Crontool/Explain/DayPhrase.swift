import Schedules

/// The days of an expression in words.
struct DayPhrase {
    private let values: CronValues

    init(_ values: CronValues) { self.values = values }

    /// Nothing, if every day.
    var text: String {
        switch (isAnyDayOfMonth, isAnyWeekday) {
        case (true, true): ""
        case (true, false): values.needsBothDays ? weekdays : ""
        case (false, true): values.needsBothDays ? daysOfMonth : ""
        case (false, false):
            values.needsBothDays ? "\(daysOfMonth), and only \(weekdays)" : "\(daysOfMonth) or \(weekdays)"
        }
    }

    /// `in January`; nothing, if every month.
    var months: String {
        let months = values.months
        if months.count == 12 { return "" }
        let names = months.map { English.months[$0 - 1] }
        return English.isRange(months)
            ? "from \(names[0]) to \(names[names.count - 1])" : "in \(English.list(names))"
    }

    var isAnyDayOfMonth: Bool { values.daysOfMonth.count == 31 }
    var isAnyWeekday: Bool { values.weekdays.count == 7 }

    // MARK: Day of month

    /// `on days 1 and 15 of the month`.
    var daysOfMonth: String {
        var parts: [String] = []
        if !values.daysOfMonth.isEmpty { parts.append("\(English.numbered("day", values.daysOfMonth)) of the month") }
        parts += values.daysBeforeLast.map(Self.beforeLast)
        parts += values.nearestWeekdays.map { "the weekday nearest to day \($0) of the month" }
        parts += values.weekdaysBeforeLast.map {
            $0 == 0 ? "the last weekday of the month" : "the weekday nearest to \(Self.beforeLast($0))"
        }
        return "on \(English.list(parts))"
    }

    private static func beforeLast(_ days: Int) -> String {
        days == 0 ? "the last day of the month" : "the day \(English.count(days, "day")) before the last of the month"
    }

    // MARK: Day of week

    /// `on Mondays`, `on each day from Monday to Friday`, `on the second Friday of the month`.
    var weekdays: String {
        let names = values.weekdays.map { English.weekdays[$0] }
        if hasPlainWeekdaysAlone, English.isRange(values.weekdays) {
            return "on each day from \(names[0]) to \(names[names.count - 1])"
        }
        var parts = names.map { "\($0)s" }
        parts += values.nthWeekdays.map {
            "the \(English.ordinal($0.week)) \(English.weekdays[$0.weekday]) of the month"
        }
        parts += values.lastWeekdays.map { "the last \(English.weekdays[$0]) of the month" }
        return "on \(English.list(parts))"
    }

    private var hasPlainWeekdaysAlone: Bool { values.nthWeekdays.isEmpty && values.lastWeekdays.isEmpty }
}
