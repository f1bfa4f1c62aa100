import Clocks
import Kernel
import LuaFunctions
import TestSupport
import Testing
import Values

@Suite("The module time")
struct TimeTests {
    private func evaluate(_ expression: String) throws -> Value {
        try Rig(body: "local time = require 'time' return \(expression)").call()
    }

    @Test("has now")
    func now() throws {
        let before = Clock.wall()
        let value = try evaluate("time.now():unix_nano()")
        let after = Clock.wall()
        guard case .int(let now) = value else {
            Issue.record("\(value)")
            return
        }
        #expect((before.nanoseconds...after.nanoseconds).contains(now))
    }

    @Test(
        "takes moments apart and puts them together",
        arguments: [
            ("time.unix(1, 2):unix_nano()", .int(1_000_000_002)), ("time.unix(-1, 999999999):unix()", .int(-1)),
            ("time.unix(-1, 0):unix_nano()", .int(-1_000_000_000)), ("time.unix(0, -1):unix()", .int(-1)),
            ("time.unix(0, 7):utc():unix_nano()", .int(7)),
            ("time.unix(1709210096):year()", .int(2024)), ("time.unix(1709210096):month()", .int(2)),
            ("time.unix(1709210096):day()", .int(29)), ("time.unix(1709210096):hour()", .int(12)),
            ("time.unix(1709210096):minute()", .int(34)), ("time.unix(1709210096):second()", .int(56)),
            ("time.unix(0, 5):nanosecond()", .int(5)), ("time.unix(1709210096):weekday()", .int(4)),
            ("time.unix(1709210096):year_day()", .int(60)), ("time.unix(-1):weekday()", .int(3)),
            ("time.unix(1735646400):year_day()", .int(366)), ("time.unix(1704067200):year_day()", .int(1)),
            ("time.unix(90):sub(time.unix(30)):seconds()", .double(60)),
            ("tostring(time.unix(90) - time.unix(30))", .string("1m0s")),
            ("time.unix(0):add('1h'):unix()", .int(3_600)), ("time.unix(0):add(-1):unix_nano()", .int(-1)),
            ("time.unix(0):add(time.parse_duration('2s')):unix()", .int(2)),
            ("(time.unix(0) + 2 * time.SECOND):unix()", .int(2)),
            ("time.unix(1):before(time.unix(2))", .bool(true)), ("time.unix(1):after(time.unix(2))", .bool(false)),
            ("time.unix(2):equal(time.unix(2))", .bool(true)), ("time.unix(1) < time.unix(2)", .bool(true)),
            ("time.unix(2) <= time.unix(1)", .bool(false)), ("time.unix(2) == time.unix(2)", .bool(true)),
            ("time.unix(2) == time.parse_duration('2s')", .bool(false)),
            ("tostring(time.unix(0, 120))", .string("1970-01-01T00:00:00.00000012Z")),
        ] as [(String, Value)])
    func moments(_ expression: String, _ expected: Value) throws { #expect(try evaluate(expression) == expected) }

    @Test("agrees with the worker's own calendar")
    func calendar() throws {
        let rig = try Rig(body: "return require('time').unix(0, ...):format('2006-01-02T15:04:05')")
        var generator = SeededGenerator(seed: Fuzz.seed)
        for index in 0..<Fuzz.iterations(2_000) {
            let random = Int64(truncatingIfNeeded: generator.next())
            let instant = WallInstant(nanoseconds: index == 0 ? .min : index == 1 ? .max : random)
            let expected = Value.string(CivilTime(instant).secondsText)
            #expect(try rig.call("run", .int(instant.nanoseconds)) == expected, "FUZZ_SEED=\(Fuzz.seed)")
        }
    }

    /// The moment is Friday, 2024-02-09 15:04:05.012345 UTC.
    @Test(
        "writes moments by a layout of Go's",
        arguments: [
            ("2006-01-02T15:04:05Z07:00", "2024-02-09T15:04:05Z"),
            ("Mon Jan _2 15:04:05 2006", "Fri Feb  9 15:04:05 2024"),
            ("Monday, January 2, 2006 3:4:5 PM", "Friday, February 9, 2024 3:4:5 PM"), ("03:04 pm", "03:04 pm"),
            ("02/01/06 1 2", "09/02/24 2 9"), ("002 __2", "040  40"), ("_2006", "_2024"),
            ("15:04:05.000", "15:04:05.012"), ("15:04:05.999999999", "15:04:05.012345"), ("05.9", "05"),
            ("05.99", "05.01"),
            ("05,000000000", "05,012345000"), ("05.0000000000", "05.0123450000"), ("1.05", "2.05"),
            ("MST -0700 -07:00 -07 Z0700 Z07 -07:00:00 -070000", "UTC +0000 +00:00 +00 Z Z +00:00:00 +000000"),
            ("Janet and Money", "Janet and Money"), ("Jan. Mon.", "Feb. Fri."), ("plain text % d", "plain text % d"),
            ("", ""),
        ])
    func layouts(_ layout: String, _ expected: String) throws {
        #expect(try evaluate("time.unix(1707491045, 12345000):format('\(layout)')") == .string(expected))
    }

    @Test(
        "has the common layouts",
        arguments: [
            ("RFC3339", "2024-02-09T15:04:05Z"), ("RFC3339NANO", "2024-02-09T15:04:05.012345Z"),
            ("DATE_TIME", "2024-02-09 15:04:05"), ("DATE_ONLY", "2024-02-09"), ("TIME_ONLY", "15:04:05"),
        ])
    func constants(_ name: String, _ expected: String) throws {
        #expect(try evaluate("time.unix(1707491045, 12345000):format(time.\(name))") == .string(expected))
        #expect(try evaluate("time.unix(1707491045, 1):format_rfc3339()") == .string("2024-02-09T15:04:05Z"))
    }

    @Test(
        "reads durations and writes them as Go does",
        arguments: [
            ("1h30m", 5_400_000_000_000, "1h30m0s"), ("0", 0, "0s"), ("1.5s", 1_500_000_000, "1.5s"),
            ("-2m", -120_000_000_000, "-2m0s"),
            ("+5ns", 5, "5ns"), ("1us", 1_000, "1µs"), ("1.25µs", 1_250, "1.25µs"), ("1μs", 1_000, "1µs"),
            ("250ms", 250_000_000, "250ms"), ("2d", 172_800_000_000_000, "48h0m0s"), (".5s", 500_000_000, "500ms"),
            ("1.s", 1_000_000_000, "1s"), ("1s1h", 3_601_000_000_000, "1h0m1s"),
            ("61.001s", 61_001_000_000, "1m1.001s"),
            ("0.000000000000000001h", 0, "0s"), ("2562047h47m16.854775807s", .max, "2562047h47m16.854775807s"),
        ] as [(String, Int64, String)])
    func durations(_ text: String, _ nanoseconds: Int64, _ shown: String) throws {
        #expect(try evaluate("time.parse_duration('\(text)'):nanoseconds()") == .int(nanoseconds))
        #expect(try evaluate("tostring(time.parse_duration('\(text)'))") == .string(shown))
    }

    @Test(
        "refuses what is no duration",
        arguments: ["", "1", "s", "1h 30m", "1x", "-", ".s", "1..5s", "9999999999999999999s", "2562048h"])
    func noDurations(_ text: String) throws {
        let rig = try Rig(body: "return require('time').parse_duration('\(text)')")
        #expect(
            rig.error { _ = try rig.call() }
                == "'\(text)' is no duration; expected numbers with units d, h, m, s, ms, us, ns, as in 1h30m")
    }

    @Test(
        "takes durations apart",
        arguments: [
            ("hours()", .double(1.5)), ("minutes()", .double(90)), ("seconds()", .double(5_400)),
            ("milliseconds()", .int(5_400_000)), ("microseconds()", .int(5_400_000_000)),
            ("nanoseconds()", .int(5_400_000_000_000)),
        ] as [(String, Value)])
    func units(_ method: String, _ expected: Value) throws {
        #expect(try evaluate("time.parse_duration('90m'):\(method)") == expected)
        #expect(try evaluate("time.parse_duration(90 * time.MINUTE):\(method)") == expected)
    }

    @Test("compares durations")
    func comparison() throws {
        for (expression, expected) in [("'1m' == '60s'", true), ("'1m' < '61s'", true), ("'1m' <= '59s'", false)] {
            let parts = expression.split(separator: " ")
            let text = "time.parse_duration(\(parts[0])) \(parts[1]) time.parse_duration(\(parts[2]))"
            #expect(try evaluate(text) == .bool(expected))
        }
    }

    @Test("sleeps", arguments: ["20 * time.MILLISECOND", "'20ms'", "time.parse_duration('20ms')", "2e7"])
    func sleep(_ argument: String) throws {
        let before = Clock.monotonic()
        _ = try evaluate("time.sleep(\(argument))")
        #expect(Clock.monotonic() - before >= .milliseconds(20))
        _ = try evaluate("time.sleep(-1)")
    }

    @Test(
        "knows when it is used wrongly",
        arguments: [
            ("time.unix(1 << 60)", "the time is out of range; expected one within a thousand million years of 1970"),
            (
                "time.date(1 << 50, 1, 1)",
                "the time is out of range; expected one within a thousand million years of 1970"
            ),
            (
                "time.unix(0):add_date(math.maxinteger, 0, 0)",
                "the time is out of range; expected one within a thousand million years of 1970"
            ),
            (
                "time.date(2024, 1, math.maxinteger)",
                "the time is out of range; expected one within a thousand million years of 1970"
            ),
            (
                "time.date(1000, 1, 1):unix_nano()",
                "the time has no whole number of nanoseconds; expected one between the years 1678 and 2262"
            ),
            (
                "time.fixed_zone('x', 86400)",
                "bad argument #2 to 'fixed_zone' (expected seconds, less than a day of them)"
            ),
            ("time.unix(0):in_location('UTC')", "bad argument #1 to 'in_location' (Location expected, got string)"),
            ("time.parse('2006')", "bad argument #2 to 'parse' (string expected, got no value)"),
            (
                "time.sleep('soon')",
                """
                bad argument #1 to 'sleep' ('soon' is no duration; expected numbers with units d, h, m, s, ms, us, ns, \
                as in 1h30m)
                """
            ),
            (
                "time.sleep()",
                "bad argument #1 to 'sleep' (duration, number of nanoseconds or text expected, got no value)"
            ),
            ("time.sleep(1e300)", "bad argument #1 to 'sleep' (nanoseconds beyond the range of a duration)"),
            ("time.sleep(0/0)", "bad argument #1 to 'sleep' (nanoseconds beyond the range of a duration)"),
            ("time.unix(0):sub(5)", "bad argument #1 to 'sub' (Time expected, got number)"),
            ("time.unix(0):format()", "bad argument #1 to 'format' (string expected, got no value)"),
        ])
    func misuse(_ expression: String, _ expected: String) throws {
        let rig = try Rig(body: "local time = require 'time' local x = \(expression)")
        #expect(rig.error { _ = try rig.call() } == "jobs.lua:1: \(expected)")
    }
}
