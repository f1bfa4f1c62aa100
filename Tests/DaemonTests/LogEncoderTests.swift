import Clocks
import Logging
import Model
import Testing

@testable import Daemon

@Suite("A character that is not seen in a log line")
struct HiddenScalarTests {
    private static let hidden = (0x80...0x9F).map { $0 } + (0x2028...0x202E).map { $0 } + (0x2066...0x2069).map { $0 }

    private func scalar(_ value: Int) throws -> String { String(try #require(Unicode.Scalar(UInt32(value)))) }

    private func escape(_ value: Int) -> String {
        let digits = String(value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    @Test("is escaped for people, wherever it stands", arguments: hidden)
    func escaped(value: Int) throws {
        let text = "é\(try scalar(value))x"
        let fields = [(key: text, value: text)]
        let field = "é_x=\"é\(escape(value))x\""
        #expect(line(.text, .info, text, fields).hasSuffix("INFO  é x                 \(field)\n"))
        #expect(line(.logfmt, .info, text, fields).hasSuffix("message=\"é\(escape(value))x\" \(field)\n"))
    }

    @Test("is escaped in JSON where it is a control", arguments: hidden)
    func json(value: Int) throws {
        let text = "é\(try scalar(value))x"
        let shown = value <= 0x9F ? "é\(escape(value))x" : text
        #expect(line(.json, .info, text, [(key: "a", value: text)]).hasSuffix("\"\(shown)\",\"a\":\"\(shown)\"}\n"))
    }

    @Test("is none of its neighbours", arguments: [0x7E, 0xA0, 0xA9, 0x2027, 0x202F, 0x2065, 0x206A, 0x2122])
    func neighbours(value: Int) throws {
        let text = try scalar(value)
        #expect(line(.logfmt, .info, text, [(key: text, value: text)]).hasSuffix("message=\(text) \(text)=\(text)\n"))
    }
}

@Suite("A log line in text")
struct TextLineTests {
    @Test("writes the count of every outcome as a number", arguments: Outcome.allCases)
    func outcomes(outcome: Outcome) {
        #expect(LogKey.isNumber(outcome.rawValue))
        #expect(LogKey.rank(outcome.rawValue) < LogKey.rank("location"))
    }

    @Test("of a run says what a person needs")
    func ticks() {
        #expect(
            line(.text, tick())
                == "2026-11-23T02:04:06.127Z INFO  TICK                entry=app:job.heartbeat run=7 result=ok\n")
        #expect(
            line(.text, tick(entry: "app:job.backup", .failed, text: "disk full"))
                == "2026-11-23T02:04:06.127Z ERROR TICK FAILED         entry=app:job.backup run=7 error=\"disk full\"\n"
        )
        #expect(
            line(.text, tick(text: "long", fullLength: 9_000))
                == "2026-11-23T02:04:06.127Z INFO  TICK                entry=app:job.heartbeat run=7 result=long "
                + "length=9000\n")
    }

    @Test(
        "begins with the time, the level in five columns, and the message",
        arguments: [
            (.trace, "TRACE"), (.debug, "DEBUG"), (.info, "INFO "), (.notice, "NOTE "), (.warning, "WARN "),
            (.error, "ERROR"), (.critical, "FATAL"),
        ] as [(Logger.Level, String)])
    func levels(level: Logger.Level, name: String) {
        #expect(line(.text, level, "Scheduler stopping") == "2026-11-23T02:04:06.127Z \(name) Scheduler stopping\n")
    }

    @Test(
        "has its fields in one column, behind short messages and long ones",
        arguments: [
            ("TICK", "TICK                a=1"), ("Scheduler started", "Scheduler started   a=1"),
            ("nineteen characters", "nineteen characters a=1"), ("twenty characters in", "twenty characters in a=1"),
            ("a message that is longer than that", "a message that is longer than that a=1"),
            ("größe 日本", "größe 日本            a=1"), ("", "                    a=1"),
        ])
    func alignment(message: String, expected: String) {
        let fields = [(key: "a", value: "1"), (key: "b", value: "2")]
        #expect(line(.text, .info, message, fields) == "2026-11-23T02:04:06.127Z INFO  \(expected) b=2\n")
    }

    @Test("has a message without control characters, whatever was asked for")
    func message() {
        #expect(
            line(.text, .info, "a\nb\u{1B}[31m\tc\u{7F}\0d") == "2026-11-23T02:04:06.127Z INFO  a b [31m c  d\n")
    }
}

@Suite("A log line in logfmt")
struct LogfmtLineTests {
    private static let begin = "time=2026-11-23T02:04:06.127Z level="

    @Test("of a run says all that is known")
    func ticks() {
        #expect(
            line(.logfmt, tick())
                == Self.begin + "INFO message=TICK entry=app:job.heartbeat pid=42 run=7 attempt=1 "
                + "slot=2026-11-23T02:04:06.000Z lateness_us=127 duration_us=1234 outcome=ok result=ok\n")
        #expect(
            line(.logfmt, tick(slot: nil, .failed, text: "disk full", fullLength: 5_000))
                == Self.begin + "ERROR message=\"TICK FAILED\" entry=app:job.heartbeat pid=42 run=7 attempt=1 "
                + "lateness_us=127 duration_us=1234 outcome=failed error=\"disk full\" length=5000\n")
    }

    @Test("of another record has its fields as they were given")
    func others() {
        #expect(
            line(.logfmt, .warning, "Worker exited", [("entry", "a:b"), ("status", "exit 1")])
                == Self.begin + "WARN message=\"Worker exited\" entry=a:b status=\"exit 1\"\n")
    }

    @Test(
        "quotes a value that would not read back as the same",
        arguments: [
            ("plain", "plain"), ("", #""""#), ("two words", #""two words""#), ("a=b", #""a=b""#),
            ("say \"x\"", #""say \"x\"""#), (#"C:\dir"#, #"C:\dir"#), (#"C:\my dir"#, #""C:\\my dir""#),
            ("a\nb", #""a\nb""#), ("a\r\tb", #""a\r\tb""#), ("\u{1B}[0m", #""\u001b[0m""#), ("\u{7F}", #""\u007f""#),
            ("\0", #""\u0000""#), ("größe", "größe"), ("日本 😀", "\"日本 😀\""), ("'single'", "'single'"),
        ])
    func quoting(value: String, written: String) {
        #expect(line(.logfmt, .info, "m", [("v", value)]) == Self.begin + "INFO message=m v=\(written)\n")
        #expect(line(.text, .info, "m", [("v", value)]).hasSuffix(" v=\(written)\n"))
    }
}

@Suite("A log line in JSON")
struct JSONLineTests {
    private static let begin = #"{"time":"2026-11-23T02:04:06.127Z","level":""#

    @Test("of a run says all that is known, numbers as numbers")
    func ticks() {
        #expect(
            line(.json, tick())
                == Self.begin + #"INFO","message":"TICK","entry":"app:job.heartbeat","pid":42,"run":7,"attempt":1,"#
                + #""slot":"2026-11-23T02:04:06.000Z","lateness_us":127,"duration_us":1234,"outcome":"ok","#
                + #""result":"ok"}"# + "\n")
        #expect(
            line(.json, tick(slot: nil, .failed, text: "disk\nfull", fullLength: 5_000))
                == Self.begin + #"ERROR","message":"TICK FAILED","entry":"app:job.heartbeat","pid":42,"run":7,"#
                + #""attempt":1,"lateness_us":127,"duration_us":1234,"outcome":"failed","error":"disk\nfull","#
                + #""length":5000}"# + "\n")
    }

    @Test("of another record has a number only where its key is a number's and its value is one")
    func others() {
        #expect(
            line(.json, .info, "Worker started", [("entry", "a:b"), ("interval", "1s"), ("pid", "41")])
                == Self.begin + #"INFO","message":"Worker started","entry":"a:b","interval":"1s","pid":41}"# + "\n")
        #expect(
            line(.json, .info, "m", [("count", "-5"), ("text", "5"), ("lines", "many"), ("run", "")])
                == Self.begin + #"INFO","message":"m","count":-5,"text":"5","lines":"many","run":""}"# + "\n")
    }

    @Test("is JSON also where a job calls something a number that JSON has none of", arguments: ["007", "-01", "00"])
    func leadingZeros(value: String) throws {
        let read = try StrictJSON(String(line(.json, .info, "m", [("count", value)]).dropLast()))
        #expect(read["count"] == .string(value))
    }

    @Test("reads back as what was written")
    func roundTrip() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let (message, key, value) = (randomText(&random), "k" + randomText(&random), randomText(&random))
            let text = line(.json, .info, message, [(key, value)])
            #expect(text.filter { $0 == "\n" }.count == 1 && text.hasSuffix("\n"), "\(text)")
            let read = try StrictJSON(String(text.dropLast()))
            #expect(read.names == ["time", "level", "message", key])
            #expect(read["message"] == .string(message))
            #expect(read[key] == .string(value))
        }
    }
}

/// Of the characters that are trouble, and of any others.
private func randomText(_ random: inout SystemRandomNumberGenerator) -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...12, using: &random) {
        let limit: UInt32 = Bool.random(using: &random) ? 0x80 : 0x11_0000
        if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) { text.append(scalar) }
    }
    return String(text)
}

@Suite("A log line in any format")
struct LogLineTests {
    private static let forgery = "x\n2026-11-23T02:04:06.127Z INFO  TICK                entry=a:b run=1 result=ok"

    @Test("is one line, whatever a job says", arguments: LogFormat.lines)
    func oneLine(format: LogFormat) {
        let lines = [
            line(format, .info, Self.forgery), line(format, .info, "m", [("text", Self.forgery)]),
            line(format, .info, "m", [(Self.forgery, "v")]), line(format, tick(text: Self.forgery)),
            line(format, tick(.failed, text: "\r\n\u{0B}\u{0C}\n")),
        ]
        for line in lines { #expect(line.utf8.filter { $0 < 0x20 } == [0x0A], "\(line)") }
    }

    @Test(
        "has keys that cannot be taken for anything else",
        arguments: [
            ("two words", "two_words"), ("a=b", "a_b"), ("say\"x", "say_x"), ("a\u{1B}\u{7F}\nb", "a___b"), ("", "_"),
            ("größe", "größe"),
        ])
    func keys(key: String, written: String) {
        #expect(line(.logfmt, .info, "m", [(key, "v")]).hasSuffix("message=m \(written)=v\n"))
        #expect(line(.text, .info, "m", [(key, "v")]).hasSuffix(" \(written)=v\n"))
    }

    @Test("is valid UTF-8, and not split in its characters", arguments: LogFormat.lines)
    func encoding(format: LogFormat) {
        let mended = String(decoding: [0x61, 0xFF, 0xC3, 0x28, 0xED, 0xA0, 0x80, 0x62] as [UInt8], as: UTF8.self)
        for text in [mended, "é日本😀\u{FFFD}", "e\u{301}\u{200D}"] {
            let bytes = bytes(format, .info, text, [("text", text)])
            let line = String(validating: bytes, as: UTF8.self)
            #expect(line?.contains(text) == true)
        }
    }

    @Test("has a time in civil UTC, to the millisecond, of any moment", arguments: LogFormat.lines)
    func times(format: LogFormat) {
        let moments: [(Int64, String)] = [
            (0, "1970-01-01T00:00:00.000Z"), (999_999_999, "1970-01-01T00:00:00.999Z"),
            (-1, "1969-12-31T23:59:59.999Z"), (-1_000_000_000, "1969-12-31T23:59:59.000Z"),
            (951_782_400_007_000_000, "2000-02-29T00:00:00.007Z"), (.max, "2262-04-11T23:47:16.854Z"),
            (.min, "1677-09-21T00:12:43.145Z"),
        ]
        var encoder = LogEncoder(format)
        for (nanoseconds, text) in moments {
            encoder.encode(.info, "m", [:], at: WallInstant(nanoseconds: nanoseconds))
            let line = String(decoding: encoder.line, as: UTF8.self)
            #expect(line.contains(text), "\(nanoseconds): \(line)")
        }
    }

    @Test("owes nothing to the line before")
    func reuse() {
        var encoder = LogEncoder(.text)
        encoder.encode(.error, String(repeating: "x", count: 5_000), ["a": "1"], at: someTime)
        encoder.encode(.info, "m", ["b": "2"], at: someTime)
        #expect(Array(encoder.line) == bytes(.text, .info, "m", [("b", "2")]))
    }

    @Test("writes the extremes of numbers", arguments: [Int64.min, -1, 0, 9, 10, .max])
    func numbers(number: Int64) {
        var buffer = LineBuffer(capacity: 1)
        buffer.append(number)
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == String(number))
        #expect(line(.json, tick(lateness: number, duration: number)).contains("\"lateness_us\":\(number / 1_000),"))
    }
}
