import Clocks
import Testing

@Suite("A moment of civil time")
struct CivilTimeTests {
    private func text(_ seconds: Int64, _ nanoseconds: Int64 = 0) -> String {
        CivilTime(WallInstant(nanoseconds: seconds * 1_000_000_000 + nanoseconds)).millisecondsText
    }

    // As `date -u -d @SECONDS` has them.
    @Test(
        "is written as in RFC 3339",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:01.000Z"), (86_399, "1970-01-01T23:59:59.000Z"),
            (86_400, "1970-01-02T00:00:00.000Z"), (951_782_400, "2000-02-29T00:00:00.000Z"),
            (951_868_800, "2000-03-01T00:00:00.000Z"), (1_709_164_800, "2024-02-29T00:00:00.000Z"),
            (1_767_225_599, "2025-12-31T23:59:59.000Z"), (2_147_483_647, "2038-01-19T03:14:07.000Z"),
            (2_147_483_648, "2038-01-19T03:14:08.000Z"), (4_107_455_999, "2100-02-27T23:59:59.000Z"),
            (4_107_542_399, "2100-02-28T23:59:59.000Z"), (4_107_542_400, "2100-03-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.000Z"), (-86_400, "1969-12-31T00:00:00.000Z"),
            (-86_401, "1969-12-30T23:59:59.000Z"), (-2_203_891_200, "1900-03-01T00:00:00.000Z"),
            (-2_203_891_201, "1900-02-28T23:59:59.000Z"), (-5_364_662_400, "1800-01-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func rfc3339(seconds: Int64, expected: String) {
        #expect(text(seconds) == expected)
    }

    @Test(
        "has its fraction cut, not rounded",
        arguments: [
            (0, "00.000Z"), (999_999, "00.000Z"), (1_000_000, "00.001Z"), (50_000_000, "00.050Z"),
            (999_999_999, "00.999Z"), (1_000_000_000, "01.000Z"),
        ] as [(Int64, String)])
    func fraction(nanoseconds: Int64, expected: String) {
        #expect(text(0, nanoseconds) == "1970-01-01T00:00:\(expected)")
    }

    @Test("before 1970 counts its fraction forwards")
    func negativeFraction() {
        #expect(text(0, -1) == "1969-12-31T23:59:59.999Z")
        #expect(text(-1, -999_000_000) == "1969-12-31T23:59:58.001Z")
    }

    @Test("reaches from the first to the last instant that there is")
    func ends() {
        #expect(CivilTime(WallInstant(nanoseconds: .max)).millisecondsText == "2262-04-11T23:47:16.854Z")
        #expect(CivilTime(WallInstant(nanoseconds: .min)).millisecondsText == "1677-09-21T00:12:43.145Z")
        #expect(CivilTime(WallInstant(nanoseconds: .min)).nanosecond == 145_224_192)
    }

    @Test("has other forms: to the second, and for file names")
    func forms() {
        let time = CivilTime(WallInstant(nanoseconds: 1_795_399_445_123_456_789))
        #expect(time.secondsText == "2026-11-23T02:04:05")
        #expect(time.compact == "20261123T020405Z")
        #expect(time.nanosecond == 123_456_789)
    }

    @Test("follows the calendar day by day from 1678 to 2261")
    func calendar() {
        // 1678-01-01 is day -106,650.
        var (year, month, day) = (Int64(1_678), Int64(1), Int64(1))
        for index in Int64(-106_650)..<106_650 {
            let time = CivilTime(WallInstant(nanoseconds: index * 86_400 * 1_000_000_000))
            guard (time.year, time.month, time.day) == (year, month, day) else {
                Issue.record("day \(index): \(time.secondsText), expected \(year)-\(month)-\(day)")
                return
            }
            day += 1
            if day > Self.days(month, year) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }

    private static func days(_ month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
