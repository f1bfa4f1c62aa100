import Model
import Registry
import Testing
import Values

@Suite("The top level of a file")
struct TopLevelTests {
    @Test(
        "has a namespace and entries, and may have a version, meta and a comment",
        arguments: [
            "namespace: app\nentries: []",
            "version: \"1.0\"\nnamespace: app\nentries: []",
            "version: 1.0\nnamespace: app.billing\nentries: []\n",
            "version: '1.0'\nnamespace: app\nmeta: {a: 1}\ncomment: x\nentries: []",
            "%YAML 1.2\n---\nnamespace: app\nentries: []\n...\n",
            "{\"namespace\":\"app\",\"entries\":[]}",
            "\u{FEFF}namespace: app\nentries: []",
            "namespace: app\r\nentries:\r\n  []\r\n",
            "# first\nnamespace: app # second\nentries: [] # third",
        ])
    func legal(text: String) throws {
        let load = load(text)
        #expect(load.errors == [])
        #expect(load.notes == [])
        #expect(try #require(load.snapshot).entries.isEmpty)
    }

    @Test(
        "has any version, keys of anybody's that begin with x-, and may have a meta with nothing in it",
        arguments: [
            "version: \"0.4.0\"", "version: 1", "version: 2.00", "version: v1-beta", "meta:", "meta: ~",
            "x-common: &c {a: [1]}", "x-: 1",
        ])
    func free(line: String) throws {
        let load = load("namespace: app\n\(line)\nentries: []")
        #expect(load.errors == [] && load.notes == [])
        #expect(try #require(load.snapshot).entries.isEmpty)
    }

    @Test(
        "has nothing else",
        arguments: [
            (
                "version:\nnamespace: a\nentries: []",
                ["1:9: version: expected a version such as \"1.0\", found nothing"]
            ),
            (
                "version: ''\nnamespace: a\nentries: []",
                ["1:10: version: expected a version such as \"1.0\", found the string ''"]
            ),
            (
                "version: true\nnamespace: a\nentries: []",
                ["1:10: version: expected a version such as \"1.0\", found the boolean true"]
            ),
            (
                "version: [1.0]\nnamespace: a\nentries: []",
                ["1:10: version: expected a version such as \"1.0\", found a list"]
            ),
            ("namespace: a\nentries:", ["2:9: entries: expected a list, [] if there are none, found nothing"]),
            ("namespace: a\nentries: {}", ["2:10: entries: expected a list, [] if there are none, found a map"]),
            ("namespace: [a]\nentries: []", ["1:12: namespace: expected a string, found a list"]),
            ("namespace: 5\nentries: []", ["1:12: namespace: expected a string, found the number 5"]),
            ("namespace:\nentries: []", ["1:11: namespace: expected a string, found nothing"]),
            (
                "namespace: a b\nentries: []",
                ["1:12: namespace: expected letters, digits, '_', '-' and '.', at most 128 of them, found 'a b'"]
            ),
            ("namespace: a\nmeta: 5\nentries: []", ["2:7: meta: expected a map, found the number 5"]),
            (
                "namespace: a\nentries: []\nwibble: 1",
                ["3:1: unknown key 'wibble'; expected one of version, namespace, entries, meta, comment"]
            ),
            (
                "namespace: a\nentries: []\nname: b\nkind: c",
                [
                    "3:1: unknown key 'name'; expected one of version, namespace, entries, meta, comment",
                    "4:1: unknown key 'kind'; expected one of version, namespace, entries, meta, comment",
                ]
            ),
        ])
    func illegal(text: String, complaints: [String]) {
        #expect(errors(in: text) == complaints.map { "registry.yaml:\($0)" })
    }

    @Test("may be that of one entry")
    func oneEntry() throws {
        let text = """
            version: "1.0"
            namespace: app
            name: one
            kind: function.lua
            meta: {type: x, interval: 1s}
            method: run
            x-key: 1
            """
        let load = load(text)
        #expect(load.errors == [] && load.notes == [])
        let entry = try #require(load.snapshot?.entries.first)
        #expect(entry.id.description == "app:one" && entry.kind == "function.lua")
        #expect(entry.meta == Value.Map([("type", .string("x")), ("interval", .string("1s"))]))
        #expect(entry.data == Value.Map([("method", .string("run")), ("x-key", .int(1))]))
        #expect(entry.location.description == "registry.yaml:1:1")
        #expect(load.location(of: ["meta", "interval"], in: entry.id)?.description == "registry.yaml:5:27")
        #expect(
            errors(in: "namespace: app\nname: a b\nkind: k\nmeta: []") == [
                "registry.yaml:2:7: name: expected letters, digits, '_', '-' and '.', at most 128 of them, found 'a b'",
                "registry.yaml:4:7: meta: expected a map, found a list",
            ])
    }

    // MARK: Files of others

    /// With its place: what is wrong with a file that somebody named, and why it is ignored in a directory.
    private static let foreign = [
        ("", "1:1: the file is empty; expected a map with 'namespace' and 'entries'"),
        ("\u{FEFF}", "1:1: the file is empty; expected a map with 'namespace' and 'entries'"),
        ("\n\n", "3:1: the file is empty; expected a map with 'namespace' and 'entries'"),
        ("# nothing\n", "2:1: the file is empty; expected a map with 'namespace' and 'entries'"),
        ("a: 1\nb: !Ref x\na: 2", "1:1: no 'namespace' in the file; \(expected)"),
        (
            "namespce: app\nentries: []",
            "1:1: no 'namespace' in the file; \(expected); did you mean 'namespace' by 'namespce'?"
        ),
        ("namespace: a", "1:1: no 'entries' in the file; \(expected)"),
        ("namespace: a\nname: b", "1:1: no 'entries' in the file; \(expected)"),
        ("namespace: a\nkind: b\nmeta: {}", "1:1: no 'entries' in the file; \(expected)"),
        (
            "namespace: a\nentrys: []",
            "1:1: no 'entries' in the file; \(expected); did you mean 'entries' by 'entrys'?"
        ),
        ("namespace: web\nresources:\n- app.yaml\n", "1:1: no 'entries' in the file; \(expected)"),
        (
            "apiVersion: v1\nkind: List\nname: x\nnamespace: a\nentries: []",
            "1:1: a file with 'apiVersion', which is Kubernetes'"
        ),
        ("[1, 2]", "1:1: no map in the file; \(expected), found a list"),
        ("---\n", "2:1: no map in the file; \(expected), found nothing"),
        ("kind: a\n---\nnamespace: b\nentries: [", "1:1: no 'namespace' in the file; \(expected)"),
    ]
    private static let expected =
        "expected a map with 'namespace' and 'entries', or with 'namespace', 'name' and 'kind'"

    /// None of these has a line that begins with the namespace.
    private static let unreadable = [
        ("a: ]", "1:4: no value here; expected a scalar, a list or a map"),
        ("{{ if .Values.on }}\nkind: x\n{{ end }}", nil),
        ("  namespace: {{ .Release.Namespace }}\n- x", nil),
        ("a: \u{1}", nil),
    ]

    @Test("that is none of ours makes a file that is ignored with a note", arguments: foreign)
    func ignored(text: String, complaint: String) throws {
        let load = load(text)
        #expect(load.errors == [])
        let (place, reason) = try #require(split(complaint))
        #expect(load.notes.map(\.description) == ["registry.yaml:\(place): ignored: \(reason)"])
        #expect(load.snapshot != nil)
    }

    @Test("that is none of ours is an error in a file that somebody named", arguments: foreign)
    func named(text: String, complaint: String) {
        let load = RegistrySnapshot.load([RegistryFile(path: "other.yaml", bytes: Array(text.utf8), isNamed: true)])
        #expect(load.snapshot == nil)
        #expect(load.errors.map(\.description) == ["other.yaml:\(complaint)"])
    }

    private func split(_ complaint: String) -> (place: String, reason: String)? {
        guard let end = complaint.firstIndex(of: " ") else { return nil }
        return (String(complaint[..<end].dropLast()), String(complaint[complaint.index(after: end)...]))
    }

    @Test("is not looked for in a file that cannot be read, and that never had a namespace", arguments: unreadable)
    func unreadableForeign(text: String, complaint: String?) throws {
        let load = load(text)
        #expect(load.errors == [])
        let note = try #require(load.notes.first).description
        #expect(load.notes.count == 1 && note.contains(": ignored: "))
        if let complaint, let (place, reason) = split(complaint) {
            #expect(note == "registry.yaml:\(place): ignored: \(reason)")
        }
        let named = RegistryFile(path: "other.yaml", bytes: Array(text.utf8), isNamed: true)
        #expect(!RegistrySnapshot.load([named]).errors.isEmpty)
    }

    @Test(
        "may be meant in a file that cannot be read: a line begins with it, or the file had entries before",
        arguments: [
            "namespace: app\nentries: [", "a: [1\nnamespace: app", "x: }\r\nnamespace: {{ .Values.x }}\r\n",
            "{{ if x }}\nnamespace: a\n{{ end }}", "{namespace: a, entries: []}\nx", "\u{FEFF}namespace: a\n\t- b",
            "namespace: \u{0}a",
        ])
    func unreadableOurs(text: String) {
        #expect(!load(text).errors.isEmpty)
        #expect(load(text).snapshot == nil)
    }

    @Test(
        "was there before: the file is an error when it can be read no more, whatever it has",
        arguments: unreadable.map(\.0) + [""])
    func unreadableKnown(text: String) {
        let file = RegistryFile(path: "a.yaml", bytes: Array(text.utf8))
        #expect(!RegistrySnapshot.load([file], knownFiles: ["a.yaml"]).errors.isEmpty)
        #expect(RegistrySnapshot.load([file], knownFiles: ["b.yaml"]).errors.isEmpty)
    }

    @Test("is found in UTF-16 too, which is no text of a registry")
    func wide() {
        let text = Array("namespace: a\nentries: []\n".utf8)
        let little: [UInt8] = text.reduce(into: []) { $0 += [$1, 0] }
        let big: [UInt8] = text.reduce(into: []) { $0 += [0, $1] }
        for bytes in [[0xFF, 0xFE] + little, [0xFE, 0xFF] + big, little] {
            #expect(RegistrySnapshot.load([RegistryFile(path: "a.yaml", bytes: bytes)]).errors.count == 1)
        }
        #expect(RegistrySnapshot.load([RegistryFile(path: "a.yaml", bytes: [0xFF, 0xFE, 0x61, 0])]).errors.isEmpty)
    }

    @Test("of a file that is too large is looked for all the same")
    func tooLarge() {
        var limits = RegistryLimits()
        limits.fileBytes = 20
        #expect(load("a: 1234567890123456789", limits: limits).errors == [])
        #expect(
            load("a: 1234567890123456789", limits: limits).notes.map(\.description)
                == ["registry.yaml:1:1: ignored: the file has 22 bytes; expected at most 20"])
        #expect(load("a: 1234567890\nnamespace: x", limits: limits).errors.count == 1)
    }

    @Test(
        "stands once in a file",
        arguments: [
            "namespace: a\nentries: []\n---\nnamespace: b\nentries: []\n", "namespace: a\nentries: []\n---\n",
            "namespace: a\nentries: []\n---\nb: [",
        ])
    func severalDocuments(text: String) {
        #expect(errors(in: text) == ["registry.yaml:3:1: a second document; expected one in a file"])
    }

    @Test("has its values counted, and not those of the files of others")
    func foreignValues() {
        var limits = RegistryLimits()
        limits.totalNodes = 7
        let load = load(
            ["a.yaml": "a: [1, 2, 3, 4, 5, 6, 7, 8]", "b.yaml": "namespace: a\nentries: []"], limits: limits)
        #expect(load.errors == [])
    }
}
