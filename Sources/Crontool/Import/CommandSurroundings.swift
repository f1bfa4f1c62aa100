import Model

/// How a job's command is started, as far as cron decides that: what two jobs must share to be the same to their command.
struct CommandSurroundings: Hashable {
    let command: String
    let shell: String
    private let directory: String
    private let rights: String
    private let input: String
    private let isInherited: Bool
    private let variables: [String: String]

    /// `nil`: the job runs no command.
    init?(_ job: JobDefinition) {
        guard case .exec(let exec) = job.function else { return nil }
        switch exec.program {
        case .shell(let text, let shell): (command, self.shell) = (text, shell)
        case .arguments(let words): (command, shell) = (words.debugDescription, "none")
        }
        directory = Self.directory(job.process)
        rights = Self.rights(job.process)
        input = exec.standardInput ?? ""
        isInherited = job.process.environment.isInherited
        variables = Self.variables(job.process, exec)
    }

    private static func directory(_ process: ProcessSettings) -> String {
        guard let directory = process.workingDirectory else { return "that of the daemon" }
        return process.isDirectoryOptional && directory != "/" ? "\(directory), or else /" : directory
    }

    private static func rights(_ process: ProcessSettings) -> String {
        var parts = [process.hasNoNewPrivileges ? "no new privileges" : "new privileges"]
        if let identity = process.identity {
            parts.append(
                "user \(identity.user), group \(identity.group), groups \(identity.supplementaryGroups.sorted())")
        }
        if let mask = process.umask { parts.append("umask \(String(mask, radix: 8))") }
        if let nice = process.nice { parts.append("nice \(nice)") }
        return parts.joined(separator: ", ")
    }

    /// What comes later counts.
    private static func variables(_ process: ProcessSettings, _ exec: ExecCommand) -> [String: String] {
        var variables: [String: String] = [:]
        for variable in (process.identity?.environment ?? []) + process.environment.variables + exec.environment {
            variables[variable.name] = variable.value
        }
        return variables
    }

    /// In words. No value of a variable is shown, which may be a secret.
    func differences(to cron: CommandSurroundings) -> [String] {
        var differences: [String] = []
        func compare(_ name: String, _ here: String, _ there: String) {
            if here != there { differences.append("\(name): '\(here)' in the registry, '\(there)' of the crontab") }
        }
        compare("command", command, cron.command)
        compare("shell", shell, cron.shell)
        compare("directory", directory, cron.directory)
        compare("rights", rights, cron.rights)
        if input != cron.input { differences.append("the standard input is another one") }
        if isInherited != cron.isInherited { differences.append("it has the variables of the daemon") }
        return differences + variableDifferences(to: cron)
    }

    private func variableDifferences(to cron: CommandSurroundings) -> [String] {
        Set(variables.keys).union(cron.variables.keys).sorted().compactMap { name in
            switch (variables[name], cron.variables[name]) {
            case (let here?, let there?): here == there ? nil : "\(name) has another value"
            case (.some, nil): "\(name) is set in the registry alone"
            default: "\(name) is not set in the registry"
            }
        }
    }
}
