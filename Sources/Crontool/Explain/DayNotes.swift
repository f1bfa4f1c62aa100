import Schedules

/// What may surprise about the days of an expression.
struct DayNotes {
    private let values: CronValues
    private let phrase: DayPhrase
    private let words: ArraySlice<String>

    init(_ expression: CronExpression) {
        values = expression.values
        phrase = DayPhrase(values)
        words = expression.words.suffix(5)
    }

    var notes: [String] { [rule, missingDays, fifthWeekdays].compactMap { $0 } }

    private var dayOfMonth: String { words[words.startIndex + 2] }
    private var dayOfWeek: String { words[words.endIndex - 1] }

    // MARK: The rule of the two fields

    private var rule: String? { values.needsBothDays ? bothNeeded : eitherWillDo }

    private var eitherWillDo: String? {
        let start = "Both day fields are restricted, and then either one is enough: it runs"
        if phrase.isAnyDayOfMonth || phrase.isAnyWeekday {
            let field = phrase.isAnyDayOfMonth ? dayOfMonth : dayOfWeek
            return "\(start) every day, since '\(field)' names all of them and is not *."
        }
        return "\(start) \(phrase.daysOfMonth), and also \(phrase.weekdays)."
    }

    /// A field that begins with `*` and is more than that.
    private var bothNeeded: String? {
        guard !phrase.isAnyDayOfMonth, !phrase.isAnyWeekday else { return nil }
        let starred = dayOfMonth.hasPrefix("*") ? dayOfMonth : dayOfWeek
        return
            "'\(starred)' begins with *, so that both day fields are required: it runs \(phrase.daysOfMonth), but "
            + "only where they fall \(phrase.weekdays)."
    }

    // MARK: Days that not every month has

    private var missingDays: String? {
        guard !dayOfMonth.hasPrefix("*"), !phrase.isAnyDayOfMonth, let last = lastDay, last > 28 else { return nil }
        let without = values.months.filter { Self.longest($0) < last }.map { English.months[$0 - 1] }
        let isLeapDay = last == 29 && values.months.contains(2)
        guard !without.isEmpty || isLeapDay else { return nil }
        if isLeapDay { return "February has a day 29 in leap years only; L is the last day of every month." }
        return "\(English.list(without)) \(without.count == 1 ? "has" : "have") no day \(last); "
            + "L is the last day of every month."
    }

    private var lastDay: Int? { (values.daysOfMonth + values.nearestWeekdays).max() }

    private static func longest(_ month: Int) -> Int { month == 2 ? 29 : [4, 6, 9, 11].contains(month) ? 30 : 31 }

    private var fifthWeekdays: String? {
        guard let fifth = values.nthWeekdays.first(where: { $0.week == 5 }) else { return nil }
        let name = English.weekdays[fifth.weekday]
        return "Not every month has a fifth \(name); \(fifth.weekday)L is the last one of every month."
    }
}
