import Clocks
import Testing

@testable import Crontool

@Suite("A line of input")
struct SlotLinesTests {
    /// The answer to each line, with what is left out taken from 2026-01-01 in UTC.
    private func answers(
        _ lines: [String], direction: SlotSearch.Direction = .next, entry: String? = nil, hasSeconds: Bool = false
    ) throws -> [String] {
        let from = try #require(CivilText.instant("2026-01-01T00:00:00Z"))
        var answerer = SlotLines(
            SlotDefaults(
                zone: "UTC", from: from, count: 1, direction: direction, entry: entry, hasSeconds: hasSeconds),
            zones: zones)
        return lines.map { line in
            var output: [UInt8] = []
            var line = line
            line.withUTF8 { answerer.answer(UnsafeRawBufferPointer($0), into: &output) }
            return String(decoding: output, as: UTF8.self)
        }
    }

    @Test("with a NUL in its zone is refused, whatever stands before it")
    func zoneWithNUL() throws {
        #expect(try answers(["0 0 * * *\tEurope/Riga\0x"])[0].contains("is no time zone of this machine"))
    }

    @Test("is answered with its slots in UTC")
    func slots() throws {
        #expect(
            try answers(["*/30 * * * *\tEurope/Riga\t2026-03-29T02:45:00+02:00\t2"])
                == [#"{"next":["2026-03-29T01:00:00Z","2026-03-29T01:30:00Z"]}"# + "\n"])
    }

    @Test(
        "takes what it leaves out from the options",
        arguments: [
            "0 1 * * *", "0 1 * * *\t", "0 1 * * *\t\t", "0 1 * * *\t\t\t", "0 1 * * *\tUTC\t\t1",
            "0 1 * * *\r", "0 1 * * *\t\t\t1\r",
        ])
    func defaults(line: String) throws {
        #expect(try answers([line]) == [#"{"next":["2026-01-01T01:00:00Z"]}"# + "\n"])
    }

    @Test("is answered backwards if that was asked for")
    func previous() throws {
        #expect(
            try answers(["0 1 * * *\t\t\t2"], direction: .previous)
                == [#"{"previous":["2025-12-31T01:00:00Z","2025-12-30T01:00:00Z"]}"# + "\n"])
    }

    @Test("has no slots for a schedule without any, and those from the moment on for an interval")
    func nicknames() throws {
        #expect(
            try answers(["@reboot", "@every 90s\t\t2026-01-01T00:00:00.25Z\t2", "@HOURLY"]) == [
                "{\"next\":[]}\n", "{\"next\":[\"2026-01-01T00:01:30.250Z\",\"2026-01-01T00:03:00.250Z\"]}\n",
                "{\"next\":[\"2026-01-01T01:00:00Z\"]}\n",
            ])
    }

    @Test("reads the seconds and the entry that the options name")
    func options() throws {
        #expect(
            try answers(["30 * * * * *"], hasSeconds: true) == [#"{"next":["2026-01-01T00:00:30Z"]}"# + "\n"])
        #expect(try answers(["H 0 * * *"], entry: "app:a") != answers(["H 0 * * *"], entry: "app:b"))
    }

    @Test(
        "that is wrong is answered with what is wrong",
        arguments: [
            ("", "schedule: has 0 fields; expected 5: minute, hour, day of month, month, day of week"),
            ("60 * * * *", "schedule: '60' in the minute is out of range; expected 0 to 59"),
            (
                "* * * * *\tEurope/Rig",
                "timezone: 'Europe/Rig' is no time zone of this machine; did you mean 'Europe/Riga'?"
            ),
            (
                "* * * * *\t\tnoon",
                "from: 'noon' is no moment; expected one such as 2026-03-29T01:00:00Z or 2026-03-29T03:00:00+02:00"
            ),
            ("* * * * *\t\t\t0", "count: '0'; expected 1 to 10000"),
            ("* * * * *\t\t\t10001", "count: '10001'; expected 1 to 10000"),
            ("a\tb\tc\td\te", "the line has 5 fields; expected 1 to 4, with a tab between them"),
        ])
    func errors(line: String, message: String) throws {
        #expect(try answers([line]) == ["{\"error\":\"\(message)\"}\n"])
    }

    @Test("of which a part is missing is not answered with slots")
    func tooLong() throws {
        var answerer = SlotLines(SlotDefaults(from: WallInstant(nanoseconds: 0)), zones: zones)
        var output: [UInt8] = []
        Array("0 1 * * *".utf8).withUnsafeBytes { answerer.answer($0, lost: 1, into: &output) }
        #expect(
            String(decoding: output, as: UTF8.self) == "{\"error\":\"the line has more than 65536 bytes\"}\n")
    }

    @Test("with an interval has no slots before its start")
    func backwardInterval() throws {
        #expect(
            try answers(["@every 1s"], direction: .previous)[0].hasPrefix(#"{"error":"schedule: '@every 1s' begins"#))
    }

    @Test("is answered as it was the first time, also when more were asked for than are kept")
    func cache() throws {
        let lines = (0..<40_000).map { "\($0 % 60) \($0 / 60 % 24) \($0 / 1440 % 28 + 1) * *" }
        let answers = try answers(lines + [lines[0]])
        #expect(answers.last == answers.first)
        #expect(answers[61] == #"{"next":["2026-01-01T01:01:00Z"]}"# + "\n")
    }
}
