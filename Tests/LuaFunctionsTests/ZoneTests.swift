import LuaFunctions
import TestSupport
import Testing
import Values

/// The job's zone is Europe/Berlin.
@Suite("The module time in a zone")
struct ZoneTests {
    private func evaluate(_ expression: String) throws -> Value {
        let rig = try Rig(
            body: """
                local time = require 'time'
                local ny, err = time.load_location('America/New_York')
                local function parse(...) local t, err = time.parse(...) return err and 'error: ' .. err or tostring(t) end
                return \(expression)
                """)
        rig.host.jobZone = "Europe/Berlin"
        return try rig.call()
    }

    @Test(
        "shows moments as the job's clocks do, or those of another place",
        arguments: [
            ("tostring(time.unix(1709210096))", "2024-02-29T13:34:56+01:00"),
            ("tostring(time.unix(1720000000))", "2024-07-03T11:46:40+02:00"),
            ("time.unix(1720000000):hour()", "11"), ("tostring(time.unix(1720000000):utc())", "2024-07-03T09:46:40Z"),
            ("tostring(time.unix(1720000000):in_location(ny))", "2024-07-03T05:46:40-04:00"),
            ("tostring(time.unix(1720000000):in_location(ny):in_local())", "2024-07-03T11:46:40+02:00"),
            ("time.unix(1720000000):format('15:04 MST -0700 -07 Z0700')", "11:46 CEST +0200 +02 +0200"),
            ("time.unix(1709210096):format(time.RFC1123)", "Thu, 29 Feb 2024 13:34:56 CET"),
            ("time.unix(1709210096):in_location(ny):format('MST Z07:00:00 -070000')", "EST -05:00:00 -050000"),
            ("time.unix(1709210096):utc():format('MST Z07')", "UTC Z"),
            ("time.unix(0):in_location(time.fixed_zone('IST', 19800)):format('15:04 MST -07:00')", "05:30 IST +05:30"),
            ("time.unix(0):in_location(time.fixed_zone('', -12600)):format('15:04 MST')", "20:30 -0330"),
            ("time.now():location():string() .. time.localtz:string()", "LocalLocal"),
            ("tostring(ny) .. ny:string() .. tostring(time.utc)", "America/New_YorkAmerica/New_YorkUTC"),
            ("time.unix(0):utc():location():string()", "UTC"),
            ("tostring(time.unix(1720000000) == time.unix(1720000000):in_location(ny))", "true"),
            // A span that was known before does not hold for another time.
            ("time.unix(1720000000):hour() .. time.unix(1709210096):hour() .. time.unix(1720000000):hour()", "111311"),
            ("tostring(select(2, time.load_location('Europe/Nowhere')))", "no zone 'Europe/Nowhere'"),
            ("select(2, time.load_location('Europe/Nowhere')):kind()", "NOT_FOUND"),
            ("select(2, time.load_location('')):kind()", "INVALID"),
        ])
    func shown(_ expression: String, _ expected: String) throws {
        #expect(try evaluate(expression).scalarText == expected)
    }

    @Test(
        "makes moments of dates",
        arguments: [
            ("tostring(time.date(2024, 1, 15, 14, 30, 0, 0, time.utc))", "2024-01-15T14:30:00Z"),
            ("tostring(time.date(2024, time.JULY, 15, 12, 0, 0, 0))", "2024-07-15T12:00:00+02:00"),
            ("tostring(time.date(2024, 7, 15))", "2024-07-15T00:00:00+02:00"),
            ("tostring(time.date(2024, 1, 15, 14, 0, 0, 5, ny))", "2024-01-15T14:00:00.000000005-05:00"),
            // Beyond the range of a part.
            ("tostring(time.date(2024, 14, 31, 0, 0, 0, 0, time.utc))", "2025-03-03T00:00:00Z"),
            ("tostring(time.date(2024, 0, 0, 0, -1, 0, -1, time.utc))", "2023-11-29T23:58:59.999999999Z"),
            ("tostring(time.date(2024, 1, 1, 25, 61, 61, 1500000000, time.utc))", "2024-01-02T02:02:02.5Z"),
            // Clocks skip it, and show it twice.
            ("tostring(time.date(2024, 3, 31, 2, 30, 0, 0))", "2024-03-31T03:30:00+02:00"),
            ("tostring(time.date(2024, 10, 27, 2, 30, 0, 0))", "2024-10-27T02:30:00+01:00"),
            ("tostring(time.date(1, 1, 1, 0, 0, 0, 0, time.utc):is_zero())", "true"),
            ("tostring(time.date(1, 1, 1, 0, 0, 0, 0, ny):is_zero())", "false"),
            ("tostring(time.date(-1, 1, 1, 0, 0, 0, 0, time.utc))", "-001-01-01T00:00:00Z"),
            ("table.concat({ time.date(2024, 7, 15, 9, 8, 7, 0):date() }, ' ')", "2024 7 15"),
            ("table.concat({ time.date(2024, 7, 15, 9, 8, 7, 0):clock() }, ' ')", "9 8 7"),
            ("time.DECEMBER .. time.SUNDAY .. time.SATURDAY", "1206"),
            ("tostring(time.date(3000, 1, 1, 0, 0, 0, 0, time.utc):sub(time.unix(0)))", "2562047h47m16.854775807s"),
        ])
    func dates(_ expression: String, _ expected: String) throws {
        #expect(try evaluate(expression).scalarText == expected)
    }

    @Test(
        "counts in days, months and years, and to multiples",
        arguments: [
            ("time.date(2024, 1, 31, 12, 0, 0, 0):add_date(0, 1, 0)", "2024-03-02T12:00:00+01:00"),
            ("time.date(2024, 2, 29, 0, 0, 0, 0):add_date(1, 0, 0)", "2025-03-01T00:00:00+01:00"),
            ("time.date(2024, 3, 30, 12, 0, 0, 0):add_date(0, 0, 1)", "2024-03-31T12:00:00+02:00"),
            ("time.date(2024, 3, 30, 12, 0, 0, 0):add('24h')", "2024-03-31T13:00:00+02:00"),
            ("time.date(2024, 1, 1):add_date(0, -1, -1)", "2023-11-30T00:00:00+01:00"),
            (
                "time.date(2024, 1, 1, 12, 34, 56, 7, time.utc):truncate(time.parse_duration('15m'))",
                "2024-01-01T12:30:00Z"
            ),
            ("time.date(2024, 1, 1, 12, 34, 56, 7, time.utc):truncate('1h')", "2024-01-01T12:00:00Z"),
            ("time.date(2024, 1, 1, 12, 34, 56, 7, ny):truncate('24h')", "2023-12-31T19:00:00-05:00"),
            ("time.date(2024, 1, 1, 12, 30, 0, 0, time.utc):round('1h')", "2024-01-01T13:00:00Z"),
            ("time.date(2024, 1, 1, 12, 29, 59, 0, time.utc):round('1h')", "2024-01-01T12:00:00Z"),
            ("time.date(2024, 1, 1, 12, 29, 59, 5, time.utc):round(0)", "2024-01-01T12:29:59.000000005Z"),
            ("time.date(-5, 1, 1, 12, 34, 0, 0, time.utc):truncate('1h')", "-005-01-01T12:00:00Z"),
            // Monday is the first day of the year 1.
            ("time.date(2024, 1, 3, 5, 0, 0, 0, time.utc):truncate('168h')", "2024-01-01T00:00:00Z"),
        ])
    func arithmetic(_ expression: String, _ expected: String) throws {
        #expect(try evaluate("tostring(\(expression))") == .string(expected))
    }

    @Test(
        "reads moments by a layout of Go's",
        arguments: [
            ("time.RFC3339, '2024-12-29T15:04:05Z'", "2024-12-29T15:04:05Z"),
            ("time.RFC3339, '2024-12-29T15:04:05.123456789+01:00'", "2024-12-29T15:04:05.123456789+01:00"),
            ("time.RFC3339, '2024-12-29T15:04:05-03:30'", "2024-12-29T15:04:05-03:30"),
            ("time.DATE_TIME, '2024-07-29 14:30:00'", "2024-07-29T14:30:00+02:00"),
            ("time.DATE_TIME, '2024-07-29 14:30:00', time.utc", "2024-07-29T14:30:00Z"),
            ("'2006-01-02 15:04', '2024-12-29 14:30', ny", "2024-12-29T14:30:00-05:00"),
            ("time.DATE_ONLY, '2024-02-29'", "2024-02-29T00:00:00+01:00"),
            ("'15:04:05', '14:30:00', time.utc", "0000-01-01T14:30:00Z"),
            ("'Mon Jan _2 15:04:05 2006', 'Fri Feb  9 15:04:05 2024', time.utc", "2024-02-09T15:04:05Z"),
            (
                "'Monday, January 2, 2006 3:4:5 PM', 'friday, FEBRUARY 9, 2024 3:4:5 PM', time.utc",
                "2024-02-09T15:04:05Z"
            ),
            ("'3:04PM', '12:04AM', time.utc", "0000-01-01T00:04:00Z"),
            ("'3:04pm', '12:04pm', time.utc", "0000-01-01T12:04:00Z"),
            ("'02/01/06', '09/02/69', time.utc", "1969-02-09T00:00:00Z"),
            ("'06', '68', time.utc", "2068-01-01T00:00:00Z"),
            ("'2006-002', '2024-366', time.utc", "2024-12-31T00:00:00Z"),
            ("'2006 __2', '2024   9', time.utc", "2024-01-09T00:00:00Z"),
            ("'05.000', '07.125', time.utc", "0000-01-01T00:00:07.125Z"),
            ("'05.999', '07', time.utc", "0000-01-01T00:00:07Z"),
            ("'05', '07.5', time.utc", "0000-01-01T00:00:07.5Z"), ("'05', '07,5', time.utc", "0000-01-01T00:00:07.5Z"),
            ("'2006-01-02 15:04 MST', '2024-12-29 14:30 CET'", "2024-12-29T14:30:00+01:00"),
            ("'2006-01-02 15:04 MST', '2024-12-29 14:30 CEST'", "2024-12-29T13:30:00+01:00"),
            ("'2006-01-02 15:04 MST', '2024-12-29 14:30 EST', ny", "2024-12-29T14:30:00-05:00"),
            ("'2006-01-02 15:04 MST', '2024-12-29 14:30 UTC'", "2024-12-29T14:30:00Z"),
            ("'2006-01-02 15:04 MST', '2024-12-29 14:30 GMT+3'", "2024-12-29T14:30:00+03:00"),
            ("'2006-01-02 15:04 MST', '2024-12-29 14:30 +0545'", "2024-12-29T14:30:00+05:45"),
            ("'2006-01-02 15:04 MST', '2024-12-29 14:30 -0330'", "2024-12-29T14:30:00-03:30"),
            ("'2006-01-02 15:04 MST', '2024-12-29 14:30 XYZ'", "2024-12-29T14:30:00Z"),
            ("time.RFC1123Z, 'Sun, 29 Dec 2024 14:30:00 +0100'", "2024-12-29T14:30:00+01:00"),
            (
                "'2006  01', '2024 7', time.utc",
                "error: '2024 7' is no time as '2006  01': expected something like '01', found '7'"
            ),
            ("'2006  01', '2024    07', time.utc", "2024-07-01T00:00:00Z"), ("'', ''", "0000-01-01T00:00:00+00:53"),
            (
                "'2006-01-02', '2024-13-01'",
                "error: '2024-13-01' is no time as '2006-01-02': expected something like '01', found '13-01'"
            ),
            ("'2006-01-02', '2023-02-29'", "error: '2023-02-29' has a day that its month does not have"),
            ("'2006-01-02', '2024-01-02x'", "error: '2024-01-02x' is no time as '2006-01-02': 'x' is left over"),
            (
                "'2006-01-02', '2024-01'",
                "error: '2024-01' is no time as '2006-01-02': expected something like '-', found ''"
            ),
            ("'2006-002', '2023-366'", "error: '2023-366' has a day that its month does not have"),
            ("'15', '24'", "error: '24' is no time as '15': expected something like '15', found '24'"),
            (
                "'-0700', '+2500'",
                "error: '+2500' is no time as '-0700': expected something like '-0700', found '+2500'"
            ),
            ("'05.000', '07.12'", "error: '07.12' is no time as '05.000': expected something like '.000', found '.12'"),
            ("'Jan', 'Foo'", "error: 'Foo' is no time as 'Jan': expected something like 'Jan', found 'Foo'"),
        ])
    func reading(_ arguments: String, _ expected: String) throws {
        #expect(try evaluate("parse(\(arguments))") == .string(expected))
    }

    @Test("reads what it writes, whatever the moment and the place")
    func roundTrips() throws {
        let rig = try Rig(
            body: """
                local time = require 'time'
                local seconds, nanoseconds, zone, layout = ...
                local place = time.load_location(zone)
                local t = time.unix(seconds, nanoseconds):in_location(place)
                local text = t:format(layout)
                local read, err = time.parse(layout, text, place)
                if err then return text .. ' ' .. err end
                -- What clocks show twice is read as one of the two.
                return read == t or read:format(layout) == text or text
                """)
        var generator = SeededGenerator(seed: Fuzz.seed)
        let layouts = [
            "2006-01-02T15:04:05.999999999Z07:00:00", "Monday, 2 January 2006 03:04:05.000000000 PM -070000",
            "Jan _2 2006 3:4:5.999999999pm -07:00:00", "2006 002 15 04 05,000000000 Z070000",
        ]
        let zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC", "Pacific/Apia", "Europe/Dublin"]
        for _ in 0..<Fuzz.iterations(2_000) {
            let seconds = Int64(truncatingIfNeeded: generator.next() % 280_000_000_000) - 32_000_000_000
            let nanoseconds = Int64(truncatingIfNeeded: generator.next() % 1_000_000_000)
            let (zone, layout) = (zones[Int(generator.next() % 6)], layouts[Int(generator.next() % 4)])
            let result = try rig.call("run", .int(seconds), .int(nanoseconds), .string(zone), .string(layout))
            #expect(result == .bool(true), "FUZZ_SEED=\(Fuzz.seed) \(seconds) \(nanoseconds) \(zone) \(layout)")
        }
    }

    @Test("answers any text with a time or an error")
    func anyText() throws {
        let rig = try Rig(
            body: """
                local time = require 'time'
                local layout, text = ...
                local t, err = time.parse(layout, text)
                local d, wrong = time.parse_duration(text)
                local shown = (t and tostring(t) .. t:format(layout) or err:message()) .. tostring(d or wrong)
                return #shown > 0 and (t == nil) == (err ~= nil) and (d == nil) == (wrong ~= nil)
                """)
        rig.host.jobZone = "America/New_York"
        var generator = SeededGenerator(seed: Fuzz.seed)
        let pieces = [
            "2006", "06", "January", "Jan", "01", "1", "Monday", "Mon", "02", "_2", "2", "002", "__2", "15", "03", "3",
            "04", "4",
            "05", "5", "PM", "pm", "MST", "Z07:00", "-0700", "-07:00:00", ".000", ",999", " ", "-", "T", "GMT+3", "+",
            "99",
            "1h", "ms", "µs", "Z", "é", "9223372036854775807", "ChST",
        ]
        func text() -> String {
            (0..<(generator.next() % 8)).map { _ in pieces[Int(generator.next() % UInt64(pieces.count))] }.joined()
        }
        for _ in 0..<Fuzz.iterations(3_000) {
            let layout = text()
            // Often the layout itself, or with one change.
            let value = generator.next() % 2 == 0 ? layout : text()
            let result = try rig.call("run", .string(layout), .string(value))
            #expect(result == .bool(true), "FUZZ_SEED=\(Fuzz.seed) '\(layout)' '\(value)'")
        }
    }
}
