import Clocks
import Testing

@testable import Model
@testable import Values

@Suite("The keys of a command")
struct ExecCommandTests {
    private func read(_ pairs: (String, Value)...) -> (command: ExecCommand?, failures: [ExecCommand.Failure]) {
        ExecCommand.read(Value.Map(pairs))
    }

    private func list(_ texts: String...) -> Value { .list(texts.map { .string($0) }) }

    private static let longest = ExecCommand.longestArgument

    // MARK: What is read

    @Test("are read, and others are left to others")
    func everyKey() {
        let (command, failures) = read(
            ("type", .string("function.exec")), ("command", list("rsync", "-a", "two words", "")),
            ("working_directory", .string("data")),
            ("environment", .map(Value.Map([("A", .string("1")), ("B", .null), ("C", .int(5)), ("D", .string(""))]))),
            ("stdin", .string("a\0b")), ("success_codes", .list([.int(0), .int(255)])))
        #expect(failures.isEmpty)
        var expected = ExecCommand(.arguments(["rsync", "-a", "two words", ""]))
        expected.workingDirectory = "data"
        expected.environment = [.init("A", "1"), .init("B", nil), .init("C", "5"), .init("D", "")]
        expected.standardInput = "a\0b"
        expected.successCodes = [0, 255]
        #expect(command == expected)
        #expect(ExecCommand.keys == ExecCommand.keys.sorted())
    }

    @Test("have defaults")
    func defaults() {
        #expect(read(("command", list("true"))).command == ExecCommand(.arguments(["true"])))
        let shell = ExecCommand(.shell(text: "a | b", shell: "/bin/sh"))
        #expect(read(("command", .string("a | b"))).command == shell)
        #expect(shell.successCodes == [0] && shell.environment.isEmpty && shell.standardInput == nil)
        let bash = read(("command", .string("x")), ("shell", .string("/bin/bash"))).command
        #expect(bash?.program == .shell(text: "x", shell: "/bin/bash"))
    }

    @Test(
        "say what becomes of the processes that it leaves",
        arguments: [
            (.string("kill"), .kill, nil), (.string("leave"), .leave(span: nil), nil),
            (.map(Value.Map([("leave", .string("90m"))])), .leave(span: .seconds(5_400)), nil),
            (
                .map(Value.Map([("leave", .int(5))])), nil,
                "leftovers.leave \"5\" has no unit after 5; expected one of d, h, m, s, ms, us, ns, as in 5s"
            ),
            (
                .map(Value.Map([("leave", .list([]))])), nil,
                "leftovers.leave: expected a duration such as 1h, found a list"
            ),
            (
                .map(Value.Map([("leaves", .string("1h"))])), nil,
                "leftovers: expected kill, leave or {leave: 1h}, found a map"
            ),
            (.string("leaf"), nil, "leftovers: expected kill, leave or {leave: 1h}, found the string 'leaf'"),
        ] as [(Value, LeftoverRule?, String?)])
    func leftovers(value: Value, rule: LeftoverRule?, message: String?) {
        let (command, failures) = read(("command", list("true")), ("leftovers", value))
        #expect(command?.leftovers == rule)
        #expect(failures.map(\.message) == (message.map { [$0] } ?? []))
        #expect(failures.allSatisfy { $0.path.first == "leftovers" })
    }

    @Test("take numbers and booleans in a list for their text")
    func scalars() {
        let values: Value = .list([.string("echo"), .int(-5), .double(1.5), .bool(true)])
        #expect(read(("command", values)).command?.program == .arguments(["echo", "-5", "1.5", "true"]))
    }

    @Test("may be as long as the kernel takes them")
    func limits() {
        let long = String(repeating: "x", count: Self.longest)
        #expect(read(("command", list("echo", long))).failures.isEmpty)
        #expect(read(("command", .string(long))).failures.isEmpty)
        let value = Value.string(String(long.dropLast(2)))
        #expect(read(("command", list("x")), ("environment", .map(Value.Map([("A", value)])))).failures.isEmpty)
        let most = Value.list(Array(repeating: .string("x"), count: ExecCommand.mostArguments))
        #expect(read(("command", most)).failures.isEmpty)
    }

    // MARK: What is refused

    struct Row: CustomStringConvertible, Sendable {
        let pairs: [(String, Value)]
        let path: [String]
        var isAboutKey = false
        let message: String
        var description: String { message }
    }

    private static func command(_ value: Value, _ message: String, at path: String...) -> Row {
        Row(pairs: [("command", value)], path: path, message: message)
    }

    private static func key(_ key: String, _ value: Value, _ message: String, at rest: String...) -> Row {
        Row(
            pairs: [("command", .string("true")), (key, value)], path: [key] + rest,
            message: "\(([key] + rest).joined(separator: "."))" + message)
    }

    private static let forms = "expected a list of arguments, or a text for the shell"
    private static let long = Value.string(String(repeating: "x", count: longest + 1))

    static let commands = [
        Row(pairs: [], path: [], message: "no 'command'; \(forms)"),
        command(.null, "command: \(forms), found nothing", at: "command"),
        command(.int(5), "command: \(forms), found the number 5", at: "command"),
        command(.map(Value.Map()), "command: \(forms), found a map", at: "command"),
        command(.string(""), "command: \(forms), found an empty string", at: "command"),
        command(.string(" \n\t"), "command: \(forms), found blanks", at: "command"),
        command(.list([]), "command: expected a program's name, found an empty list", at: "command"),
        command(
            .list([.string("")]), "command: expected a program's name, found an empty string", at: "command", "0"),
        command(
            .list([.string("x"), .null]), "command.1: expected a string or a number, found nothing", at: "command", "1"
        ),
        command(
            .list([.string("x"), .list([])]), "command.1: expected a string or a number, found a list", at: "command",
            "1"),
        command(
            .list([.string("x"), .string("a"), .string("ab\0c")]),
            "command.2: NUL at byte 2; expected none, since it would end the text there", at: "command", "2"),
        command(
            .string("a\0"), "command: NUL at byte 1; expected none, since it would end the text there", at: "command"),
        command(.list([.string("x"), long]), "command.1: 131072 bytes; expected at most 131071", at: "command", "1"),
        command(long, "command: 131072 bytes; expected at most 131071", at: "command"),
        command(
            .list(Array(repeating: .string("x"), count: 4_097)), "command: 4097 arguments; expected at most 4096",
            at: "command"),
        Row(
            pairs: [("command", .list([.string("x")])), ("shell", .string("/bin/sh"))], path: ["shell"],
            isAboutKey: true, message: "shell: found with a list of arguments, which runs without a shell"),
    ]

    static let others = [
        key("shell", .string("bash"), ": expected an absolute path such as /bin/bash, found the string 'bash'"),
        key("shell", .int(1), ": expected an absolute path such as /bin/bash, found the number 1"),
        key("shell", .string("/b\0"), ": NUL at byte 2; expected none, since it would end the text there"),
        key("working_directory", .string(""), ": expected a path, found an empty string"),
        key("working_directory", .list([]), ": expected a path, found a list"),
        key("working_directory", .string("-"), ": expected a path, found '-' alone"),
        key("working_directory", .string("\0"), ": NUL at byte 0; expected none, since it would end the text there"),
        key("environment", .list([]), ": expected a map of names to values, found a list"),
        key("environment", .string("A=B"), ": expected a map of names to values, found a string"),
        key(
            "environment", .map(Value.Map([("A", .list([]))])), ": expected a string or a number, found a list",
            at: "A"),
        key(
            "environment", .map(Value.Map([("A", .string("x\0"))])),
            ": NUL at byte 1; expected none, since it would end the text there", at: "A"),
        key("environment", .map(Value.Map([("AB", long)])), ": 131072 bytes; expected at most 131068", at: "AB"),
        key("stdin", .int(5), ": expected a text, found the number 5"),
        key("stdin", .null, ": expected a text, found nothing"),
        key(
            "stdin", .string(String(repeating: "x", count: 1_048_577)),
            ": 1048577 bytes; expected at most 1048576"),
        key("success_codes", .int(0), ": expected a list of exit codes such as [0, 3], found the number 0"),
        key("success_codes", .list([]), ": expected a list of exit codes such as [0, 3], found an empty list"),
        key(
            "success_codes", .list([.int(0), .int(256)]),
            ": expected a whole number from 0 to 255, found the number 256", at: "1"),
        key(
            "success_codes", .list([.string("0")]), ": expected a whole number from 0 to 255, found the string '0'",
            at: "0"),
        key("success_codes", .list([.int(3), .int(3)]), ": 3 is there already", at: "1"),
    ]

    @Test("that cannot be right are refused at their place", arguments: commands + others)
    func refusals(row: Row) {
        let (command, failures) = ExecCommand.read(Value.Map(row.pairs))
        #expect(command == nil)
        #expect(failures == [.init(path: row.path, isAboutKey: row.isAboutKey, message: row.message)])
    }

    @Test(
        "have variables with names that can be names, of which none is quoted after a '='",
        arguments: [
            ("", "''"), ("A=B", "a name that begins with 'A'"), ("=", "a name that begins with ''"),
            ("A\0", "a name that begins with 'A\\u{0}'"),
        ])
    func names(name: String, found: String) {
        let failures = read(
            ("command", list("true")), ("environment", .map(Value.Map([(name, .list([]))])))
        ).failures
        let message = "environment: expected the name of a variable, without '=' and NUL, found \(found)"
        #expect(failures == [.init(path: ["environment", name], isAboutKey: true, message: message)])
    }

    @Test("have all their errors found in one pass")
    func allAtOnce() {
        let (command, failures) = read(
            ("command", .list([.string(""), .null])), ("shell", .int(1)), ("working_directory", .int(2)),
            ("environment", .int(3)), ("stdin", .int(4)), ("success_codes", .int(5)))
        #expect(command == nil)
        #expect(
            failures.map { $0.path.joined(separator: ".") } == [
                "shell", "command.0", "command.1", "working_directory", "environment", "stdin", "success_codes",
            ])
    }
}
