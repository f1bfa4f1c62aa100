import Registry
import Testing
import Values

@Suite("A syntax error")
struct SyntaxTests {
    @Test(
        "says in words for people what is wrong, where, and what was expected",
        arguments: [
            ("a: b: c", "1:5", "a ': ' that cannot stand here; expected one 'key: value' a line, or quotes"),
            ("a: 1\n b: 2", "2:3", "a ': ' that cannot stand here"),
            ("a:\n  b: 1\n c: 2", "3:2", "no key here; expected 'key: value' in the same column as the keys before it"),
            (
                "- a\nb: 1", "2:1",
                "no '- ' here; expected a list item in the same column as those before it (in a list that begins at 1:1)"
            ),
            (
                "a: [1, 2", "1:9",
                "a list in brackets goes wrong here; expected ',' or ']' (in a list in brackets that begins at 1:4)"
            ),
            (
                "a: {b: 1", "1:9",
                "a map in braces goes wrong here; expected ',' or '}' (in a map in braces that begins at 1:4)"
            ),
            ("a: ]", "1:4", "no value here; expected a scalar, a list or a map"),
            ("a: @b", "1:4", "a character that cannot begin a value; expected spaces instead of tabs, and quotes"),
            ("a:\n\tb: 1", "2:1", "a character that cannot begin a value"),
            (
                "a: \"x", "1:6",
                "the file ends inside quotes; expected the closing quote (in a quoted string that begins at 1:4)"
            ),
            ("a: 'x\n---\n'", "2:1", "a '---' or '...' inside quotes; expected the closing quote before it"),
            ("a: \"\\q\"", "1:5", "an unknown escape after '\\'; expected one such as \\n"),
            ("a: \"\\uD800\"", "1:7", "an escape that is no character; expected U+0 to U+10FFFF"),
            ("a: \"\\x4\"", "1:7", "an escape without its digits"),
            ("a: &\n", "1:5", "a name that cannot stand after & or *"),
            ("a: !x!y z", "1:4", "a tag with an unknown handle; expected none, or one such as !!str"),
            ("a: |x\n", "1:5", "text where the line should end; expected a line break"),
            ("a: |0\n", "1:5", "an indentation of 0 after | or >; expected 1 to 9"),
            ("%YAML 3.0\n---\na: 1", "1:1", "an unknown YAML version; expected none, or %YAML 1.2"),
            ("%FOO\n---\na: 1", "1:5", "an unknown directive; expected none, or %YAML 1.2"),
            ("a: 1\nb\nc: 2", "2:1", "a key without ':'; expected 'key: value'"),
            ("{namespace: a, entries: []}\nb", "2:1", "text after the end of the document"),
        ])
    func words(text: String, place: String, complaint: String) throws {
        let errors = errors(in: text)
        #expect(errors.count == 1)
        let error = try #require(errors.first)
        #expect(error.hasPrefix("registry.yaml:\(place): \(complaint)"), "\(error)")
    }

    @Test("ends the reading of its file but not of the others")
    func others() {
        let load = load(["a.yaml": "namespace: [", "b.yaml": "namespace: {", "c.yaml": "namespace: c\nentries: []"])
        #expect(load.errors.map(\.location.file) == ["a.yaml", "b.yaml"])
    }
}

@Suite("The text of a file")
struct TextTests {
    private func error(_ bytes: [UInt8]) throws -> String {
        let load = RegistrySnapshot.load([RegistryFile(path: "r.yaml", bytes: bytes, isNamed: true)])
        #expect(load.errors.count == 1)
        return try #require(load.errors.first).description
    }

    @Test(
        "must be UTF-8",
        arguments: [
            ([0xFF, 0xFE, 0x61, 0x00], "1:1: the file is UTF-16 or UTF-32; expected UTF-8"),
            ([0xFE, 0xFF, 0x00, 0x61], "1:1: the file is UTF-16 or UTF-32; expected UTF-8"),
            ([0x61, 0x00, 0x62, 0x00], "1:1: the file is UTF-16 or no text; expected UTF-8"),
            ([0x00, 0x61, 0x00, 0x62], "1:1: the file is UTF-16 or no text; expected UTF-8"),
            ([0x00, 0x00, 0x00, 0x61], "1:1: the file is UTF-32 or no text; expected UTF-8"),
            ([0x61, 0x0A, 0x62, 0xFF], "2:2: the byte 0xFF is not UTF-8 here; expected UTF-8"),
            ([0xC3, 0xA9, 0x80], "1:2: the byte 0x80 is not UTF-8 here; expected UTF-8"),
            ([0x61, 0xC0, 0x80], "1:2: the byte 0xC0 is not UTF-8 here; expected UTF-8"),
            ([0x61, 0xE0, 0x80, 0x80], "1:2: the byte 0xE0 is not UTF-8 here; expected UTF-8"),
            ([0x61, 0xED, 0xA0, 0x80], "1:2: the byte 0xED is not UTF-8 here; expected UTF-8"),
            ([0x61, 0xF4, 0x90, 0x80, 0x80], "1:2: the byte 0xF4 is not UTF-8 here; expected UTF-8"),
            ([0x61, 0xF5, 0x80, 0x80, 0x80], "1:2: the byte 0xF5 is not UTF-8 here; expected UTF-8"),
            ([0x61, 0xE2, 0x82], "1:2: the byte 0xE2 is not UTF-8 here; expected UTF-8"),
            ([0x61, 0xC3], "1:2: the byte 0xC3 is not UTF-8 here; expected UTF-8"),
        ] as [([UInt8], String)])
    func encoding(bytes: [UInt8], complaint: String) throws {
        #expect(try error(bytes) == "r.yaml:\(complaint)")
    }

    @Test(
        "has no characters that nobody sees or that only some take for a line end",
        arguments: [
            ("a: \u{7}", "1:4: the control character U+0007 is not allowed; expected an escape in double quotes"),
            ("a: \u{7F}", "1:4: the control character U+007F is not allowed"),
            ("a: \u{9F}", "1:4: the control character U+009F is not allowed"),
            ("é\na: é\u{0}", "2:5: the control character U+0000 is not allowed"),
            ("a: \u{85}", "1:4: U+0085 is a line end to some and not to others"),
            ("# \u{2028}b: 1", "1:3: U+2028 is a line end to some and not to others"),
            ("a: \u{FEFF}", "1:4: a byte order mark (U+FEFF) inside the text; expected one at its beginning or none"),
            ("a: \u{FFFE}", "1:4: U+FFFE is not a character"),
        ])
    func characters(text: String, complaint: String) throws {
        #expect(try error(Array(text.utf8)).hasPrefix("r.yaml:\(complaint)"))
    }

    @Test(
        "has lines that end at LF, CR LF and CR, and columns that count characters",
        arguments: [
            ("a: 1\nb: @", "2:4"), ("a: 1\r\nb: @", "2:4"), ("a: 1\rb: @", "2:4"), ("a: 1\r\n\r\n\nb: @", "4:4"),
            ("\"äöü\": @", "1:8"), ("\"日本語\": @", "1:8"), ("\"👩‍💻\": @", "1:8"), ("\u{FEFF}a: @", "1:4"),
        ])
    func places(text: String, place: String) {
        #expect(load(named: text).errors.map { "\($0.location)" } == ["registry.yaml:\(place)"])
    }
}
