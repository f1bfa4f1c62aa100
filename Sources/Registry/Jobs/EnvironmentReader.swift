import Model
import Values

/// Reads the keys of a job entry that say what its process finds around it: variables, and the directory that it begins in.
struct EnvironmentReader {
    static let keys = ["environment_file", "environment_inherit"]

    private static let mostFiles = 16
    /// The variables of a job's files, which are sent to its worker.
    private static let mostBytes = 1 << 20

    private let data: Value.Map
    private let kind: FunctionKind
    /// That of the registry's file.
    private let directory: String
    private let files: EnvironmentFiles
    private var issues: EntryDiagnostics

    static func read(
        _ entry: Entry, _ kind: FunctionKind, _ files: EnvironmentFiles, into settings: inout ProcessSettings,
        _ issues: inout EntryDiagnostics
    ) {
        let directory = RegistryPath.directory(of: entry.location.file)
        var reader = EnvironmentReader(data: entry.data, kind: kind, directory: directory, files: files, issues: issues)
        reader.read(into: &settings)
        issues = reader.issues
    }

    private mutating func read(into settings: inout ProcessSettings) {
        let (variables, workingDirectory, failures) = ExecCommand.surroundings(data)
        // A command has been read already.
        if kind != .exec { for failure in failures { report(failure) } }
        settings.workingDirectory = workingDirectory.map { RegistryPath.resolve($0, in: directory) }
        settings.environment.isInherited = isInherited()
        // The worker gives a command its own variables, after those of the files.
        settings.environment.variables = Self.merge(fileVariables() + (kind == .exec ? [] : variables))
    }

    private mutating func report(_ failure: ExecCommand.Failure) {
        if failure.isAboutKey {
            issues.error(failure.message, atKey: failure.path)
        } else {
            issues.error(failure.message, at: failure.path)
        }
    }

    private mutating func isInherited() -> Bool {
        guard let value = data["environment_inherit"] else { return true }
        if let flag = value.bool { return flag }
        issues.error("environment_inherit: expected true or false, found \(value.phrase)", at: ["environment_inherit"])
        return true
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

    private mutating func fileVariables() -> [ExecCommand.Variable] {
        guard let value = data["environment_file"] else { return [] }
        var variables: [ExecCommand.Variable] = []
        if let list = value.list {
            guard list.count <= Self.mostFiles else {
                issues.error(
                    "environment_file: \(list.count) files; expected at most \(Self.mostFiles)",
                    at: ["environment_file"])
                return []
            }
            for (index, value) in list.enumerated() {
                variables += fileVariables(value, at: ["environment_file", "\(index)"])
            }
        } else {
            variables = fileVariables(value, at: ["environment_file"])
        }
        return bounded(Self.merge(variables))
    }

    private mutating func bounded(_ variables: [ExecCommand.Variable]) -> [ExecCommand.Variable] {
        let size = variables.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.utf8.count ?? 0) }
        let excess: String
        if variables.count > ExecCommand.mostVariables {
            excess = "\(variables.count) variables; expected at most \(ExecCommand.mostVariables)"
        } else if size > Self.mostBytes {
            excess = "\(size) bytes of variables; expected at most \(Self.mostBytes)"
        } else {
            return variables
        }
        issues.error("environment_file: \(excess)", at: ["environment_file"])
        return []
    }

    private mutating func fileVariables(_ value: Value, at path: [String]) -> [ExecCommand.Variable] {
        let key = path.joined(separator: ".")
        let text = value.string ?? ""
        let mayBeMissing = text.hasPrefix("-")
        let name = mayBeMissing ? String(text.dropFirst()) : text
        guard !name.isEmpty, !name.utf8.contains(0) else {
            let expectation = "a path, with a '-' before it if the file may be missing"
            issues.error("\(key): expected \(expectation), found \(value.phrase)", at: path)
            return []
        }
        let file = RegistryPath.resolve(name, in: directory)
        do throws(EnvironmentFiles.Failure) {
            return try files.variables(of: file).get()
        } catch {
            if !(mayBeMissing && error.isMissing) { report(error, key, path) }
            return []
        }
    }

    private mutating func report(_ failure: EnvironmentFiles.Failure, _ key: String, _ path: [String]) {
        switch failure {
        case .missing(let why), .unreadable(let why): issues.error("\(key): \(why)", at: path)
        case .faulty(let faults):
            let place = issues.location(of: path)
            for fault in faults { issues.error("\(fault.message) (\(key) at \(place))", at: fault.place) }
        }
    }
}

extension EnvironmentFiles.Failure {
    fileprivate var isMissing: Bool { if case .missing = self { true } else { false } }
}
