import Clocks
import Schedules
import Testing

@testable import struct Schedules.CronFields
@testable import struct Schedules.DayRule

@Suite("The day rule")
struct DayRuleTests {
    /// The days of a month, which begins on a weekday (0: Sunday).
    private func days(_ text: String, _ length: Int64, _ firstWeekday: Int64) throws -> [Int] {
        numbers(try read("0 0 \(text)").fields.days.days(length: length, firstWeekday: firstWeekday))
    }

    /// April 2026 has 30 days and begins on a Wednesday.
    @Test(
        "names these days of April 2026",
        arguments: [
            ("* * *", Array(1...30)), ("13 * *", [13]), ("31,30 * *", [30]), ("* * fri", [3, 10, 17, 24]),
            // Both restricted: either.
            ("13 * fri", [3, 10, 13, 17, 24]), ("1-3 * 1", [1, 2, 3, 6, 13, 20, 27]), ("31 * fri", [3, 10, 17, 24]),
            // One begins with a star: both.
            ("*/10 * fri", []), ("*/10 * tue", [21]), ("*/10 * wed", [1]), ("*/2 * mon", [13, 27]),
            ("13 * */2", []), ("14 * */2", [14]), ("*,13 * fri", [3, 10, 17, 24]), ("13 * *,fri", [13]),
            // The same without the star in front: either.
            ("13,* * fri", Array(1...30)), ("1-31/10 * fri", [1, 3, 10, 11, 17, 21, 24]),
            // From the end.
            ("L * *", [30]), ("l * *", [30]), ("L-1 * *", [29]), ("L-29 * *", [1]), ("L,L-2,5 * *", [5, 28, 30]),
            ("L * fri", [3, 10, 17, 24, 30]), ("L * */4", [30]),
            // The nearest weekday: the 4th, 11th, 18th and 25th are Saturdays.
            ("15W * *", [15]), ("18W * *", [17]), ("19w * *", [20]), ("4W,5W * *", [3, 6]), ("LW * *", [30]),
            // The 26th, a Sunday, and the 25th.
            ("L-4W * *", [27]), ("l-5w * *", [24]), ("L-4W,LW * *", [27, 30]),
            ("lw,1W * *", [1, 30]), ("31W,1 * *", [1]),
            // The nth and the last of a weekday: five Wednesdays and Thursdays, four of the others.
            ("* * fri#2", [10]), ("* * 5#1", [3]), ("* * wed#5", [29]), ("* * thu#5,fri#5", [30]), ("* * 0#1", [5]),
            ("* * 7#1", [5]), ("* * 5L", [24]), ("* * friL", [24]), ("* * WEDL", [29]), ("* * 7L", [26]),
            ("* * 0L", [26]),
            ("* * mon#1,monL", [6, 27]), ("* * mon,fri#2", [6, 10, 13, 20, 27]), ("13 * fri#2", [10, 13]),
            ("*/3 * fri#2", [10]), ("*/2 * fri#2", []),
        ] as [(String, [Int])])
    func april(text: String, expected: [Int]) throws { #expect(try days(text, 30, 3) == expected) }

    @Test(
        "moves a weekday within its month alone",
        arguments: [
            // Begins on a Saturday; ends on a Saturday, a Sunday, a Monday.
            ("1W", 29, 6, [3]), ("LW", 29, 6, [28]), ("LW", 30, 6, [28]), ("30W", 30, 6, [28]), ("LW", 31, 6, [31]),
            // Begins on a Sunday.
            ("1W", 31, 0, [2]), ("28W", 28, 0, [27]), ("29W", 29, 0, [27]), ("29W", 28, 0, []), ("29W", 30, 0, [30]),
        ] as [(String, Int64, Int64, [Int])])
    func weekday(text: String, length: Int64, firstWeekday: Int64, expected: [Int]) throws {
        #expect(try days("\(text) * *", length, firstWeekday) == expected)
    }

    /// The days of every form of month, day by day and word by word.
    @Test(
        "agrees with a plain count in every form of month",
        arguments: ["L", "L-3", "LW", "L-3W", "L-29W", "1W", "15W", "28W", "30W", "31W", "29", "*"],
        ["*", "fri", "7", "2#1", "sat#5", "3L", "*/2"])
    func plain(day: String, weekday: String) throws {
        for length in Int64(28)...31 {
            for first in Int64(0)..<7 {
                let month = PlainMonth(length: Int(length), firstWeekday: Int(first))
                let expected = (1...Int(length)).filter { number in
                    let (ofMonth, ofWeek) = (month.matches(number, day: day), month.matches(number, weekday: weekday))
                    return day.first == "*" || weekday.first == "*" ? ofMonth && ofWeek : ofMonth || ofWeek
                }
                #expect(try days("\(day) * \(weekday)", length, first) == expected, "\(length) days from \(first)")
            }
        }
    }
}

/// A month by the words of the manual, one day at a time.
private struct PlainMonth {
    let length: Int
    let firstWeekday: Int

    private func weekday(_ day: Int) -> Int { (firstWeekday + day - 1) % 7 }

    private func isWorkday(_ day: Int) -> Bool { (1...5).contains(weekday(day)) }

    /// The nearest workday; of two as near, none: Saturday has Friday and Sunday has Monday.
    private func nearest(_ day: Int) -> Int? {
        guard day <= length else { return nil }
        return (1...length).filter(isWorkday).min { abs($0 - day) < abs($1 - day) }
    }

    func matches(_ number: Int, day: String) -> Bool {
        switch day {
        case "*": return true
        case "L": return number == length
        case "LW": return number == (1...length).last(where: isWorkday)
        case _ where day.hasPrefix("L-") && day.hasSuffix("W"):
            let target = length - Int(day.dropFirst(2).dropLast())!
            return target >= 1 && number == nearest(target)
        case _ where day.hasPrefix("L-"): return number == length - Int(day.dropFirst(2))!
        case _ where day.hasSuffix("W"): return number == nearest(Int(day.dropLast())!)
        default: return number == Int(day)!
        }
    }

    func matches(_ number: Int, weekday text: String) -> Bool {
        let names = ["sun": 0, "fri": 5, "sat": 6, "7": 0]
        func value(_ name: some StringProtocol) -> Int { names[String(name)] ?? Int(name)! }
        switch text {
        case "*": return true
        case "*/2": return weekday(number) % 2 == 0
        case _ where text.contains("#"):
            let parts = text.split(separator: "#")
            return weekday(number) == value(parts[0]) && (number - 1) / 7 + 1 == Int(parts[1])!
        case _ where text.hasSuffix("L"): return weekday(number) == value(text.dropLast()) && number + 7 > length
        default: return weekday(number) == value(text)
        }
    }
}
