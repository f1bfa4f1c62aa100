import Kernel
import Model

/// What `commandhost` is to run: options with a value each, then `--` and the program's arguments, or a text for the
/// shell.
struct HostOptions {
    private(set) var command = ExecCommand(.arguments([]))
    private(set) var directory = "/"
    private(set) var extraEnvironment: [ExecCommand.Variable] = []
    private(set) var extraArguments: [String] = []
    private(set) var runs = 1
    /// So many lines are taken until there is a flush; none at all, and no flush either, if 0.
    private(set) var room = Int.max
    /// So many lines past the limit are kept.
    private(set) var tail = 900
    private(set) var isQuiet = false
    private(set) var hasControl = false
    private(set) var hasSibling = false
    /// Another thread starts children at the first line.
    private(set) var hasThread = false
    private(set) var leaves = false
    private var shell = ExecCommand.defaultShell

    init(_ arguments: [String]) {
        var rest = arguments[...]
        while let option = rest.popFirst(), option != "--" { take(option, &rest) }
        if !rest.isEmpty { command.program = .arguments(Array(rest)) }
    }

    private mutating func take(_ option: String, _ rest: inout ArraySlice<String>) {
        switch option {
        case "--quiet": isQuiet = true
        case "--control": hasControl = true
        case "--sibling": hasSibling = true
        case "--thread": hasThread = true
        case "--leave": leaves = true
        default: set(option, to: rest.popFirst() ?? "")
        }
    }

    private mutating func set(_ option: String, to value: String) {
        switch option {
        case "--directory": directory = value
        case "--working-directory": command.workingDirectory = value
        case "--set": command.environment.append(Self.variable(value))
        case "--extra-set": extraEnvironment.append(Self.variable(value))
        case "--extra": extraArguments.append(value)
        case "--stdin": command.standardInput = value
        case "--codes": command.successCodes = value.split(separator: ",").compactMap { Int32($0) }
        case "--runs": runs = Int(value) ?? 1
        case "--room": room = Int(value) ?? .max
        case "--tail": tail = Int(value) ?? 900
        case "--shell": shell = value
        case "--text": command.program = .shell(text: value, shell: shell)
        default: StandardDescriptors.writeError("commandhost: unknown option \(option)\n")
        }
    }

    /// `NAME=value`, or a name alone to take it away.
    private static func variable(_ text: String) -> ExecCommand.Variable {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return ExecCommand.Variable(String(parts[0]), parts.count > 1 ? String(parts[1]) : nil)
    }
}
