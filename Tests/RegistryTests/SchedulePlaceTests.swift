import Registry
import Testing
import Values

@Suite("The place of an error in a cron expression")
struct SchedulePlaceTests {
    /// Expressions, and how many columns the field at fault is after the beginning.
    private static let expressions: [(text: String, offset: Int, message: String)] = [
        ("61 * * * *", 0, "'61' in the minute is out of range; expected 0 to 59"),
        ("0 24 * * *", 2, "'24' in the hour is out of range; expected 0 to 23"),
        ("0 0 32 * *", 4, "'32' in the day of month is out of range; expected 1 to 31"),
        ("0 0 1 13 *", 6, "'13' in the month is out of range; expected 1 to 12 or jan to dec"),
        ("0 0 1 1 8", 8, "'8' in the day of week is out of range; expected 0 to 7 or sun to sat"),
        ("0 0   1 foo *", 8, "'foo' in the month is no value; expected 1 to 12 or jan to dec"),
        ("0 1,2,99 * * *", 6, "'99' in the hour is out of range; expected 0 to 23"),
        ("0 0 30 2 *", 4, "never comes: no month has such a day"),
        ("0 0 * *", 6, "has 4 fields; expected 5: minute, hour, day of month, month, day of week"),
        (
            "0 0 1 1 1 1", 0,
            "has six fields, which engines read in different ways; expected five, or meta.seconds: first for a first "
                + "field of seconds"
        ),
    ]

    @Test("is the field within the text, in any kind of scalar", arguments: expressions.indices)
    func fields(index: Int) throws {
        let (text, offset, message) = Self.expressions[index]
        // The value begins in column 15; a quotation mark comes before the text.
        for (scalar, column) in [(text, 15), ("'\(text)'", 16), ("\"\(text)\"", 16)] {
            // What begins with a mark of YAML's cannot be plain.
            #expect(try complaints("schedule: \(scalar)") == ["8:\(column + offset): meta.schedule: \(message)"])
            let rendered = try #require(try diagnostics("schedule: \(scalar)").first).rendered
            let caret = String(repeating: " ", count: column + offset - 1) + "^"
            #expect(rendered.hasSuffix("\n  8 |     schedule: \(scalar)\n    | \(caret)"), "\(rendered)")
        }
    }

    @Test("is the field in a flow map too")
    func flow() throws {
        let text = job(meta: "interval: 1s").replacing("interval: 1s", with: "schedule: \"0 25 * * *\"")
        let error = try #require(JobEntries.definitions(in: load(text)).errors.first)
        let line = text.split(separator: "\n")[2]
        let place = try #require(line.firstRange(of: "25"))
        #expect(error.location.line == 3)
        #expect(error.location.column == line.distance(from: line.startIndex, to: place.lowerBound) + 1)
    }

    @Test("is the beginning of a text that is not written out as it is")
    func escaped() throws {
        let message = "meta.schedule: '24' in the hour is out of range; expected 0 to 23"
        #expect(try complaints("schedule: \"0\\x2024 * * *\"") == ["8:15: \(message)"])
        #expect(try complaints("schedule: >-\n  0 24\n  * * *") == ["8:15: \(message)"])
        #expect(try complaints("schedule: 0 24\n  * * *") == ["8:15: \(message)"])
        #expect(try complaints("schedule: !!str '0 24 * * *'").map { String($0.suffix(message.count)) } == [message])
    }

    @Test("is counted in characters, not in bytes")
    func beyondASCII() throws {
        #expect(
            try complaints("comment: 日本\nschedule: 'é é'") == [
                "9:18: meta.schedule: has 2 fields; expected 5: minute, hour, day of month, month, day of week"
            ])
    }

    @Test("is the field where an alias brings the text from")
    func alias() throws {
        let message = "meta.schedule: '24' in the hour is out of range; expected 0 to 23"
        let found = try complaints("comment: &text '0 24 * * *'\nschedule: *text")
        #expect(found.count == 1)
        #expect(found.first?.hasSuffix(message) == true, "\(found)")
    }
}
