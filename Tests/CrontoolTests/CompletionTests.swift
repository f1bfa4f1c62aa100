import Model
import Testing
import Values

@testable import Crontool

@Suite("Completions")
struct CompletionTests {
    private static let dump = """
        {"command": {"commandName": "tool", "arguments": [], "subcommands": [
          {"commandName": "get", "abstract": "Gets it. More.", "arguments": [
            {"kind": "positional", "valueName": "entry-id", "shouldDisplay": true},
            {"kind": "option", "names": [{"kind": "long", "name": "registry"}], "valueName": "path",
             "completionKind": {"file": {"extensions": ["yaml", "yml"]}}, "defaultValue": "/usual", "abstract": "The registry: one."},
            {"kind": "option", "names": [{"kind": "long", "name": "level"}], "allValues": ["low", "high"]},
            {"kind": "option", "names": [{"kind": "long", "name": "allow"}], "isRepeating": true,
             "completionKind": {"list": {"values": ["no-job", "no-effect"]}}},
            {"kind": "option", "names": [{"kind": "long", "name": "zone"}], "valueName": "zone"},
            {"kind": "option", "names": [{"kind": "long", "name": "place"}], "completionKind": {"directory": {}}},
            {"kind": "flag", "names": [{"kind": "short", "name": "h"}, {"kind": "long", "name": "help"}]},
            {"kind": "flag", "names": [{"kind": "long", "name": "hidden"}], "shouldDisplay": false}]},
          {"commandName": "list", "arguments": [
            {"kind": "positional", "valueName": "user", "isRepeating": true},
            {"kind": "option", "names": [{"kind": "long", "name": "job"}], "valueName": "job-id"}]},
          {"commandName": "live", "arguments": [
            {"kind": "positional", "valueName": "running-job"},
            {"kind": "option", "names": [{"kind": "long", "name": "registry"}], "valueName": "path"},
            {"kind": "option", "names": [{"kind": "long", "name": "daemon"}], "valueName": "key"},
            {"kind": "option", "names": [{"kind": "long", "name": "runtime-directory"}], "valueName": "path"}]}]}}
        """

    private static func entry(_ id: String, _ meta: Value.Map = Value.Map()) throws -> Entry {
        Entry(
            id: try #require(EntryID(id)), kind: "function.exec", meta: meta, data: Value.Map(),
            location: SourceLocation(file: "\(id).yaml", line: 1, column: 1))
    }

    private static func text(_ shell: UserShell, _ words: [String], _ current: Int? = nil) throws -> String {
        let grammar = try #require(CommandGrammar(dump: Array(dump.utf8)))
        let line = try #require(TypedLine(shell, words: ["tool"] + words, current: (current ?? words.count - 1) + 1))
        let jobMeta = Value.object([("type", .string("cron.job"))]).map ?? Value.Map()
        let entries = try ["app:one": [entry("app:one"), entry("app:job.two", jobMeta)], "/usual": [entry("usual:x")]]
        let sources = CompletionSources(
            entries: { entries[$0] ?? [] },
            jobs: { [$0.registry, $0.key, $0.place].compactMap(\.self) + ["app:live"] },
            zones: { ["Europe/Riga", "UTC"] }, users: { ["root", "www-data"] })
        return Completion(line, in: grammar, from: sources).text(withHelp: shell != .bash)
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    @Test(
        "are what the parser knows to stand there",
        arguments: [
            ([""], ["get", "list", "live"]),
            (["li"], ["list", "live"]),
            (["live", ""], ["app:live"]),
            (
                ["live", "--registry", "/r", "--daemon=k", "--runtime-directory", "/p", ""],
                ["/r", "k", "/p", "app:live"]
            ),
            (["get", "--"], ["--registry", "--level", "--allow", "--zone", "--place", "--help"]),
            (["get", "-"], ["--registry", "--level", "--allow", "--zone", "--place", "-h", "--help"]),
            (
                ["get", "--allow", "no-job", "--level", "low", "--"],
                ["--registry", "--allow", "--zone", "--place", "--help"]
            ),
            (["get", "--level=low", "-h", "--l"], []),
            (["get", "--level", ""], ["low", "high"]),
            (["get", "--level=h"], ["--level=high"]),
            (["get", "--allow", "no-job,no-e"], ["no-job,no-effect"]),
            (["get", "--zone", "Eu"], ["Europe/Riga"]),
            (["get", ""], ["usual:x"]),
            (["get", "--registry", "app:one", ""], ["app:one", "app:job.two"]),
            (["get", "--registry=app:one", "app:j"], ["app:job.two"]),
            (["get", "one:too", ""], ["--registry", "--level", "--allow", "--zone", "--place", "-h", "--help"]),
            (["list", "--registry", "app:one", "--job", ""], []),
            (["list", "root", ""], ["root", "www-data"]),
            (["list", "--", "-"], []),
            (["nothing", ""], []),
        ])
    func candidates(words: [String], expected: [String]) throws {
        let lines = Self.lines(try Self.text(.zsh, words))
        #expect(lines[0] == "words")
        #expect(lines.dropFirst(3).map { $0.prefix { $0 != "\t" } } == expected.map { $0[...] })
    }

    @Test("know an option on both sides of the word")
    func bothSides() throws {
        let text = try Self.text(.zsh, ["get", "", "--registry", "app:one"], 1)
        #expect(text == "words\n\n\napp:one\tfunction.exec\napp:job.two\tfunction.exec\n")
    }

    @Test("leave files and directories to the shell, and say what their name begins with")
    func files() throws {
        #expect(try Self.text(.zsh, ["get", "--registry=a/b"]) == "files yaml yml\na/b\n--registry=\n")
        #expect(try Self.text(.fish, ["get", "--place", "a"]) == "directories\na\n\n")
        #expect(try Self.text(.bash, ["get", "--registry", "=", "a/b"]) == "files yaml yml\na/b\n\n")
        #expect(try Self.text(.bash, ["get", "--place", "a\\ b/'c d"]) == "directories\na b/c d\n\n")
    }

    @Test("have the help of each word, but in bash")
    func help() throws {
        #expect(try Self.text(.fish, ["g"]) == "words\ng\n\nget\tGets it\n")
        #expect(try Self.text(.bash, ["g"]) == "words\ng\n\nget\n")
    }

    @Test(
        "are in bash what comes after the last colon or equals sign, where it breaks words",
        arguments: [
            (
                ["get", "--registry", "app", ":", "one", "app", ":"], nil,
                ["app:one", "app:job.two"].map { $0.dropFirst(4) }
            ),
            (["get", "--registry", "=", "app", ":", "one", "app", ":", "j"], nil, ["job.two"]),
            (["get", "--registry", "=", "app:one", "app:j"], nil, ["app:job.two"]),
            (["get", "--level", "="], nil, ["low", "high"]),
            (["get", "--level", "=", "h"], nil, ["high"]),
            (["get", "--level=h"], nil, ["--level=high"]),
            (["get", "app", ":", "o", "--registry", "app", ":", "one"], 3, ["one"]),
            (["get", "app", ":", "one", "--registry", "app", ":", "one"], 2, ["one", "job.two"]),
            (["get", "--registry", "'app:one'", "\"app:"], nil, ["app:one", "app:job.two"]),
            (["get", "--registry", "app:one", "@", "daily"], nil, []),
        ] as [([String], Int?, [Substring])])
    func bash(words: [String], current: Int?, expected: [Substring]) throws {
        let text = try Self.text(.bash, words, current)
        #expect(Self.lines(text).dropFirst(3).map { $0[...] } == expected)
    }

    @Test("are none of a word that is not there")
    func noWord() {
        for number in [-1, 0, 2] { #expect(TypedLine(.zsh, words: ["tool", "a"], current: number) == nil) }
        #expect(TypedLine(.zsh, words: [], current: 0) == nil)
        #expect(TypedLine(.bash, words: ["/usr/sbin/cronsupd", "a"], current: 1)?.program == "cronsupd")
    }

    @Test("of a program that says nothing, or another, are none")
    func unknown() throws {
        let definitions = ProgramDefinitions(
            own: { "no JSON" },
            output: { program, _ in program == "cronworker" ? Array("protocol 2\nfunction tick\n".utf8) : [] })
        for program in ["cronsupd", "cronsupctl", "ls"] {
            #expect(definitions.grammar(of: program).options.isEmpty)
        }
        let worker = definitions.grammar(of: "cronworker")
        #expect(worker.options.flatMap(\.names) == ["--catalog", "--check", "--version", "--help", "-h"])
        #expect(worker.arguments.first?.value == .words(["tick"]))
    }
}
