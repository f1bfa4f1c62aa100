import Clocks
import Schedules
import TestSupport
import Testing

@Suite("An interval aligned to midnight")
struct AlignedIntervalTests {
    /// The slots after the first moment and up to the other, in the zone's own time.
    private func slots(_ interval: Nanoseconds, _ name: String, _ after: String, _ through: String) throws -> [String] {
        let rules = try zone(name)
        let aligned = AlignedInterval(interval, in: rules)
        var slots: [String] = []
        var slot = aligned.next(after: wall(after))
        while slot < wall(through) + Nanoseconds(1) {
            slots.append(CivilText.text(slot, offset: rules.offset(at: slot.wholeSeconds)))
            slot = aligned.next(after: slot)
        }
        #expect(aligned.count(after: wall(after), through: wall(through)) == Int64(slots.count))
        return slots
    }

    @Test("that does not divide the day begins anew at each midnight")
    func shortRest() throws {
        #expect(
            try slots(.seconds(7 * 3_600), "UTC", "2026-01-01T12:00:00Z", "2026-01-02T07:00:00Z") == [
                "2026-01-01T14:00:00+00:00", "2026-01-01T21:00:00+00:00", "2026-01-02T00:00:00+00:00",
                "2026-01-02T07:00:00+00:00",
            ])
    }

    @Test("goes on by real time through a day of 23 and of 25 hours")
    func riga() throws {
        #expect(
            try slots(.seconds(6 * 3_600), "Europe/Riga", "2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z") == [
                "2026-03-29T07:00:00+03:00", "2026-03-29T13:00:00+03:00", "2026-03-29T19:00:00+03:00",
                "2026-03-30T00:00:00+03:00",
            ])
        #expect(
            try slots(.seconds(6 * 3_600), "Europe/Riga", "2026-10-24T21:00:00Z", "2026-10-25T22:00:00Z") == [
                "2026-10-25T05:00:00+02:00", "2026-10-25T11:00:00+02:00", "2026-10-25T17:00:00+02:00",
                "2026-10-25T23:00:00+02:00", "2026-10-26T00:00:00+02:00",
            ])
    }

    @Test("has as many hours as the day")
    func hours() throws {
        let riga = AlignedInterval(.seconds(3_600), in: try zone("Europe/Riga"))
        for (day, next, count) in [
            ("2026-03-29T00:00:00+02:00", "2026-03-30T00:00:00+03:00", 23),
            ("2026-10-25T00:00:00+03:00", "2026-10-26T00:00:00+02:00", 25),
            ("2026-05-01T00:00:00+03:00", "2026-05-02T00:00:00+03:00", 24),
        ] as [(String, String, Int64)] {
            #expect(riga.count(after: wall(day), through: wall(next)) == count, "\(day)")
        }
    }

    @Test("begins the day at the jump where there is no midnight")
    func gapAtMidnight() throws {
        #expect(
            try slots(.seconds(12 * 3_600), "America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-05T02:00:00Z") == [
                "2018-11-03T12:00:00-03:00", "2018-11-04T01:00:00-02:00", "2018-11-04T13:00:00-02:00",
                "2018-11-05T00:00:00-02:00",
            ])
    }

    @Test("has one long day where the clocks go back to the day before")
    func foldAtMidnight() throws {
        #expect(
            try slots(.seconds(12 * 3_600), "America/Sao_Paulo", "2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z") == [
                "2018-02-17T12:00:00-02:00", "2018-02-17T23:00:00-03:00", "2018-02-18T00:00:00-03:00",
            ])
        // The new day has begun when they go back, at a minute past midnight, and does not begin again.
        #expect(
            try slots(.seconds(12 * 3_600), "America/St_Johns", "2010-11-06T15:00:00Z", "2010-11-07T15:30:00Z") == [
                "2010-11-07T00:00:00-02:30", "2010-11-07T11:00:00-03:30",
            ])
    }

    @Test("has a day that the calendar left out nowhere")
    func leftOut() throws {
        #expect(
            try slots(.seconds(86_400), "Pacific/Apia", "2011-12-28T12:00:00Z", "2012-01-01T00:00:00Z") == [
                "2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00", "2012-01-01T00:00:00+14:00",
            ])
    }

    @Test("may be a day at the most, and every nanosecond at the least")
    func lengths() {
        let start = wall("2026-01-01T00:00:00Z")
        #expect(AlignedInterval(.seconds(86_400), in: .utc).next(after: start) == wall("2026-01-02T00:00:00Z"))
        #expect(AlignedInterval(Nanoseconds(1), in: .utc).next(after: start) == start + Nanoseconds(1))
        #expect(AlignedInterval.longest == .seconds(86_400))
    }
}
