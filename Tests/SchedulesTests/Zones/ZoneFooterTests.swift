import Clocks
import Schedules
import Testing

@testable import struct Schedules.ZoneFooter

@Suite("The footer of a zone file")
struct ZoneFooterTests {
    private func offset(_ text: String, _ year: Int64, _ month: Int64, _ day: Int64, _ hour: Int64) throws -> Int64 {
        let footer = try #require(ZoneFooter(Array(text.utf8)))
        let midnight = CivilDate(year: year, month: month, day: day).daysSince1970 * 86_400
        return footer.segment(at: midnight + hour * 3_600).offset
    }

    @Test(
        "gives the offset at every hour of UTC",
        arguments: [
            ("UTC0", 2030, 7, 1, 0, 0), ("<+0545>-5:45", 2030, 7, 1, 0, 20_700),
            ("<-0330>3:30:15", 2030, 7, 1, 0, -12_615),
            // Without times: at two o'clock, by an hour.
            ("EST5EDT,M3.2.0,M11.1.0", 2026, 3, 8, 6, -18_000), ("EST5EDT,M3.2.0,M11.1.0", 2026, 3, 8, 7, -14_400),
            ("EST5EDT,M3.2.0,M11.1.0", 2026, 11, 1, 5, -14_400), ("EST5EDT,M3.2.0,M11.1.0", 2026, 11, 1, 6, -18_000),
            // The south has its summer over New Year.
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 2030, 1, 1, 0, 39_600),
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 2030, 7, 1, 0, 37_800),
            // Standard time in summer, and less in winter.
            ("IST-1GMT0,M10.5.0,M3.5.0/1", 2030, 7, 1, 0, 3_600), ("IST-1GMT0,M10.5.0,M3.5.0/1", 2030, 1, 1, 0, 0),
            // Times before the day and long after it.
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2026, 3, 29, 0, -7_200),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2026, 3, 29, 1, -3_600),
            ("EET-2EEST,M3.4.4/50,M10.4.4/50", 2026, 3, 27, 23, 7_200),
            ("EET-2EEST,M3.4.4/50,M10.4.4/50", 2026, 3, 28, 0, 10_800),
            // Days of the year, with and without the leap day: day 60 is March 1.
            ("AAA0BBB,J60/0,J300/0", 2028, 2, 29, 23, 0), ("AAA0BBB,J60/0,J300/0", 2028, 3, 1, 0, 3_600),
            ("AAA0BBB,59/0,300/0", 2028, 2, 29, 0, 3_600), ("AAA0BBB,59/0,300/0", 2027, 2, 28, 23, 0),
            // Daylight-saving time all the year.
            ("EST5EDT,0/0,J365/25", 2030, 1, 1, 4, -14_400), ("EST5EDT,0/0,J365/25", 2030, 1, 1, 5, -14_400),
            ("EST5EDT,0/0,J365/25", 2030, 7, 1, 0, -14_400), ("EST5EDT,0/0,J365/25", 2029, 12, 31, 23, -14_400),
            // A change at New Year itself, on the other side of it in UTC.
            ("AAA-5BBB,J1/0,J100/0", 2029, 12, 31, 18, 18_000), ("AAA-5BBB,J1/0,J100/0", 2029, 12, 31, 19, 21_600),
        ] as [(String, Int64, Int64, Int64, Int64, Int64)])
    func offsets(text: String, year: Int64, month: Int64, day: Int64, hour: Int64, offset: Int64) throws {
        #expect(try self.offset(text, year, month, day, hour) == offset)
    }

    @Test(
        "is refused unless it is a rule",
        arguments: [
            "", "EET", "E-2", "EET-25", "EET-2:60", "EET-2EEST", "EET-2EEST,M3.5.0/3", "EET-2EEST,M3.5.0/3,M10.5.0/4,",
            "EET-2EEST,M13.5.0,M10.5.0", "EET-2EEST,M3.6.0,M10.5.0", "EET-2EEST,M3.0.0,M10.5.0",
            "EET-2EEST,M3.5.7,M10.5.0",
            "EET-2EEST,J0,J100", "EET-2EEST,J366,J100", "EET-2EEST,366,100", "EET-2EEST,M3.5.0/168,M10.5.0", "<+03-3",
            "EET-2 ", "EET-2EEST,M3.5.0/,M10.5.0", "EET--2", "EET99999999999999999999",
        ])
    func refused(text: String) { #expect(ZoneFooter(Array(text.utf8)) == nil) }
}
