import Schedules

/// Steps that do not divide what they go round in, so that the gap at its end is another one.
struct StepNotes {
    private struct Circle {
        let noun: String
        let size: Int
        let word: String
        let values: [Int]
    }

    private let circles: [Circle]

    init(_ expression: CronExpression) {
        let (values, words) = (expression.values, expression.words)
        let minute = words.count - 5
        var circles = [
            Circle(noun: "minute", size: 60, word: words[minute], values: values.minutes),
            Circle(noun: "hour", size: 24, word: words[minute + 1], values: values.hours),
            Circle(noun: "day", size: 31, word: words[minute + 2], values: values.daysOfMonth),
            Circle(noun: "month", size: 12, word: words[minute + 3], values: values.months),
            Circle(noun: "weekday", size: 7, word: words[minute + 4], values: values.weekdays),
        ]
        if minute == 1 { circles.append(Circle(noun: "second", size: 60, word: words[0], values: values.seconds)) }
        self.circles = circles
    }

    var notes: [String] { circles.compactMap(Self.note) }

    private static func note(_ circle: Circle) -> String? {
        guard let step = step(circle.word), let first = circle.values.first, let last = circle.values.last else {
            return nil
        }
        let head = "'\(circle.word)' does not divide evenly"
        if circle.noun == "day" { return dayNote(head, first, last, step) }
        let gap = circle.size - last + first
        guard gap != step else { return nil }
        let noun = circle.noun == "weekday" ? "day" : circle.noun
        return "\(head): from \(name(last, circle)) to \(name(first, circle)) it is \(English.count(gap, noun)), not "
            + "\(step)."
    }

    /// Months differ in length, so that the gap does.
    private static func dayNote(_ head: String, _ first: Int, _ last: Int, _ step: Int) -> String {
        let gaps = Set(
            [28, 29, 30, 31].map { length in
                // The last of the days that a month of this length has.
                let inMonth = stride(from: first, through: min(last, length), by: step).max() ?? first
                return length - inMonth + first
            })
        guard let shortest = gaps.min(), let longest = gaps.max() else { return head }
        let span = shortest == longest ? English.count(shortest, "day") : "from \(shortest) to \(longest) days"
        return "\(head): at the end of a month the gap is \(span), not \(step)."
    }

    private static func name(_ value: Int, _ circle: Circle) -> String {
        switch circle.noun {
        case "month": English.months[value - 1]
        case "weekday": English.weekdays[value]
        default: "\(circle.noun) \(value)"
        }
    }

    /// Of a field that goes all round: `*/7`, `3/7`, `H/7`. `nil`: a step within a range is meant to end there.
    private static func step(_ word: String) -> Int? {
        let parts = word.split(separator: "/")
        guard parts.count == 2, !word.contains(","), !parts[0].contains("-"), let step = Int(parts[1]), step > 1 else {
            return nil
        }
        return step
    }
}
