import Clocks
import Values

/// Reads an `ExecCommand` from an entry's data.
struct ExecCommandReader {
    private let data: Value.Map
    private(set) var failures: [ExecCommand.Failure] = []

    init(_ data: Value.Map) { self.data = data }

    /// Not to be used if there are failures.
    mutating func command() -> ExecCommand? {
        let program = program()
        let directory = workingDirectory()
        let environment = environment()
        let input = standardInput()
        let codes = successCodes()
        let leftovers = leftovers()
        guard let program else { return nil }
        var command = ExecCommand(program)
        (command.workingDirectory, command.isDirectoryOptional) = (directory?.path, directory?.isOptional ?? false)
        command.environment = environment
        (command.standardInput, command.successCodes) = (input, codes)
        command.leftovers = leftovers
        return command
    }

    // MARK: The program

    private mutating func program() -> ExecCommand.Program? {
        switch data["command"] {
        case .list(let list): return arguments(list)
        case .string(let text): return shell(text)
        case let value?: fail("command: expected \(Self.forms), found \(value.phrase)", ["command"])
        case nil: fail("no 'command'; expected \(Self.forms)", [])
        }
        return nil
    }

    private static let forms = "a list of arguments, or a text for the shell"

    private mutating func arguments(_ list: [Value]) -> ExecCommand.Program? {
        if data["shell"] != nil {
            fail("shell: found with a list of arguments, which runs without a shell", ["shell"], isAboutKey: true)
        }
        if list.isEmpty || list.first == .string("") {
            let found = list.isEmpty ? "an empty list" : "an empty string"
            fail("command: expected a program's name, found \(found)", ["command"] + (list.isEmpty ? [] : ["0"]))
        }
        guard list.count <= ExecCommand.mostArguments else {
            fail("command: \(list.count) arguments; expected at most \(ExecCommand.mostArguments)", ["command"])
            return nil
        }
        return .arguments(list.enumerated().map { argument($1, at: ["command", "\($0)"]) ?? "" })
    }

    private mutating func shell(_ text: String) -> ExecCommand.Program? {
        let shell = shellPath()
        if text.utf8.allSatisfy(ASCII.isSpace) {
            fail("command: expected \(Self.forms), found \(text.isEmpty ? "an empty string" : "blanks")", ["command"])
        }
        return argument(.string(text), at: ["command"]).map { .shell(text: $0, shell: shell) }
    }

    private mutating func shellPath() -> String {
        guard let value = data["shell"] else { return ExecCommand.defaultShell }
        guard let path = value.string, path.utf8.first == UInt8(ascii: "/") else {
            fail("shell: expected an absolute path such as /bin/bash, found \(value.phrase)", ["shell"])
            return ""
        }
        return argument(value, at: ["shell"]) ?? ""
    }

    // MARK: What it begins with

    mutating func workingDirectory() -> ExecCommand.Directory? {
        guard let value = data["working_directory"] else { return nil }
        let isOptional = value.string?.hasPrefix("-") ?? false
        guard let path = value.string?.dropFirst(isOptional ? 1 : 0), !path.isEmpty else {
            let found = value.string == nil ? value.phrase : isOptional ? "'-' alone" : "an empty string"
            fail("working_directory: expected a path, found \(found)", ["working_directory"])
            return nil
        }
        return argument(.string(String(path)), at: ["working_directory"]).map { ($0, isOptional) }
    }

    /// No message quotes a value, which may be a secret.
    mutating func environment() -> [ExecCommand.Variable] {
        guard let value = data["environment"] else { return [] }
        guard let map = value.map else {
            fail("environment: expected a map of names to values, found \(value.kindPhrase)", ["environment"])
            return []
        }
        guard map.count <= ExecCommand.mostVariables else {
            fail(
                "environment: \(map.count) variables; expected at most \(ExecCommand.mostVariables)", ["environment"])
            return []
        }
        return zip(map.keys, map.values).map { variable($0, $1) }
    }

    private mutating func variable(_ name: String, _ value: Value) -> ExecCommand.Variable {
        let path = ["environment", name]
        if name.isEmpty || name.utf8.contains(where: { $0 == UInt8(ascii: "=") || $0 == 0 }) {
            // What follows a '=' was meant as a value.
            let start = PrintableText.escape(name.prefix { $0 != "=" }, limit: 60)
            let found = name.isEmpty ? "''" : "a name that begins with '\(start)'"
            fail(
                "environment: expected the name of a variable, without '=' and NUL, found \(found)", path,
                isAboutKey: true)
            return ExecCommand.Variable(name, nil)
        }
        if ReservedVariables.all.contains(name) {
            fail("environment: \(name) is cronsupd's own; expected another name", path, isAboutKey: true)
            return ExecCommand.Variable(name, nil)
        }
        if value == .null { return ExecCommand.Variable(name, nil) }
        return ExecCommand.Variable(name, argument(value, at: path, besides: name.utf8.count + 1))
    }

    private mutating func standardInput() -> String? {
        guard let value = data["stdin"] else { return nil }
        guard let text = value.string else { return refuse("stdin: expected a text, found \(value.phrase)", ["stdin"]) }
        guard text.utf8.count <= ExecCommand.longestInput else {
            return refuse(
                "stdin: \(text.utf8.count) bytes; expected at most \(ExecCommand.longestInput)", ["stdin"])
        }
        return text
    }

    // MARK: What it ends with

    private mutating func successCodes() -> [Int32] {
        guard let value = data["success_codes"] else { return [0] }
        guard let list = value.list, !list.isEmpty else {
            let found = value.list == nil ? value.phrase : "an empty list"
            fail("success_codes: expected a list of exit codes such as [0, 3], found \(found)", ["success_codes"])
            return []
        }
        var codes: [Int32] = []
        for (index, item) in list.enumerated() {
            let path = ["success_codes", "\(index)"]
            guard let code = item.int, (0...255).contains(code) else {
                fail("success_codes.\(index): expected a whole number from 0 to 255, found \(item.phrase)", path)
                continue
            }
            if codes.contains(Int32(code)) { fail("success_codes.\(index): \(code) is there already", path) }
            codes.append(Int32(code))
        }
        return codes
    }

    private mutating func leftovers() -> LeftoverRule {
        switch data["leftovers"] {
        case nil, .string("kill"): return .kill
        case .string("leave"): return .leave(span: nil)
        case .map(let map) where map.keys == ["leave"]: return .leave(span: span(map.values[0]))
        case let value?:
            fail("leftovers: expected kill, leave or {leave: 1h}, found \(value.phrase)", ["leftovers"])
            return .kill
        }
    }

    private mutating func span(_ value: Value) -> Nanoseconds? {
        guard let text = value.string ?? value.scalarText else {
            fail("leftovers.leave: expected a duration such as 1h, found \(value.phrase)", ["leftovers", "leave"])
            return nil
        }
        do throws(DurationText.Failure) {
            return try DurationText.parse(text, minimum: .milliseconds(1))
        } catch {
            let found = PrintableText.escape(text, limit: 60)
            fail("leftovers.leave \"\(found)\" \(error.message)", ["leftovers", "leave"])
            return nil
        }
    }

    // MARK: Texts

    /// What a program can be given as an argument or a variable: a number or a boolean as its text.
    ///
    /// `besides`: how many bytes are taken already.
    private mutating func argument(_ value: Value, at path: [String], besides: Int = 0) -> String? {
        let name = PrintableText.escape(path.joined(separator: "."), limit: 100)
        guard value != .null, let text = value.scalarText else {
            return refuse("\(name): expected a string or a number, found \(value.phrase)", path)
        }
        guard text.utf8.count + besides <= ExecCommand.longestArgument else {
            let most = ExecCommand.longestArgument - besides
            return refuse("\(name): \(text.utf8.count) bytes; expected at most \(most)", path)
        }
        if let offset = Array(text.utf8).firstIndex(of: 0) {
            return refuse("\(name): NUL at byte \(offset); expected none, since it would end the text there", path)
        }
        return text
    }

    private mutating func refuse(_ message: String, _ path: [String]) -> String? {
        fail(message, path)
        return nil
    }

    private mutating func fail(_ message: String, _ path: [String], isAboutKey: Bool = false) {
        failures.append(ExecCommand.Failure(path: path, isAboutKey: isAboutKey, message: message))
    }
}
