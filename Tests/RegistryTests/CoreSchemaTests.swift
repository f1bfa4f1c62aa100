import Testing
import Values

@Suite("A plain scalar")
struct CoreSchemaTests {
    @Test(
        "means what the YAML 1.2 core schema says",
        arguments: [
            ("", .null), ("~", .null), ("null", .null), ("Null", .null), ("NULL", .null), ("nULL", .string("nULL")),
            ("true", .bool(true)), ("True", .bool(true)), ("TRUE", .bool(true)), ("tRUE", .string("tRUE")),
            ("false", .bool(false)), ("False", .bool(false)), ("FALSE", .bool(false)),
            ("no", .string("no")), ("yes", .string("yes")), ("on", .string("on")), ("off", .string("off")),
            ("y", .string("y")), ("n", .string("n")),
            ("0", .int(0)), ("-0", .int(0)), ("+12", .int(12)), ("0123", .int(123)), ("0o17", .int(15)),
            ("0x1F", .int(31)), ("0o8", .string("0o8")), ("0xG", .string("0xG")), ("-0x1", .string("-0x1")),
            ("0x", .string("0x")), ("0b1", .string("0b1")), ("1_000", .string("1_000")),
            ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
            ("1.5", .double(1.5)), ("-1.5", .double(-1.5)), (".5", .double(0.5)), ("1.", .double(1)),
            ("1e3", .double(1000)), ("1E+3", .double(1000)), ("1.5e-1", .double(0.15)), ("1e", .string("1e")),
            ("e1", .string("e1")), (".", .string(".")), ("..", .string("..")), ("+", .string("+")),
            ("1.2.3", .string("1.2.3")),
            ("99999999999999999999.0", .double(1e20)), ("0.0000000001", .double(1e-10)),
            (".inf", .double(.infinity)), ("-.INF", .double(-.infinity)), ("+.Inf", .double(.infinity)),
            ("inf", .string("inf")), ("nan", .string("nan")), ("infinity", .string("infinity")),
            ("1:30", .string("1:30")), ("2026-11-23", .string("2026-11-23")), ("=", .string("=")),
        ] as [(String, Value)])
    func plain(text: String, expected: Value) {
        #expect(value(of: text) == expected)
    }

    @Test("is not a number in all three capitalisations", arguments: [".nan", ".NaN", ".NAN"])
    func notANumber(text: String) throws {
        guard case .double(let double) = try #require(value(of: text)) else {
            Issue.record("\(text) is no double")
            return
        }
        #expect(double.isNaN)
    }

    @Test(
        "is an error where it is a number that cannot be kept",
        arguments: [
            ("9223372036854775808", "integer out of range: '9223372036854775808'"),
            ("-9223372036854775809", "integer out of range: '-9223372036854775809'"),
            ("0xFFFFFFFFFFFFFFFF", "integer out of range: '0xFFFFFFFFFFFFFFFF'"),
            ("1e999", "number out of range: '1e999'"),
        ])
    func outOfRange(text: String, complaint: String) throws {
        let messages = messages(about: text)
        #expect(messages.count == 1)
        #expect(try #require(messages.first).hasPrefix(complaint))
    }

    @Test(
        "in quotes or in a block is a string",
        arguments: [
            ("'5'", "5"), ("\"5\"", "5"), ("\"\"", ""), ("'~'", "~"), ("\"true\"", "true"), ("|\n    5", "5\n"),
            (">-\n    null", "null"), ("\"\\u00e9\\0\\n\"", "é\0\n"), ("'it''s'", "it's"),
        ])
    func quoted(text: String, expected: String) {
        #expect(value(of: text) == .string(expected))
    }

    @Test(
        "obeys a tag of the core schema",
        arguments: [
            ("!!str 5", .string("5")), ("!!str", .string("")), ("!!str null", .string("null")),
            ("!!int \"5\"", .int(5)),
            ("!!int 0x10", .int(16)), ("!!float 5", .double(5)), ("!!float .inf", .double(.infinity)),
            ("!!bool \"true\"", .bool(true)), ("!!null \"\"", .null), ("! 5", .string("5")),
            ("!!seq [1]", .list([.int(1)])), ("!!map {}", .map(.init())), ("!<tag:yaml.org,2002:str> 5", .string("5")),
        ] as [(String, Value)])
    func tagged(text: String, expected: Value) {
        #expect(value(of: text) == expected)
    }

    @Test(
        "cannot have any other tag",
        arguments: [
            ("!!int x", "'x' is not what the tag !!int says"),
            ("!!int 1.5", "'1.5' is not what the tag !!int says"),
            ("!!bool yes", "'yes' is not what the tag !!bool says"),
            ("!!null 0", "'0' is not what the tag !!null says"),
            ("!!seq x", "the tag !!seq cannot stand before a scalar"),
            ("!!map [x]", "the tag !!map cannot stand before a list"),
            ("!!str {}", "the tag !!str cannot stand before a map"),
            ("!!int 99999999999999999999", "integer out of range: '99999999999999999999'"),
            ("!!binary aGk=", "unknown tag '!!binary'; expected none, or one of !!str, !!int, !!float, !!bool"),
            (
                "!Ref x",
                "unknown tag '!Ref'; expected none, or one of !!str, !!int, !!float, !!bool, !!null, !!seq, !!map"
            ),
        ])
    func unknownTag(text: String, complaint: String) throws {
        let messages = messages(about: text)
        #expect(messages.count == 1)
        #expect(try #require(messages.first).hasPrefix(complaint))
    }
}
