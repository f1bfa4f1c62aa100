package import Clocks
package import Crontabs
package import Schedules
import Values

/// A schedule in a sentence, and what may surprise about it.
package struct Explanation: Hashable, Sendable {
    package let sentence: String
    package let notes: [String]

    package init(_ schedule: WrittenSchedule, in zone: ZoneRules? = nil, from: WallInstant? = nil) {
        switch schedule {
        case .atBoot: self.init("Once, when the machine is started.")
        case .every(let interval):
            self.init(
                "Every \(DurationText.format(interval)), counted from when the job was first started with it.",
                ["It goes by elapsed time; changes of the clocks do not matter."])
        case .calendar(let expression): self.init(expression, changesClocks: Self.changesClocks(zone, from))
        }
    }

    /// An interval that begins anew at each midnight of a zone.
    init(alignedInterval interval: Nanoseconds) {
        self.init("Every \(DurationText.format(interval)), counted from each midnight.")
    }

    private init(_ sentence: String, _ notes: [String] = []) { (self.sentence, self.notes) = (sentence, notes) }

    /// Whether the clocks of the zone change within two years; of any zone, if none is given.
    private static func changesClocks(_ zone: ZoneRules?, _ from: WallInstant?) -> Bool {
        guard let zone, let from else { return true }
        return zone.segment(at: from.wholeSeconds).end < from.wholeSeconds + 2 * 366 * 86_400
    }

    private init(_ expression: CronExpression, changesClocks: Bool) {
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
            DayNotes(expression).notes + StepNotes(expression).notes
                + (changesClocks ? ClockNotes(expression).notes : [])
                + HashNotes(expression).notes)
    }

    /// With the slots that come next, in a zone.
    package func json(of text: String, _ next: SlotReport?) -> String {
        var pairs: [(String, Value)] = [
            ("schedule", .string(text)), ("sentence", .string(sentence)), ("notes", .list(notes.map { .string($0) })),
        ]
        if let next { pairs += [("timezone", .string(next.zoneName)), ("next", next.moments)] }
        return JSONCoding.output(.object(pairs)) + "\n"
    }

    package var text: String { sentence + "\n" + notes.map { "  - \($0)\n" }.joined() }
}
