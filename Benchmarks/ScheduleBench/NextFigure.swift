import Clocks
import Schedules

/// How long it takes from one slot to the next, beside a search that looks at every minute.
struct NextFigure {
    private let schedule: CalendarSchedule
    private let isNamed: (Int64) -> Bool

    private static let start = WallInstant(seconds: 1_767_225_600)
    /// Back to the start behind it: nobody plans for longer.
    private static let end = WallInstant(seconds: 4_102_444_800)

    init(expression: String, zone: ZoneRules) throws {
        schedule = CalendarSchedule(try CronParser(entry: nil).parse(expression), in: zone)
        isNamed = expression == "*/5 * * * *" ? { Self.isFifthMinute($0) } : { Self.isLeapDay($0) }
    }

    func nanoseconds(calls: Int) -> Double {
        shortest {
            var instant = Self.start
            for _ in 0..<calls {
                guard let slot = schedule.next(after: instant) else { fatalError("no slot") }
                instant = slot < Self.end ? slot : Self.start
            }
        }.nanoseconds / Double(calls)
    }

    func nanosecondsBackwards(calls: Int) -> Double {
        shortest {
            var instant = Self.end
            for _ in 0..<calls {
                guard let slot = schedule.previous(before: instant) else { fatalError("no slot") }
                instant = Self.start < slot ? slot : Self.end
            }
        }.nanoseconds / Double(calls)
    }

    // MARK: By the minute

    var nanosecondsByMinutes: Double {
        let slots = 5
        return shortest {
            var second = Self.start.wholeSeconds
            for _ in 0..<slots { second = byMinutes(after: second) }
            precondition(second == slot(slots), "the searches disagree")
        }.nanoseconds / Double(slots)
    }

    private func slot(_ number: Int) -> Int64 {
        var instant = Self.start
        for _ in 0..<number { instant = schedule.next(after: instant) ?? instant }
        return instant.wholeSeconds
    }

    private func byMinutes(after second: Int64) -> Int64 {
        var minute = floorDivide(second, 60) + 1
        while !isNamed(minute * 60 + schedule.zone.offset(at: minute * 60)) { minute += 1 }
        return minute * 60
    }

    private static func isFifthMinute(_ local: Int64) -> Bool { floorDivide(local, 60) % 5 == 0 }

    private static func isLeapDay(_ local: Int64) -> Bool {
        let day = floorDivide(local, 86_400)
        let date = CivilDate(daysSince1970: day)
        return date.month == 2 && date.day == 29 && local - day * 86_400 < 60
    }
}
