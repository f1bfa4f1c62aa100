import Clocks
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
                2026-03-28T03:30:00+02:00  2026-03-28T01:30:00Z
                2026-03-29T04:00:00+03:00  2026-03-29T01:00:00Z  03:30 is skipped by the clocks; right after the jump
                2026-03-30T03:30:00+03:00  2026-03-30T00:30:00Z

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
                == "2026-10-25T03:30:00+03:00  2026-10-25T00:30:00Z  03:30 comes twice; at the first of the two\n")
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

    @Test("points to what is wrong with an expression")
    func excerpt() throws {
        let failure = #expect(throws: InputFailure.self) { try report("5 25 * * *", "UTC", "2026-01-01T00:00:00Z", 1) }
        #expect(failure?.description == "schedule: '25' in the hour is out of range; expected 0 to 23")
        #expect(failure?.excerpt == "\n  5 25 * * *\n    ^")
    }
}
