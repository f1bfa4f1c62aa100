import Foundation
import Registry
import Testing
import Values

@Suite("A diagnostic")
struct DiagnosticTests {
    private func rendered(_ text: String) -> String? { load(named: text).errors.first?.rendered }

    @Test("shows its source line and a caret under the column")
    func caret() {
        #expect(
            rendered("namespace: app\nentries: []\nversion: [2] # old\n") == """
                registry.yaml:3:10: version: expected a version such as "1.0", found a list
                  3 | version: [2] # old
                    |          ^
                """)
    }

    @Test(
        "puts the caret directly after tabs, and after characters of several bytes, of two columns and of none",
        arguments: [
            ("{a:\t@", "{a:     @", 8), ("{\"é\": @", "{\"é\": @", 6), ("{\"日本\": @", "{\"日本\": @", 9),
            ("{\"e\u{301}\": @", "{\"e\u{301}\": @", 6), ("{\"😀\": @", "{\"😀\": @", 7),
            ("{\"\u{200B}\": @", "{\"\\u{200B}\": @", 13),
        ])
    func columns(line: String, shown: String, column: Int) throws {
        let excerpt = try #require(load(named: "# a line\r\n\(line)\r\n# a line").errors.first?.excerpt)
        #expect(excerpt.text == shown)
        #expect(excerpt.caretColumn == column)
    }

    @Test("cuts a long line around the column")
    func longLine() throws {
        let text = "{a: \"\(String(repeating: "é", count: 3_000))\" @\(String(repeating: "x", count: 3_000))"
        let error = try #require(load(named: text).errors.first)
        let excerpt = try #require(error.excerpt)
        #expect(error.location.column == 3_008)
        #expect(excerpt.text.hasPrefix("…ééé"))
        #expect(excerpt.text.hasSuffix("xxx…"))
        #expect(excerpt.text.count == 102)
        #expect(Array(excerpt.text)[excerpt.caretColumn] == "@")
    }

    @Test("at the end of a file stands after its last character")
    func endOfFile() throws {
        let error = try #require(load(named: "a: [").errors.first)
        #expect(error.location.column == 5)
        #expect(error.excerpt?.text == "a: [")
        #expect(error.excerpt?.caretColumn == 4)
        #expect(load(named: "a: [\n").errors.first?.excerpt?.text == "")
    }

    @Test("prints nothing that a terminal obeys, in its message, its line or its path")
    func printable() throws {
        let load = load(["a\u{1B}[31m.yaml": "namespace: \"\\e[31m\\u202E\"\nentries: []"])
        let error = try #require(load.errors.first)
        #expect(error.description.hasPrefix("a\\u{1B}[31m.yaml:1:12: namespace: "))
        #expect(error.message.hasSuffix("found '\\u{1B}[31m\\u{202E}'"))
    }

    @Test("quotes no more of a long text than a person reads")
    func longText() throws {
        let error = try #require(load("namespace: '\(String(repeating: "é", count: 5_000))'\nentries: []").errors.first)
        #expect(error.message.hasSuffix("éé…'"))
        #expect(error.message.count < 200)
    }

    @Test("beyond the limit is only counted")
    func cap() throws {
        let items = String(repeating: "- {}\n", count: 200)
        let errors = load("namespace: app\nentries:\n\(items)").errors
        #expect(errors.count == 101)
        #expect(errors.last?.message == "… and 300 more")
        #expect(errors.last?.location == errors[99].location)
    }

    @Test("beyond the limit is counted over all files, and notes are too")
    func capOverFiles() {
        var limits = RegistryLimits()
        limits.diagnostics = 3
        let errors = load(
            [
                "a": "namespace: a\nentries: 1", "b": "namespace: [", "c": "namespace: c\nentries: 1",
                "d": "namespace: [", "e": "namespace: [",
            ], limits: limits
        )
        .errors
        #expect(errors.map(\.location.file) == ["a", "b", "c", "c"])
        #expect(errors.last?.message == "… and 2 more")
        let notes = load(["a": "1", "b": "2", "c": "3", "d": "4"], limits: limits).notes
        #expect(notes.map(\.location.file) == ["a", "b", "c", "c"])
        #expect(notes.last?.severity == .note(.foreignFile))
    }

    @Test("of one name do not hide notes of another")
    func capByName() {
        var limits = RegistryLimits()
        limits.diagnostics = 2
        let files = ["a", "b", "c"].map { RegistryFile(path: $0, bytes: Array("1".utf8)) }
        var ignored = Diagnostics(limit: 2)
        for path in ["d", "e", "f"] { ignored.add(IgnoredFile(path: path, .suffix)) }
        let notes = RegistrySnapshot.load(files, ignored: ignored, limits: limits).notes
        #expect(
            notes.map { "\($0.location.file) \($0.note?.rawValue ?? "")" } == [
                "d suffix-case", "e suffix-case", "a foreign-file", "b foreign-file", "b foreign-file", "e suffix-case",
            ])
        #expect(notes.suffix(2).map(\.message) == ["… and 1 more", "… and 1 more"])
    }

    @Test("have the names that the table in cronsupd(8) has")
    func noteTable() throws {
        let path = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/docs/CRONSUPD.md"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let section = try #require(text.split(separator: "### Notes\n").last?.split(separator: "\n#").first)
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
        #expect(rows.map { String($0.split(separator: "`")[1]) } == Note.allCases.map(\.rawValue))
    }

    @Test(
        "are accepted by their names, and a name that there is not is an error",
        arguments: [
            (["no-job,meta-key", "day-rule"], nil), ([], nil),
            (["interval-restrat"], "--allow: no note 'interval-restrat'; did you mean 'interval-restart'?"),
            (
                ["meta-key,"],
                "--allow: no note ''; expected one of \(Note.allCases.map(\.rawValue).joined(separator: ", "))"
            ),
        ])
    func names(texts: [String], complaint: String?) {
        var found: String?
        do {
            // What the service itself may see otherwise is always accepted.
            #expect(try Note.named(texts).contains(.missingController))
        } catch {
            found = error.description
        }
        #expect(found == complaint)
    }
}
