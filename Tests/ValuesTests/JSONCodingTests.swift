import Testing
import Values

@Suite("A JSON text")
struct JSONCodingTests {
    private func read(_ text: String) throws -> Value { try JSONCoding.value(from: Array(text.utf8)) }

    @Test(
        "is written without spaces, with what is no number as null",
        arguments: [
            (.null, "null"), (.bool(true), "true"), (.bool(false), "false"), (.int(.min), "-9223372036854775808"),
            (.double(2), "2.0"), (.double(0.1), "0.1"), (.double(-0.0), "-0.0"), (.double(1e300), "1e+300"),
            (.double(.nan), "null"), (.double(-.infinity), "null"), (.string("a\"\u{1}"), #""a\"\u0001""#),
            (.list([]), "[]"), (.list([.int(1), .list([.null])]), "[1,[null]]"), (.map(.init()), "{}"),
            (.map(.init([("b", .int(1)), ("a\n", .map(.init([("", .null)])))])), #"{"b":1,"a\n":{"":null}}"#),
        ] as [(Value, String)])
    func writing(value: Value, text: String) throws {
        #expect(try JSONCoding.text(of: value) == text)
    }

    @Test(
        "of numbers is read as integers where they fit",
        arguments: [
            ("0", .int(0)), ("-0", .int(0)), ("123", .int(123)), ("-9223372036854775808", .int(.min)),
            ("9223372036854775807", .int(.max)), ("9223372036854775808", .double(9_223_372_036_854_775_808)),
            ("1.0", .double(1)), ("1e2", .double(100)), ("1E+2", .double(100)), ("-0.0", .double(-0.0)),
            ("5e-324", .double(.leastNonzeroMagnitude)), ("1e-999", .double(0)), ("0e1", .double(0)),
            ("0.10E-01", .double(0.01)),
            ("1.7976931348623157e308", .double(.greatestFiniteMagnitude)),
        ] as [(String, Value)])
    func numbers(text: String, value: Value) throws {
        let found = try read(text)
        #expect(found == value)
        #expect(found.scalarText == value.scalarText)
    }

    @Test(
        "has words for what is no number where it is to be exact",
        arguments: [("NaN", Double.nan), ("Infinity", .infinity), ("-Infinity", -.infinity)])
    func exactNumbers(word: String, double: Double) throws {
        let text = "[\(word),1]"
        #expect(try JSONCoding.text(of: .list([.double(double), .int(1)]), .exact) == text)
        guard case .double(let found) = try JSONCoding.value(from: Array(text.utf8), .exact).list?.first else {
            Issue.record("no double")
            return
        }
        #expect(found == double || found.isNaN && double.isNaN)
        for text in ["nan", "inf", "Inf", "+Infinity", "--Infinity", "-NaN", "Infinit", "NaNN"] {
            #expect(throws: JSONCoding.Failure.self) { try JSONCoding.value(from: Array(text.utf8), .exact) }
        }
    }

    @Test(
        "of strings is read with its escapes, half a pair as U+FFFD",
        arguments: [
            (#""""#, ""), (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u0041\u00e9\u65E5\u0000""#, "Aé日\0"),
            (#""\ud83d\ude00""#, "😀"), (#""\uD83D\uDE00""#, "😀"), (#""\udbff\udfff""#, "\u{10FFFF}"),
            (#""\ud83d""#, "\u{FFFD}"), (#""\ude00""#, "\u{FFFD}"), (#""\ud83dx""#, "\u{FFFD}x"),
            (#""\ud83d\n""#, "\u{FFFD}\n"), (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), (#""\ud83d\u0041""#, "\u{FFFD}A"),
            ("\"é日😀\u{2028}\u{7F}\"", "é日😀\u{2028}\u{7F}"), (#""\ufffe\uffff""#, "\u{FFFE}\u{FFFF}"),
        ])
    func strings(text: String, string: String) throws {
        let found = try #require(try read(text).string)
        #expect(Array(found.unicodeScalars) == Array(string.unicodeScalars))
    }

    @Test(
        "of lists and objects is read with the white space of the grammar",
        arguments: [
            ("[]", .list([])), (" \t\r\n[ \n] ", .list([])), ("[1,\n2 , null]", .list([.int(1), .int(2), .null])),
            ("{}", .map(.init())), (#" { "a" : [ { } ] } "#, .map(.init([("a", .list([.map(.init())]))]))),
            (
                #"{"b":1,"a":true,"":false}"#,
                .map(.init([("b", .int(1)), ("a", .bool(true)), ("", .bool(false))]))
            ),
            (#"{"a":1,"b":2,"a":3}"#, .map(.init([("a", .int(3)), ("b", .int(2))]))),
        ] as [(String, Value)])
    func structure(text: String, value: Value) throws {
        #expect(try read(text) == value)
    }

    @Test("keeps the last of equal keys at the first one's place among many")
    func manyKeys() throws {
        let members = (0..<200).map { "\"k\($0 % 100)\":\($0)" }.joined(separator: ",")
        let map = try #require(try read("{\(members)}").map)
        #expect(map.keys == (0..<100).map { "k\($0)" })
        #expect(map.values == (100..<200).map { .int($0) })
    }

    @Test(
        "that is wrong is refused with its place and what was expected",
        arguments: [
            ("", "line 1, column 1: expected a value, found the end"),
            ("  ", "line 1, column 3: expected a value, found the end"),
            (#"{"a":}"#, "line 1, column 6: expected a value, found '}'"),
            (#"{"é":}"#, "line 1, column 6: expected a value, found '}'"),
            ("[1,]", "line 1, column 4: expected a value, found ']'"),
            ("[,1]", "line 1, column 2: expected a value, found ','"),
            ("[1 2]", "line 1, column 4: expected ',' or ']', found '2'"),
            ("[1", "line 1, column 3: expected ',' or ']', found the end"),
            ("[1}", "line 1, column 3: expected ',' or ']', found '}'"),
            ("[\n1,\n  x]", "line 3, column 3: expected a value, found 'x'"),
            ("{,}", "line 1, column 2: expected a string as key, found ','"),
            ("{a:1}", "line 1, column 2: expected a string as key, found 'a'"),
            ("{'a':1}", "line 1, column 2: expected a string as key, found '''"),
            (#"{"a" 1}"#, "line 1, column 6: expected ':', found '1'"),
            (#"{"a":1,}"#, "line 1, column 8: expected a string as key, found '}'"),
            (#"{"a":1;}"#, "line 1, column 7: expected ',' or '}', found ';'"),
            ("1 2", "line 1, column 3: expected the end, found '2'"),
            ("[]]", "line 1, column 3: expected the end, found ']'"),
            ("nul", "line 1, column 4: expected 'null', found the end"),
            ("nulL", "line 1, column 4: expected 'null', found 'L'"),
            ("True", "line 1, column 1: expected a value, found 'T'"),
            ("trueish", "line 1, column 5: expected the end, found 'i'"),
            ("NaN", "line 1, column 1: expected a value, found 'N'"),
            ("-Infinity", "line 1, column 2: expected a digit, found 'I'"),
            ("-", "line 1, column 2: expected a digit, found the end"),
            ("+1", "line 1, column 1: expected a value, found '+'"),
            (".5", "line 1, column 1: expected a value, found '.'"),
            ("1.", "line 1, column 3: expected a digit, found the end"),
            ("1.e1", "line 1, column 3: expected a digit, found 'e'"),
            ("1e", "line 1, column 3: expected a digit, found the end"),
            ("1e+-2", "line 1, column 4: expected a digit, found '-'"),
            ("01", "line 1, column 2: expected the end, found '1'"),
            ("0x1F", "line 1, column 2: expected the end, found 'x'"),
            ("[1e400]", "line 1, column 2: expected a number of at most 1.8e308"),
            (#""a"#, "line 1, column 3: expected '\"', found the end"),
            ("\"a\nb\"", "line 1, column 3: expected an escape in the string, found byte 0x0A"),
            ("\"\0\"", "line 1, column 2: expected an escape in the string, found byte 0x00"),
            (#""\x41""#, #"line 1, column 3: expected one of " \ / b f n r t u after '\', found 'x'"#),
            (#""\u12 4""#, "line 1, column 6: expected four hexadecimal digits, found a space"),
            (#""\ud83d\u1""#, "line 1, column 11: expected four hexadecimal digits, found '\"'"),
            (#""\"#, #"line 1, column 3: expected one of " \ / b f n r t u after '\', found the end"#),
            ("[1] // one", "line 1, column 5: expected the end, found '/'"),
            ("/* */1", "line 1, column 1: expected a value, found '/'"),
            ("\u{FEFF}1", "line 1, column 1: expected a value, found byte 0xEF"),
            ("\u{A0}1", "line 1, column 1: expected a value, found byte 0xC2"),
            ("[\u{B}1]", "line 1, column 2: expected a value, found byte 0x0B"),
        ])
    func wrong(text: String, message: String) throws {
        let failure = try #require(throws: JSONCoding.Failure.self) { try read(text) }
        #expect(failure.description == "JSON: " + message)
    }

    @Test(
        "whose strings are not UTF-8 is refused",
        arguments: [[0xFF], [0xC3], [0xE6, 0x97], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF4, 0x90, 0x80, 0x80]]
            as [[UInt8]])
    func notUTF8(bytes: [UInt8]) throws {
        for text in [[0x22] + bytes + [0x22], [0x22, 0x5C, 0x6E] + bytes + [0x22]] {
            let failure = try #require(throws: JSONCoding.Failure.self) { try JSONCoding.value(from: text) }
            #expect(failure.description == "JSON: line 1, column 2: expected a string in UTF-8")
        }
    }

    @Test("is read and written as deep as a registry may be, and no deeper")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        let deepest = nested(ValueCoding.deepest)
        let value = try read(deepest)
        #expect(try JSONCoding.text(of: value) == deepest)
        let failure = try #require(throws: JSONCoding.Failure.self) { try read(nested(ValueCoding.deepest + 1)) }
        #expect(
            failure.description
                == "JSON: line 1, column 129: expected lists and objects at most 128 deep inside each other, found '['")
        #expect(throws: JSONCoding.Failure.self) { try JSONCoding.text(of: .list([value])) }
        #expect(throws: JSONCoding.Failure.self) { try read(String(repeating: #"{"a":["#, count: 200_000)) }
    }

    @Test("of a mebibyte is read in time that grows with its length")
    func large() throws {
        let strings = "[" + Array(repeating: #""\u00e9 and plain text""#, count: 45_000).joined(separator: ",") + "]"
        #expect(try read(strings).list?.count == 45_000)
        let members = (0..<60_000).map { "\"key\($0)\":\($0)" }.joined(separator: ",\n")
        let map = try #require(try read("{\(members)}").map)
        #expect(map.count == 60_000)
        #expect(map.keys.last == "key59999")
        let digits = String(repeating: "1", count: 1 << 20)
        #expect(throws: JSONCoding.Failure.self) { try read(digits) }
        #expect(try read("0." + digits) == .double(1.0 / 9))
    }
}
