import Clocks
import Testing

@Suite("A day of the calendar")
struct CivilDateTests {
    // As `date -u -d 'YEAR-MONTH-DAY' +%s,%w` has them; those before 1900 as the proleptic Gregorian calendar has them.
    @Test(
        "has its number since 1970 and its weekday",
        arguments: [
            (1970, 1, 1, 0, 4), (1969, 12, 31, -1, 3), (1970, 1, 4, 3, 0), (2000, 1, 1, 10_957, 6),
            (2000, 2, 29, 11_016, 2), (2000, 3, 1, 11_017, 3), (2024, 2, 29, 19_782, 4), (2026, 3, 29, 20_541, 0),
            (2026, 12, 31, 20_818, 4), (2100, 2, 28, 47_540, 0), (2100, 3, 1, 47_541, 1), (1900, 2, 28, -25_509, 3),
            (1900, 3, 1, -25_508, 4), (1600, 2, 29, -135_081, 2), (1582, 10, 15, -141_427, 5),
            (0, 3, 1, -719_468, 3), (2262, 4, 11, 106_751, 5),
        ] as [(Int64, Int64, Int64, Int64, Int64)])
    func known(year: Int64, month: Int64, day: Int64, days: Int64, weekday: Int64) {
        let date = CivilDate(year: year, month: month, day: day)
        #expect(date.daysSince1970 == days)
        #expect(CivilDate(daysSince1970: days) == date)
        #expect(CivilDate.weekday(daysSince1970: days) == weekday)
    }

    @Test("follows the one before, through all leap years of 800 years")
    func sequence() {
        var date = CivilDate(daysSince1970: -150_000)
        for days in Int64(-149_999)...150_000 {
            let next = CivilDate(daysSince1970: days)
            let isLast = date.day == CivilDate.length(ofMonth: date.month, in: date.year)
            let expected =
                isLast
                ? CivilDate(
                    year: date.month == 12 ? date.year + 1 : date.year, month: date.month % 12 + 1, day: 1)
                : CivilDate(year: date.year, month: date.month, day: date.day + 1)
            guard next == expected, next.daysSince1970 == days else {
                Issue.record("day \(days): \(next), expected \(expected)")
                return
            }
            date = next
        }
    }

    @Test(
        "is the 29th of February in a leap year alone",
        arguments: [(2024, true), (2026, false), (2000, true), (1900, false), (2100, false), (2400, true), (0, true)])
    func leap(year: Int64, isLeap: Bool) {
        #expect(CivilDate.isLeap(year) == isLeap)
        #expect(CivilDate.length(ofMonth: 2, in: year) == (isLeap ? 29 : 28))
    }

    @Test("is one of 30 or 31 of any other month")
    func lengths() {
        let lengths = (Int64(1)...12).map { CivilDate.length(ofMonth: $0, in: 2026) }
        #expect(lengths == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    }

    @Test("is found by a division that rounds down")
    func division() {
        for (dividend, quotient) in [(7, 2), (6, 2), (0, 0), (-1, -1), (-3, -1), (-4, -2)] as [(Int64, Int64)] {
            #expect(floorDivide(dividend, 3) == quotient, "\(dividend)")
        }
    }
}
