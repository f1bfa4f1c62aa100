import Kernel
import Model

/// Makes of a command what the kernel is to start.
struct CommandLaunch {
    /// In the words of the run's error.
    struct Failure: Error {
        let description: String
    }

    private let command: ExecCommand
    private let arguments: [String]
    private let environment: [String]
    private let directory: String?

    /// `directory`: of the entry's file. `environment` and `arguments` come after the command's own. `isMarked`: the next daemon
    /// takes what it starts for leftovers, by a variable.
    init(
        _ command: ExecCommand, directory: String, environment: [ExecCommand.Variable], arguments: [String],
        isMarked: Bool
    ) {
        (self.command, self.arguments) = (command, arguments)
        self.directory = command.workingDirectory.map { $0.first == "/" ? $0 : "\(directory)/\($0)" }
        let mark = isMarked ? [] : [ExecCommand.Variable(ReservedVariables.instance, nil)]
        self.environment = Self.environment(command.environment + environment + mark)
    }

    func spawn() throws(Failure) -> CommandSpawn {
        var spawn = try program()
        if command.isDirectoryOptional { spawn.fallbackDirectory = "/" }
        return spawn
    }

    private func program() throws(Failure) -> CommandSpawn {
        switch command.program {
        case .arguments(let words):
            return CommandSpawn(
                path: try path(of: words[0]), arguments: words + arguments, environment: environment,
                directory: directory)
        case .shell(let text, let shell):
            // What follows the text is $0, $1 and so on.
            let rest = arguments.isEmpty ? [] : [shell] + arguments
            return CommandSpawn(
                path: shell, arguments: [shell, "-c", text] + rest, environment: environment, directory: directory)
        }
    }

    private func path(of name: String) throws(Failure) -> String {
        let prefix = "PATH="
        let path = environment.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        let searched = path ?? ProgramSearch.defaultPath
        switch ProgramSearch.find(name, path: searched, directory: directory) {
        case .found(let path): return path
        case .denied(let path): throw Failure(description: "execve '\(path)': not a file that may be run")
        case .missing: throw Failure(description: "no program '\(name)' in PATH (\(searched))")
        }
    }

    /// Those of this process, changed by `variables`, of which later ones count.
    private static func environment(_ variables: [ExecCommand.Variable]) -> [String] {
        var environment = ThisProcess.environment
        for variable in variables {
            let prefix = Array("\(variable.name)=".utf8)
            environment.removeAll { $0.utf8.starts(with: prefix) }
            if let value = variable.value { environment.append("\(variable.name)=\(value)") }
        }
        return environment
    }
}
