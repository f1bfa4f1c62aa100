import Schedules

/// What becomes of an expression when the clocks change.
struct ClockNotes {
    private let expression: CronExpression
    private let values: CronValues

    /// Nearly all changes of clocks fall into these hours of the local time, most of them into the third.
    private static let typicalHours = 0...3

    init(_ expression: CronExpression) { (self.expression, values) = (expression, expression.values) }

    var notes: [String] {
        guard values.hours.contains(where: Self.typicalHours.contains) else { return [] }
        if expression.hasFixedTimes { return [fixed] }
        return [values.hours.count == 24 ? elapsedAllDay : elapsedInHours]
    }

    private var fixed: String {
        "Fixed times, some in hours in which clocks change: one that the clocks skip comes once, right after the jump; "
            + "one that they show twice comes once, at the first."
    }

    private var elapsedAllDay: String {
        "The minute or the hour begins with *, so that it goes by elapsed time: in an hour that the clocks show twice it has its "
            + "slots twice, and none in an hour that they skip."
    }

    private var elapsedInHours: String {
        elapsedAllDay + " Where a day lacks all of its hours, it does not run on that day."
    }
}
