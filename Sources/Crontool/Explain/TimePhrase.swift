import Schedules

/// The time of day of an expression in words.
struct TimePhrase {
    private let seconds: [Int]
    private let minutes: [Int]
    private let hours: [Int]

    init(_ values: CronValues) { (seconds, minutes, hours) = (values.seconds, values.minutes, values.hours) }

    private static let mostClockTimes = 6

    /// It names moments of the day and no span.
    var isAtClockTimes: Bool {
        hours.count < 24 && seconds.count * minutes.count * hours.count <= Self.mostClockTimes
    }

    /// `at 02:30`, `every 5 minutes from 09:00 to 17:55`.
    var text: String {
        if isAtClockTimes { return "at \(clockTimes)" }
        guard seconds == [0] else { return secondsText }
        if minutes.count == 1 { return hourly(minutes[0]) }
        if let every = every(minutes, of: 60, "minute") { return every + window }
        return "at \(English.numbered("minute", minutes)) \(ofHours)"
    }

    // MARK: Clock times

    private var clockTimes: String {
        English.list(
            hours.flatMap { hour in
                minutes.flatMap { minute in seconds.map { Self.clock(hour, minute, $0, shown: seconds != [0]) } }
            })
    }

    private static func clock(_ hour: Int, _ minute: Int, _ second: Int = 0, shown: Bool = false) -> String {
        "\(two(hour)):\(two(minute))" + (shown ? ":\(two(second))" : "")
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    // MARK: Spans

    /// `every hour from 09:30 to 17:30`.
    private func hourly(_ minute: Int) -> String {
        if hours.count == 24 { return minute == 0 ? "every hour, on the hour" : "every hour at minute \(minute)" }
        guard let step = English.step(of: hours) else { return "at minute \(minute) \(ofHours)" }
        let span = "from \(Self.clock(hours[0], minute)) to \(Self.clock(hours[hours.count - 1], minute))"
        return step == 1 ? "every hour \(span)" : "every \(step) hours \(span)"
    }

    /// `every 5 minutes`, if they go round evenly.
    private func every(_ numbers: [Int], of size: Int, _ noun: String) -> String? {
        guard let step = English.step(of: numbers), step * numbers.count == size else { return nil }
        if step == 1 { return "every \(noun)" }
        return "every \(step) \(noun)s" + (numbers[0] == 0 ? "" : " beginning with \(noun) \(numbers[0])")
    }

    /// ` from 09:00 to 17:55`; nothing, if all day.
    private var window: String {
        if hours.count == 24 { return "" }
        guard hours.count == 1 || English.isRange(hours) else { return " \(ofHours)" }
        let (first, last) = (hours[0], hours[hours.count - 1])
        return " from \(Self.clock(first, minutes[0])) to \(Self.clock(last, minutes[minutes.count - 1]))"
    }

    private var ofHours: String {
        if hours.count == 24 { return "of every hour" }
        if hours.count == 1 { return "of hour \(hours[0])" }
        return English.isRange(hours)
            ? "of the hours from \(hours[0]) to \(hours[hours.count - 1])" : "of the hours \(English.numbers(hours))"
    }

    private var secondsText: String {
        let times =
            every(seconds, of: 60, "second") ?? "at \(English.numbered("second", seconds)) of the minute"
        if minutes.count == 60 { return times + (hours.count == 24 ? "" : ", in any minute \(ofHours)") }
        return "\(times), in \(English.numbered("minute", minutes)) \(ofHours)"
    }
}
