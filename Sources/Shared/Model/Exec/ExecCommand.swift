package import Values

/// The command of a `function.exec`: what its entry says of it.
package struct ExecCommand: Hashable, Sendable {
    package enum Program: Hashable, Sendable {
        /// From the program's name on, which is looked up in PATH if it has no slash. There is at least the name.
        case arguments([String])
        /// `SHELL -c TEXT`.
        case shell(text: String, shell: String)
    }

    /// A variable that the command has in addition to, or instead of, those of its worker.
    package struct Variable: Hashable, Sendable {
        package let name: String
        /// `nil`: the command does not have it.
        package let value: String?

        package init(_ name: String, _ value: String?) { (self.name, self.value) = (name, value) }
    }

    /// What `working_directory` says: with a `-` before the path, `/` will do if it cannot be entered.
    package typealias Directory = (path: String, isOptional: Bool)

    package var program: Program
    /// A path, from the directory of the entry's file if it is relative; `nil`: the worker's own directory.
    package var workingDirectory: String?
    /// It begins in `/` if that one cannot be entered.
    package var isDirectoryOptional = false
    package var environment: [Variable] = []
    package var standardInput: String?
    /// The exit codes with which a run has succeeded.
    package var successCodes: [Int32] = [0]
    package var leftovers = LeftoverRule.kill

    package init(_ program: Program) { self.program = program }

    /// The keys that are read, for messages about misspelt keys.
    package static let keys = [
        "command", "environment", "leftovers", "shell", "stdin", "success_codes", "working_directory",
    ]
    package static let defaultShell = "/bin/sh"

    /// An argument, and a variable with its name (execve(2), MAX_ARG_STRLEN), without the NUL at its end.
    package static let longestArgument = 128 * 1_024 - 1
    package static let mostArguments = 4_096
    package static let mostVariables = 1_024
    package static let longestInput = 1 << 20

    /// What is wrong with an entry.
    package struct Failure: Error, Hashable, Sendable {
        /// From the entry's data on, with the numbers of list items; empty for a key that is missing.
        package let path: [String]
        /// About the last key of the path itself, and not its value.
        package let isAboutKey: Bool
        package let message: String
    }

    /// Finds all that is wrong in one pass; there is a command if nothing is.
    package static func read(_ data: Value.Map) -> (command: ExecCommand?, failures: [Failure]) {
        var reader = ExecCommandReader(data)
        let command = reader.command()
        return (reader.failures.isEmpty ? command : nil, reader.failures)
    }

    /// The same keys mean the same in an entry that is no command.
    package static func surroundings(
        _ data: Value.Map
    ) -> (environment: [Variable], workingDirectory: Directory?, failures: [Failure]) {
        var reader = ExecCommandReader(data)
        let (directory, environment) = (reader.workingDirectory(), reader.environment())
        return (environment, directory, reader.failures)
    }
}
