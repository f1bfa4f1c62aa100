import Clocks
import Host
import Schedules
import Testing

@testable import Crontool

@Suite("A report of slots")
struct SlotReportTests {
    private func report(
        _ text: String, _ zoneName: String, _ from: String, _ count: Int, _ direction: SlotSearch.Direction = .next
    ) throws -> SlotReport {
        let zone = try zones.zone(zoneName)
        let schedule = try SlotInput.schedule(text, entry: nil, hasSeconds: false, direction)
        let from = try SlotInput.from(from)
        return SlotReport(
            text, SlotSearch(schedule, in: zone.rules, from: from, count: count, direction), zone: zone)
    }

    @Test("names the time that the clocks skipped")
    func gap() throws {
        #expect(
            try report("30 3 * * *", "Europe/Riga", "2026-03-28T00:00:00Z", 3).table == """
                Sat  2026-03-28T03:30:00+02:00  2026-03-28T01:30:00Z
                Sun  2026-03-29T04:00:00+03:00  2026-03-29T01:00:00Z  03:30 is skipped by the clocks; right after the jump
                Mon  2026-03-30T03:30:00+03:00  2026-03-30T00:30:00Z

                """)
    }

    @Test("names the day too, where the clocks skip into another")
    func skippedDay() throws {
        let table = try report("0 12 * * *", "Pacific/Apia", "2011-12-30T00:00:00Z", 1).table
        #expect(table.hasSuffix("  2011-12-30 12:00 is skipped by the clocks; right after the jump\n"))
    }

    @Test("names the time that the clocks show twice")
    func overlap() throws {
        #expect(
            try report("30 3 * * *", "Europe/Riga", "2026-10-25T12:00:00Z", 1, .previous).table
                == "Sun  2026-10-25T03:30:00+03:00  2026-10-25T00:30:00Z  03:30 comes twice; at the first of the two\n")
    }

    @Test(
        "says how far off a slot is, in its two largest units",
        arguments: [
            ("1970-01-01T00:00:00Z", "2262-01-01T00:00:00Z", "in 106651d"),
            ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "in 1s"),
            ("2026-01-01T00:00:00Z", "2026-01-03T04:05:06Z", "in 2d4h"),
            ("2026-01-01T00:00:00Z", "2026-01-01T03:12:59Z", "in 3h12m"),
            ("2026-01-01T00:00:00Z", "2026-01-01T03:00:59Z", "in 3h"),
            ("2026-01-01T00:00:00.9Z", "2026-01-01T00:00:00Z", "now"),
            ("2026-01-01T00:05:30Z", "2026-01-01T00:00:00Z", "5m30s ago"),
            ("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", "1d ago"),
        ])
    func distance(now: String, slot: String, text: String) throws {
        #expect(SlotText.distance(from: try SlotInput.from(now), to: try SlotInput.from(slot)) == text)
    }

    @Test("has it beside the slot, if it is asked from now on")
    func now() throws {
        let (zone, from) = (try zones.zone("Europe/Riga"), try SlotInput.from("2026-12-31T21:00:00Z"))
        let schedule = try SlotInput.schedule("0 0 1 1 *", entry: nil, hasSeconds: false, .next)
        let report = SlotReport(
            "0 0 1 1 *", SlotSearch(schedule, in: zone.rules, from: from, count: 1), zone: zone, now: from)
        // The first of January is a Friday in Riga, and Thursday in UTC.
        #expect(report.table == "Fri  2027-01-01T00:00:00+02:00  2026-12-31T22:00:00Z  in 1h\n")
    }

    @Test(
        "wants a moment, and says how to make one of a day",
        arguments: [
            ("2026-01-01", "from: '2026-01-01' is a day; expected a moment of it, such as 2026-01-01T00:00:00Z"),
            (
                "2026-01-01T00:00:00",
                "from: '2026-01-01T00:00:00' has no offset; expected one after it, such as 2026-01-01T00:00:00Z or "
                    + "2026-01-01T00:00:00+02:00"
            ),
            ("2026-02-30", "from: '2026-02-30' is no moment; expected one such as"),
        ])
    func moments(text: String, message: String) {
        let failure = #expect(throws: InputFailure.self) { try SlotInput.from(text) }
        #expect(failure?.description.hasPrefix(message) == true)
    }

    @Test("gives no reason where none is needed")
    func elapsed() throws {
        let table = try report("*/30 * * * *", "Europe/Riga", "2026-03-29T00:30:00Z", 3).table
        #expect(!table.contains("clocks"))
    }

    @Test("says so where there are no slots")
    func none() throws {
        #expect(try report("@reboot", "UTC", "2026-01-01T00:00:00Z", 3).table == "at boot; no slots\n")
        #expect(try report("0 0 1 1 *", "UTC", "2262-02-01T00:00:00Z", 3).table == "no slots\n")
    }

    @Test("in JSON has the slots, and each with its reason")
    func json() throws {
        #expect(
            try report("30 3 * * *", "Europe/Riga", "2026-03-29T00:00:00Z", 2).json
                == #"{"schedule":"30 3 * * *","timezone":"Europe/Riga","from":"2026-03-29T00:00:00Z","#
                + #""next":["2026-03-29T01:00:00Z","2026-03-30T00:30:00Z"],"slots":["#
                + #"{"utc":"2026-03-29T01:00:00Z","local":"2026-03-29T04:00:00+03:00","reason":"gap","#
                + #""named":"2026-03-29T03:30:00"},{"utc":"2026-03-30T00:30:00Z","#
                + #""local":"2026-03-30T03:30:00+03:00","reason":null,"named":null}]}"# + "\n")
    }

    @Test("wants one duration after @every")
    func every() {
        let failure = #expect(throws: InputFailure.self) {
            try SlotInput.schedule("@every 5 minutes", entry: nil, hasSeconds: false, .next)
        }
        let message = "schedule: '@every 5 minutes' has 2 words after @every; expected one duration, such as @every 5m"
        #expect(failure?.description == message)
        #expect(failure?.excerpt == "\n  @every 5 minutes\n         ^")
    }

    @Test("points to what is wrong with an expression")
    func excerpt() throws {
        let failure = #expect(throws: InputFailure.self) { try report("5 25 * * *", "UTC", "2026-01-01T00:00:00Z", 1) }
        #expect(failure?.description == "schedule: '25' in the hour is out of range; expected 0 to 23")
        #expect(failure?.excerpt == "\n  5 25 * * *\n    ^")
        // How wide other characters are is not known.
        let wide = #expect(throws: InputFailure.self) { try report("5 é * * *", "UTC", "2026-01-01T00:00:00Z", 1) }
        #expect(wide?.excerpt == "")
    }
}
