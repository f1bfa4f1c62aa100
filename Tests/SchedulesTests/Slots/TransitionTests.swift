import Clocks
import Schedules
import Testing

/// The worked examples of docs/SCHEDULES.md, and more of their kind.
@Suite("Where the clocks change")
struct TransitionTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let expression: String
        let zone: String
        /// In UTC.
        let from: String
        /// What the clocks show at the slots, and how far they are ahead of UTC then.
        let slots: [String]

        init(_ expression: String, _ zone: String, _ from: String, _ slots: [String]) {
            (self.expression, self.zone, self.from, self.slots) = (expression, zone, from, slots)
        }

        var testDescription: String { "'\(expression)' in \(zone)" }
    }

    private static let (spring, autumn) = ("2026-03-28T23:59:59", "2026-10-24T23:59:59")
    private static let (riga, lord) = ("Europe/Riga", "Australia/Lord_Howe")

    // MARK: F49

    @Test(
        "a fixed time that is jumped over comes right after the jump, and one that comes twice comes at the first",
        arguments: [
            Row("30 3 * * *", riga, spring, ["2026-03-29T04:00:00+3:00", "2026-03-30T03:30:00+3:00"]),
            Row("0,30 3 * * *", riga, spring, ["2026-03-29T04:00:00+3:00", "2026-03-30T03:00:00+3:00"]),
            Row("0 3,4 * * *", riga, spring, ["2026-03-29T04:00:00+3:00", "2026-03-30T03:00:00+3:00"]),
            Row("30 2 * * *", riga, spring, ["2026-03-29T02:30:00+2:00", "2026-03-30T02:30:00+3:00"]),
            Row("30 3 * * *", riga, autumn, ["2026-10-25T03:30:00+3:00", "2026-10-26T03:30:00+2:00"]),
            Row("0 3,4 * * *", riga, autumn, ["2026-10-25T03:00:00+3:00", "2026-10-25T04:00:00+2:00"]),
            Row("15 2 * * *", lord, "2026-10-03T13:30:00", ["2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"]),
            Row("45 1 * * *", lord, "2026-04-04T13:00:00", ["2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"]),
            Row(
                "0 12 * * *", "Pacific/Apia", "2011-12-29T20:00:00",
                ["2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00"]),
            Row("0 12 30 12 *", "Pacific/Apia", "2011-12-29T20:00:00", ["2011-12-31T00:00:00+14:00"]),
            // Midnight itself is left out.
            Row("0 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00", ["2026-04-24T01:00:00+3:00"]),
            Row("30 0 * * *", "America/Santiago", "2026-09-05T12:00:00", ["2026-09-06T01:00:00-3:00"]),
            Row("0 0 * * *", "America/Asuncion", "2023-09-30T12:00:00", ["2023-10-01T01:00:00-3:00"]),
            // The jump does not end on a minute.
            Row("0,30 0 * * *", "Africa/Monrovia", "1972-01-06T12:00:00", ["1972-01-07T00:44:30+0:00"]),
            // Behind every table.
            Row("30 3 * * *", riga, "2099-03-28T12:00:00", ["2099-03-29T04:00:00+3:00"]),
        ])
    func fixed(row: Row) throws { try check(row) }

    @Test(
        "elapsed time goes on",
        arguments: [
            Row(
                "*/30 * * * *", riga, spring,
                [
                    "2026-03-29T02:00:00+2:00", "2026-03-29T02:30:00+2:00", "2026-03-29T04:00:00+3:00",
                    "2026-03-29T04:30:00+3:00",
                ]),
            Row(
                "*/30 3 * * *", riga, autumn,
                [
                    "2026-10-25T03:00:00+3:00", "2026-10-25T03:30:00+3:00", "2026-10-25T03:00:00+2:00",
                    "2026-10-25T03:30:00+2:00", "2026-10-26T03:00:00+2:00",
                ]),
            Row(
                "0 * * * *", riga, autumn,
                ["2026-10-25T03:00:00+3:00", "2026-10-25T03:00:00+2:00", "2026-10-25T04:00:00+2:00"]),
            Row("*/30 3 * * *", riga, spring, ["2026-03-30T03:00:00+3:00"]),
            Row(
                "*/15 1 * * *", lord, "2026-04-04T13:59:59",
                [
                    "2026-04-05T01:00:00+11:00", "2026-04-05T01:15:00+11:00", "2026-04-05T01:30:00+11:00",
                    "2026-04-05T01:45:00+11:00", "2026-04-05T01:30:00+10:30", "2026-04-05T01:45:00+10:30",
                ]),
            Row(
                "0 * * * *", "Pacific/Apia", "2011-12-30T08:59:59",
                ["2011-12-29T23:00:00-10:00", "2011-12-31T00:00:00+14:00"]),
        ])
    func elapsed(row: Row) throws { try check(row) }

    private func check(_ row: Row) throws {
        let zone = try RecordedZone.rules(of: row.zone)
        let schedule = CalendarSchedule(try read(row.expression), in: zone)
        let slots = schedule.slots(after: try #require(Self.seconds(row.from)), row.slots.count)
        #expect(slots.map { Self.text($0, zone) } == row.slots)
    }

    /// Of `2026-03-29T00:00:00`, UTC.
    private static func seconds(_ text: String) -> Int64? {
        let numbers = text.split { !$0.isNumber }.compactMap { Int64($0) }
        guard numbers.count == 6 else { return nil }
        let days = CivilDate(year: numbers[0], month: numbers[1], day: numbers[2]).daysSince1970
        return days * 86_400 + numbers[3] * 3_600 + numbers[4] * 60 + numbers[5]
    }

    private static func text(_ instant: Int64, _ zone: ZoneRules) -> String {
        let offset = zone.offset(at: instant)
        let day = floorDivide(instant + offset, 86_400)
        let (date, time) = (CivilDate(daysSince1970: day), instant + offset - day * 86_400)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(two(time / 3_600)):\(two(time / 60 % 60)):\(two(time % 60))"
        let ahead = "\(offset < 0 ? "-" : "+")\(abs(offset) / 3_600):\(two(abs(offset) / 60 % 60))"
        return "\(date.year)-\(two(date.month))-\(two(date.day))T\(clock)\(ahead)"
    }

    @Test("the reason of a slot says what moved it")
    func reasons() throws {
        let zone = try RecordedZone.rules(of: Self.riga)
        func reason(_ text: String, _ from: String) throws -> CalendarSchedule.Reason {
            let schedule = CalendarSchedule(try read(text), in: zone)
            let from = WallInstant(seconds: try #require(Self.seconds(from)))
            return schedule.reason(for: try #require(schedule.next(after: from)))
        }
        let halfPastThree = try #require(Self.seconds("2026-03-29T03:30:00"))
        #expect(try reason("30 3 * * *", Self.spring) == .afterGap(halfPastThree))
        #expect(try reason("30 3,4 * * *", Self.spring) == .afterGap(halfPastThree))
        #expect(try reason("30 2 * * *", Self.spring) == .asNamed)
        #expect(try reason("0 3,4 * * *", Self.spring) == .asNamed)
        #expect(try reason("30 3 * * *", Self.autumn) == .firstOfTwo)
        #expect(try reason("30 2 * * *", Self.autumn) == .asNamed)
        #expect(try reason("30 4 * * *", Self.autumn) == .asNamed)
        #expect(try reason("*/30 3 * * *", Self.autumn) == .asNamed)
    }
}
