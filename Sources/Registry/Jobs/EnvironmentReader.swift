import Model
import Values

/// Reads the keys of a job entry that say what its process finds around it: variables, and the directory that it begins in.
struct EnvironmentReader {
    static let keys = ["environment_file", "environment_inherit"]

    static let mostFiles = 16
    /// The variables of a job's files, which are sent to its worker.
    private static let mostBytes = 1 << 20

    let data: EntryField
    let kind: FunctionKind
    /// That of the registry's file.
    let directory: String
    let files: EnvironmentFiles
    let accounts: AccountSource

    func read(into settings: inout ProcessSettings) {
        let (variables, workingDirectory, failures) = ExecCommand.surroundings(data.value.map ?? Value.Map())
        // A command has been read already.
        if kind != .exec {
            for failure in failures {
                data.issues.error(failure.message, at: failure.path, failure.isAboutKey ? .key : .value)
            }
        }
        settings.workingDirectory = workingDirectory.map { RegistryPath.resolve($0.path, in: directory) }
        settings.isDirectoryOptional = workingDirectory?.isOptional ?? false
        settings.environment.isInherited = data["environment_inherit"]?.flag() ?? true
        // The worker gives a command its own variables, after those of the files.
        settings.environment.variables = Self.merge(
            login(settings) + fileVariables() + (kind == .exec ? [] : variables))
    }

    /// Where the daemon's own, which it has completed, are not inherited and no user is named.
    private func login(_ settings: ProcessSettings) -> [ExecCommand.Variable] {
        guard !settings.environment.isInherited, settings.identity?.environment.isEmpty ?? true else { return [] }
        return accounts.login
    }

    /// Later ones count.
    private static func merge(_ variables: [ExecCommand.Variable]) -> [ExecCommand.Variable] {
        var merged: [ExecCommand.Variable] = []
        var indices: [String: Int] = [:]
        for variable in variables {
            if let index = indices[variable.name] {
                merged[index] = variable
            } else {
                indices[variable.name] = merged.count
                merged.append(variable)
            }
        }
        return merged
    }

    // MARK: Files

    private func fileVariables() -> [ExecCommand.Variable] {
        guard let field = data["environment_file"] else { return [] }
        let items = field.items ?? [field]
        guard items.count <= Self.mostFiles else {
            field.error("\(items.count) files; expected at most \(Self.mostFiles)")
            return []
        }
        return bounded(Self.merge(items.flatMap(fileVariables)), field)
    }

    private func bounded(_ variables: [ExecCommand.Variable], _ field: EntryField) -> [ExecCommand.Variable] {
        let size = variables.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.utf8.count ?? 0) }
        let excess: String
        if variables.count > ExecCommand.mostVariables {
            excess = "\(variables.count) variables; expected at most \(ExecCommand.mostVariables)"
        } else if size > Self.mostBytes {
            excess = "\(size) bytes of variables; expected at most \(Self.mostBytes)"
        } else {
            return variables
        }
        field.error(excess)
        return []
    }

    private func fileVariables(_ field: EntryField) -> [ExecCommand.Variable] {
        let text = field.value.string ?? ""
        let mayBeMissing = text.hasPrefix("-")
        let name = mayBeMissing ? String(text.dropFirst()) : text
        guard !name.isEmpty, !name.utf8.contains(0) else {
            return field.expected("a path, with a '-' before it if the file may be missing") ?? []
        }
        let file = RegistryPath.resolve(name, in: directory)
        do throws(EnvironmentFiles.Failure) {
            return try files.variables(of: file).get()
        } catch {
            if !(mayBeMissing && error.isMissing) { report(error, field) }
            return []
        }
    }

    private func report(_ failure: EnvironmentFiles.Failure, _ field: EntryField) {
        switch failure {
        case .missing(let why), .unreadable(let why): field.error(why)
        case .faulty(let faults):
            let place = field.issues.location(of: field.path)
            for fault in faults {
                field.issues.error("\(fault.message) (\(field.name) at \(place))", at: fault.place)
            }
        }
    }
}

extension EnvironmentFiles.Failure {
    fileprivate var isMissing: Bool { if case .missing = self { true } else { false } }
}
