import Model
import Synchronization
import TestSupport
import Testing
import Values

@testable import Registry

/// Has one file, whatever its path is.
func source(_ text: String) -> EnvironmentFileSource { source(Array(text.utf8)) }

func source(_ bytes: [UInt8]) -> EnvironmentFileSource { EnvironmentFileSource { _ in .bytes(bytes) } }

@Suite("An environment file")
struct EnvironmentFileTests {
    private func found(_ files: EnvironmentFileSource) -> JobEntries.Found {
        JobEntries.definitions(
            in: load(job(rest: "method: m, environment_file: some.env")), environmentFiles: files)
    }

    private func variables(_ text: String) throws -> [ExecCommand.Variable] {
        let found = found(source(text))
        try #require(found.errors == [], "\(text)")
        return try #require(found.jobs.first).process.environment.variables
    }

    @Test(
        "has a variable a line",
        arguments: [
            ("A=1", "1"), ("A=1\n", "1"), ("A=1\r\n", "1"), ("\u{FEFF}A=1", "1"), ("A=", ""), ("A=  \t", ""),
            (" \tA=1", "1"), ("A= two  words \t", "two  words"), ("A=a=b", "a=b"), ("A=1 # 2 ; 3", "1 # 2 ; 3"),
            ("A=it's \"so\"", "it's \"so\""), ("A=$B ${C} `d`", "$B ${C} `d`"), ("A={\"b\": [1]}", "{\"b\": [1]}"),
            ("A=é日😀", "é日😀"),
            // In quotes.
            ("A=''", ""), ("A=\"\"", ""), ("A=' x '", " x "), ("A= 'x' \t\n", "x"), ("A='\\n\"#$'", "\\n\"#$"),
            ("A=\"x'#;\"", "x'#;"), ("A=\"\\\"\\\\\\$\\`\"", "\"\\$`"), ("A=\"$B\"", "$B"),
            ("A='one\ntwo\n'", "one\ntwo\n"), ("A=\"one\r\ntwo\"\r\n", "one\r\ntwo"), ("A='\t\u{1B}'", "\t\u{1B}"),
        ])
    func values(text: String, value: String) throws {
        let found = try variables(text)
        #expect(found.map(\.name) == ["A"])
        // A line break of two bytes is one character.
        #expect(found.first.map { Array(($0.value ?? "").utf8) } == Array(value.utf8), "\(text)")
    }

    @Test("has comments and empty lines between them, and the last value of a name counts")
    func lines() throws {
        let text = """
            # B=no
              ; C=no
            a_1=x

            \t
            B='one
            #two'
            _=y
            a_1=z
            # 'the end
            """
        #expect(try variables(text) == [.init("a_1", "z"), .init("B", "one\n#two"), .init("_", "y")])
        #expect(try variables("") == [])
        #expect(try variables("\n\r\n#") == [])
    }

    private static let noLine = "expected NAME=value, a comment after # or ;, or an empty line"
    private static let noSign = "expected '=' directly after the name of a variable, which has letters, digits and _"
    private static let backslash =
        "a backslash in double quotes that is before none of \" \\ $ `; expected \\\\, or single quotes"

    @Test(
        "with what is no such line is refused at the place in it, and says nothing of what stands there",
        arguments: [
            ("hunter2", "1:8", noSign), ("A=1\nhunter2\n", "2:8", noSign), ("A =hunter2", "1:2", noSign),
            ("é=hunter2", "1:1", noLine), ("=hunter2", "1:1", noLine), ("1=hunter2", "1:1", noLine),
            ("  - hunter2", "1:3", noLine), ("A-B=hunter2", "1:2", noSign), ("A: hunter2", "1:2", noSign),
            ("export A=hunter2", "1:1", "a shell's 'export'; expected NAME=value"),
            ("A=1\nCRONSUPD_INSTANCE=hunter2", "2:1", "CRONSUPD_INSTANCE is cronsupd's own; expected another name"),
            (
                "\n A=é\\hunter2", "2:5",
                "a backslash outside quotes; expected single quotes around a value that has one"
            ),
            ("A=hunter2\\", "1:10", "a backslash outside quotes; expected single quotes around a value that has one"),
            (
                "A=hunter2\u{1}", "1:10",
                "a control character outside quotes; expected quotes around a value that has one"
            ),
            (
                "A=1\rB=hunter2", "1:4",
                "a control character outside quotes; expected quotes around a value that has one"
            ),
            ("A='hunter2", "1:3", "a quote that is not closed; expected the same one after the value"),
            ("B=1\nA= \"hunter2'\n\n", "2:4", "a quote that is not closed; expected the same one after the value"),
            ("A='hunter'2", "1:11", "text after the closing quote; expected the end of the line"),
            ("A=\"hunter2\" # x", "1:13", "text after the closing quote; expected the end of the line"),
            ("A=\"\\hunter2\"", "1:4", backslash), ("A=\"hunter2\\\n\"", "1:11", backslash),
            ("A='hunter2\0'", "1:11", "NUL; expected none, since it would end the value there"),
        ])
    func faults(text: String, place: String, message: String) {
        let expected = "some.env:\(place): \(message) (environment_file at registry.yaml:3:108)"
        #expect(found(source(text)).errors.map(\.rendered) == [expected], "\(text)")
    }

    @Test("has all its faults shown in one pass, and once for all jobs that name it")
    func allAtOnce() {
        let entry = "kind: function.exec, command: a, environment_file: x.env, meta: {type: cron.job, interval: 1s}"
        let text = "namespace: app\nentries:\n- {name: a, \(entry)}\n- {name: b, \(entry)}"
        let found = JobEntries.definitions(in: load(text), environmentFiles: source("A\nB=1\nC='\\'x\nD=\"\\x\"\n"))
        #expect(found.errors.map { "\($0.location)" } == ["x.env:1:2", "x.env:3:6", "x.env:4:4"])
        #expect(found.errors.allSatisfy { $0.message.hasSuffix("(environment_file at registry.yaml:3:64)") })
    }

    @Test("that is not UTF-8 is refused where the value begins")
    func encoding() {
        let errors = found(source(Array("A=1\nB= 'x".utf8) + [0xFF] + Array("'".utf8))).errors
        #expect(errors.map { "\($0.location)" } == ["some.env:2:4"])
        #expect(errors.first?.message.hasPrefix("the value is not UTF-8; expected UTF-8 (") == true)
    }

    @Test("has a limit on everything")
    func limits() throws {
        func complaint(_ text: String) -> String {
            let errors = found(source(text)).errors
            return errors.count == 1 ? errors[0].description : "\(errors)"
        }
        let line = "A=" + String(repeating: "x", count: 131_069)
        #expect(try variables(line).count == 1)
        #expect(complaint(line + "x").hasPrefix("some.env:1:3: a value of 131070 bytes; expected at most 131069"))
        let name = String(repeating: "A", count: 512)
        #expect(try variables("\(name)=").count == 1)
        #expect(complaint("\(name)A=").contains("has 513 bytes; expected at most 512"))
        let many = (0..<1_024).map { "A\($0)=\n" }.joined()
        #expect(try variables(many).count == 1_024)
        #expect(try variables(many + "A7=again").count == 1_024)
        #expect(complaint(many + "B=\nC=").hasPrefix("some.env:1025:1: more than 1024 variables; expected"))
        let large = String(repeating: "#", count: 1 << 20)
        #expect(try variables(large) == [])
        #expect(
            complaint(large + "#").hasSuffix(
                "environment_file: 'some.env' is too large; expected at most 1048576 bytes"))
    }

    @Test("is read once, and all of them together have a limit")
    func allFiles() {
        let reads = Atomic<Int>(0)
        let source = EnvironmentFileSource { path in
            reads.add(1, ordering: .relaxed)
            return path.hasPrefix("-") ? .missing("no") : .bytes(Array("A=\(path)".utf8))
        }
        let files = EnvironmentFiles(source, limit: 6)
        func outcome(_ path: String) -> String {
            switch files.variables(of: path) {
            case .success(let variables): variables.first?.value ?? ""
            case .failure(.unreadable(let why)), .failure(.missing(let why)): why
            case .failure(.faulty): "faulty"
            }
        }
        let excess = "the environment files are too large together; expected at most 6 bytes"
        #expect(
            ["a", "a", "b", "a", "c", "-", "-", "c"].map(outcome) == ["a", "a", "b", "a", excess, "no", "no", excess])
        #expect(reads.load(ordering: .relaxed) == 4)
    }

    @Test("of whatever bytes is read or refused, at a place in it and without a word of it")
    func fuzz() {
        let pieces =
            [
                "A=", "B=", "\n", "\r\n", "'", "\"", "\\", "#", ";", " ", "\t", "=", "export ", "secret", "$", "`",
                "\0",
                "\r", "é", "\u{FEFF}", "secret=", "_1",
            ].map { Array($0.utf8) } + [[0xFF], [0xC3]]
        for iteration in 0..<Fuzz.iterations(3_000) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            var random = SeededGenerator(seed: seed)
            let bytes = (0..<random.below(40)).flatMap { _ in random.pick(pieces) }
            let found = found(source(bytes))
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).count
            for error in found.errors {
                #expect(error.excerpt == nil && !error.message.contains("secret"), "FUZZ_SEED=\(seed)")
                #expect(error.location.file == "some.env" && error.message.contains("expected"), "FUZZ_SEED=\(seed)")
                // A CR alone ends a line of a text for people.
                let most = lines + bytes.count { $0 == UInt8(ascii: "\r") }
                #expect((1...most).contains(error.location.line), "FUZZ_SEED=\(seed)")
            }
            for variable in found.jobs.first?.process.environment.variables ?? [] {
                let isName = variable.name.utf8.allSatisfy {
                    $0 == 0x5F || Character(Unicode.Scalar($0)).isLetter
                        || Character(Unicode.Scalar($0)).isNumber
                }
                #expect(isName && !variable.name.isEmpty, "FUZZ_SEED=\(seed)")
                #expect(variable.value?.utf8.contains(0) == false, "FUZZ_SEED=\(seed)")
            }
        }
    }
}
