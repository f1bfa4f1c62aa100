import Registry
import Testing

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
        "has nothing else",
        arguments: [
            ("version: 1\nnamespace: a\nentries: []", ["1:10: version: expected \"1.0\", found '1'"]),
            ("version: 1.00\nnamespace: a\nentries: []", ["1:10: version: expected \"1.0\", found '1.00'"]),
            ("version: [1.0]\nnamespace: a\nentries: []", ["1:10: version: expected \"1.0\", found a list"]),
            ("namespace: a", ["1:1: no 'entries' in the file; expected a list, [] if there are none"]),
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
                "namespace: a\nentrys: []",
                [
                    "1:1: no 'entries' in the file; expected a list, [] if there are none",
                    "2:1: unknown key 'entrys'; did you mean 'entries'?",
                ]
            ),
            (
                "namespace: a\nentries: []\nwibble: 1",
                ["3:1: unknown key 'wibble'; expected one of version, namespace, entries, meta, comment"]
            ),
        ])
    func illegal(text: String, complaints: [String]) {
        #expect(errors(in: text) == complaints.map { "registry.yaml:\($0)" })
    }

    @Test(
        "is not there in an empty file",
        arguments: [("", "1:1"), ("\u{FEFF}", "1:1"), ("\n\n", "3:1"), ("# nothing\n", "2:1")])
    func empty(text: String, place: String) {
        #expect(
            errors(in: text)
                == ["registry.yaml:\(place): the file is empty; expected a map with 'namespace' and 'entries'"])
    }

    @Test(
        "stands once in a file",
        arguments: [
            "namespace: a\nentries: []\n---\nnamespace: b\nentries: []\n", "namespace: a\nentries: []\n---\n",
        ])
    func severalDocuments(text: String) {
        #expect(errors(in: text) == ["registry.yaml:3:1: a second document; expected one in a file"])
    }

    @Test(
        "that has no namespace makes a file that is ignored with a note",
        arguments: [
            (
                "a: 1\nb: !Ref x\na: 2",
                "1:1: ignored: no 'namespace' in the file; expected a map with 'namespace' and 'entries'"
            ),
            (
                "namespce: app\nentries: []",
                "1:1: ignored: no 'namespace' in the file; expected a map with 'namespace' and 'entries'"
                    + "; did you mean 'namespace' by 'namespce'?"
            ),
            (
                "[1, 2]",
                "1:1: ignored: no 'namespace' in the file; expected a map with 'namespace' and 'entries', found a list"
            ),
            (
                "---\n",
                "2:1: ignored: no 'namespace' in the file; expected a map with 'namespace' and 'entries', found nothing"
            ),
        ])
    func passedOver(text: String, note: String) {
        let load = load(text)
        #expect(load.errors == [])
        #expect(load.notes.map(\.description) == ["registry.yaml:\(note)"])
        #expect(load.snapshot != nil)
    }

    @Test("must have a namespace in a file that somebody named")
    func named() {
        let file = RegistryFile(path: "other.yaml", bytes: Array("a: 1".utf8), isNamed: true)
        let load = RegistrySnapshot.load([file])
        #expect(load.snapshot == nil)
        #expect(
            load.errors.map(\.description) == [
                "other.yaml:1:1: no 'namespace' in the file; expected a map with 'namespace' and 'entries'"
            ])
    }

    @Test("is looked at before it is ignored: a syntax error is an error in any file")
    func passedOverSyntax() {
        #expect(load("a: [1").snapshot == nil)
    }
}
