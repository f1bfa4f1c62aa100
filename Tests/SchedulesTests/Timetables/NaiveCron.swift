import Clocks
import Schedules

/// A cron expression beside what it means in plain words: whether a civil time, shown by clocks, is one of its times.
struct NaiveCron: CustomStringConvertible, Sendable {
    struct Time {
        let year, month, day, hour, minute, weekday: Int64

        /// `shown`: in seconds since 1970-01-01T00:00:00 of the civil time.
        init(_ shown: Int64) {
            let civil = CivilTime(WallInstant(seconds: shown))
            (year, month, day) = (civil.year, civil.month, civil.day)
            (hour, minute) = (civil.hour, civil.minute)
            // A Thursday and a whole number of weeks before anything here.
            weekday = ((shown + 520_000 * 7 * 86_400) / 86_400 + 4) % 7
        }

        var isLastDay: Bool {
            let lengths: [Int64] = [31, year % 4 == 0 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            return day == lengths[Int(month) - 1]
        }
    }

    let text: String
    /// Names moments of the day, as opposed to the passing of time.
    let isFixed: Bool
    let fits: @Sendable (Time) -> Bool

    var description: String { text }

    static let all = [
        NaiveCron(text: "* * * * *", isFixed: false) { _ in true },
        NaiveCron(text: "*/15 * * * *", isFixed: false) { $0.minute % 15 == 0 },
        NaiveCron(text: "5 */2 * * *", isFixed: false) { $0.minute == 5 && $0.hour % 2 == 0 },
        NaiveCron(text: "0 0 * * *", isFixed: true) { $0.hour == 0 && $0.minute == 0 },
        NaiveCron(text: "30 2 * * *", isFixed: true) { $0.hour == 2 && $0.minute == 30 },
        NaiveCron(text: "0-59/20 0-4,23 * * *", isFixed: true) {
            $0.minute % 20 == 0 && ($0.hour <= 4 || $0.hour == 23)
        },
        NaiveCron(text: "15 3 1,29 * 5", isFixed: true) {
            $0.hour == 3 && $0.minute == 15 && ([1, 29].contains($0.day) || $0.weekday == 5)
        },
        NaiveCron(text: "0 12 */2 * mon", isFixed: true) {
            $0.hour == 12 && $0.minute == 0 && $0.day % 2 == 1 && $0.weekday == 1
        },
        NaiveCron(text: "0 1 L * *", isFixed: true) { $0.hour == 1 && $0.minute == 0 && $0.isLastDay },
        NaiveCron(text: "45 23 * * 7#1", isFixed: true) {
            $0.hour == 23 && $0.minute == 45 && $0.weekday == 0 && $0.day <= 7
        },
        NaiveCron(text: "0 0 30 12 *", isFixed: true) {
            $0.hour == 0 && $0.minute == 0 && $0.day == 30 && $0.month == 12
        },
    ]

    func schedule(in zone: ZoneRules) throws -> CalendarSchedule {
        CalendarSchedule(try CronParser(entry: nil).parse(text), in: zone)
    }

    /// Its slots in a window, by going through every minute of it.
    func slots(in window: ZoneWindow) throws -> [SlotInstant] {
        var slots: [SlotInstant] = []
        try window.minutes { instant, shown, latest in
            let isSlot: Bool
            if !isFixed {
                isSlot = fits(Time(shown))
            } else if shown <= latest {
                // For the second time.
                isSlot = false
            } else {
                // What was skipped comes at once.
                isSlot = stride(from: shown, to: latest, by: -60).contains { fits(Time($0)) }
            }
            if isSlot { slots.append(SlotInstant(nanoseconds: instant * 1_000_000_000)) }
        }
        return slots
    }
}
