import Clocks
import Schedules
import Testing

@testable import Crontool

@Suite("Moments as people write them")
struct TimeInputTests {
    /// 2026-03-28T15:30:00 in Riga.
    private let now = CivilText.instant("2026-03-28T15:30:00+02:00") ?? WallInstant(seconds: 0)

    private func read(
        _ text: String, _ direction: TimeInput.Direction = .future, zone: String = "Europe/Riga"
    ) throws -> TimeInput.Reading {
        let rules = try zones.zone(zone).rules
        return try TimeInput(now: now, zone: rules, direction).read(text, "--until")
    }

    private func moment(_ text: String, _ direction: TimeInput.Direction = .future) throws -> String {
        CivilText.text(try read(text, direction).moment, offset: nil)
    }

    @Test(
        "are read in the zone of those who ask",
        arguments: [
            ("2026-03-29T03:00:00+02:00", "2026-03-29T01:00:00Z"), ("2026-03-28 18:00", "2026-03-28T16:00:00Z"),
            ("2026-03-28T18:00:30", "2026-03-28T16:00:30Z"), ("2026-03-28", "2026-03-27T22:00:00Z"),
            ("18:00", "2026-03-28T16:00:00Z"), ("15:30", "2026-03-29T12:30:00Z"), ("15:30:01", "2026-03-28T13:30:01Z"),
            ("today", "2026-03-27T22:00:00Z"), ("tomorrow 06:00", "2026-03-29T03:00:00Z"),
            ("yesterday 23:59:59", "2026-03-27T21:59:59Z"), ("now", "2026-03-28T13:30:00Z"),
            ("+2h", "2026-03-28T15:30:00Z"), ("in 1h30m", "2026-03-28T15:00:00Z"), ("-90m", "2026-03-28T12:00:00Z"),
            ("2d ago", "2026-03-26T13:30:00Z"), ("2 days ago", "2026-03-26T13:30:00Z"),
            ("in 1 hour 30 min", "2026-03-28T15:00:00Z"), ("@1774746000", "2026-03-29T01:00:00Z"),
            ("2026-03-28 18:00:00.25", "2026-03-28T16:00:00.250Z"),
            ("15:30:01.5", "2026-03-28T13:30:01.500Z"),
        ])
    func forms(text: String, expected: String) throws { #expect(try moment(text) == expected) }

    @Test("that are none are said to be so, with examples that lie where they are looked for")
    func examples() throws {
        for (direction, word, other) in [
            (TimeInput.Direction.past, "yesterday", "tomorrow"), (.future, "tomorrow", "yesterday"),
        ] {
            let error = #expect(throws: InputFailure.self) { try read("soon", direction) }
            #expect(error?.description.contains(word) == true && error?.description.contains(other) == false)
        }
        for text in ["18:00.5", "15:30:01.", "15:30:01.+5", "15:30:01.1234567890"] {
            #expect(throws: InputFailure.self) { try read(text) }
        }
    }

    @Test("are the last one past where that is asked for")
    func past() throws {
        #expect(try moment("18:00", .past) == "2026-03-27T16:00:00Z")
        #expect(try moment("15:30", .past) == "2026-03-28T13:30:00Z")
    }

    @Test("that come twice are the first, and that is said; that never come are an error, which names the jump")
    func jumps() throws {
        let twice = try read("2026-10-25 03:30")
        #expect(twice.moment == CivilText.instant("2026-10-25T03:30:00+03:00"))
        #expect(twice.note?.contains("comes twice; 2026-10-25T03:30:00+03:00 is taken") == true)
        let error = #expect(throws: InputFailure.self) { try read("2026-03-29 03:30") }
        #expect(
            error?.description
                == "--until: there is no '2026-03-29 03:30': the clocks jump over it to 2026-03-29T04:00:00+03:00")
        #expect(try read("2026-03-29 04:00").note == nil)
    }

    @Test(
        "are nothing else",
        arguments: [
            "", "soon", "25:00", "18:60", "2026-02-30", "2026-03-28 25:00", "18", "-", "+2", "in", "@", "@x", "ago",
            "1 ago", "2 moons ago", "days ago", "2 days 1 ago",
        ])
    func errors(text: String) {
        let error = #expect(throws: InputFailure.self) { try read(text) }
        #expect(error?.description.contains("expected one such as 18:00") == true)
    }
}
