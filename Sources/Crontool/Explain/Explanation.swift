import Clocks
import Schedules
import Values

/// A schedule in a sentence, and what may surprise about it.
package struct Explanation: Hashable, Sendable {
    package let sentence: String
    package let notes: [String]

    package init(_ schedule: WrittenSchedule) {
        switch schedule {
        case .atStart: self.init("Once, when the machine is started.")
        case .every(let interval):
            self.init(
                "Every \(DurationText.format(interval)), counted from the start of the job.",
                ["It goes by elapsed time; changes of the clocks do not matter."])
        case .calendar(let expression): self.init(expression)
        }
    }

    /// An interval that begins anew at each midnight of a zone.
    init(alignedInterval interval: Nanoseconds) {
        self.init("Every \(DurationText.format(interval)), counted from each midnight.")
    }

    private init(_ sentence: String, _ notes: [String] = []) { (self.sentence, self.notes) = (sentence, notes) }

    private init(_ expression: CronExpression) {
        let values = expression.values
        let (time, day) = (TimePhrase(values), DayPhrase(values))
        var parts = [time.text]
        if !day.text.isEmpty { parts.append(day.text) }
        if day.text.isEmpty, time.isAtClockTimes { parts.append("every day") }
        if !day.months.isEmpty {
            parts[parts.count - 1] += ","
            parts.append(day.months)
        }
        let text = parts.joined(separator: " ") + "."
        self.init(
            text.prefix(1).uppercased() + text.dropFirst(),
            DayNotes(expression).notes + StepNotes(expression).notes + ClockNotes(expression).notes
                + HashNotes(expression).notes)
    }

    package var text: String { sentence + "\n" + notes.map { "  - \($0)\n" }.joined() }
}
