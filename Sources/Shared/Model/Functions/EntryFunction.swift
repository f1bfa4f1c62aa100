package import Values

/// What an entry calls, and where that is. The daemon reads it to check a registry, a worker to run what stands in it.
package enum EntryFunction: Hashable, Sendable {
    /// In the catalog of a worker's program; `nil`: of `cronworker` itself.
    case swift(name: String, program: String?)
    /// Of a Lua file.
    case lua(LuaFunction)
    /// Stored elsewhere, since a command is much larger than the others.
    indirect case exec(ExecCommand)

    /// The longest name of a function, in bytes.
    package static let longestMethod = 128
    /// The longest path of a source, in bytes.
    package static let longestSource = 512

    /// Reads the keys that go with `kind`. All failures are found in one pass.
    ///
    /// `directory`: that of the registry's file, at which relative paths begin.
    package static func read(
        _ kind: FunctionKind, _ data: Value.Map, directory: String
    ) -> (function: EntryFunction?, failures: [EntryFailure]) {
        switch kind {
        case .swift: return named(kind, data, directory)
        case .lua: return named(kind, data, directory)
        case .exec:
            let (command, failures) = ExecCommand.read(data)
            return (command.map { .exec($0) }, failures.map(EntryFailure.init))
        }
    }

    private static func named(
        _ kind: FunctionKind, _ data: Value.Map, _ directory: String
    ) -> (function: EntryFunction?, failures: [EntryFailure]) {
        var reader = NamedFunctionReader(kind: kind, data: data, directory: directory)
        let function = kind == .lua ? reader.lua().map { .lua($0) } : reader.swift()
        return (reader.failures.isEmpty ? function : nil, reader.failures)
    }

    /// The keys that it is read from, and those that the daemon reads in addition.
    package static func keys(of kind: FunctionKind) -> [String] {
        switch kind {
        // `modules` names what the function requires, in the registries of others; here all modules are there.
        case .swift: ["method", "source", "modules", "environment", "working_directory"]
        case .lua: ["method", "source", "modules", "imports", "environment", "working_directory"]
        case .exec: ExecCommand.keys
        }
    }

    /// Without these there is no function.
    package static func requiredKeys(of kind: FunctionKind) -> [String] {
        switch kind {
        case .swift: ["method"]
        case .lua: ["method", "source"]
        case .exec: ["command"]
        }
    }

    /// In a few words, for people: `cleanup`, `jobs.lua:cleanup`, `/usr/bin/rsync -a …`.
    package var label: String {
        switch self {
        case .swift(let name, nil): name
        case .swift(let name, let program?): "\(Self.lastName(program)):\(name)"
        case .lua(let function): "\(Self.lastName(function.file)):\(function.method)"
        case .exec(let command): command.label
        }
    }

    private static func lastName(_ path: String) -> Substring {
        if path == CompanionFunction.path { return CompanionFunction.program[...] }
        return path.split(separator: "/").last ?? path[...]
    }
}

/// Reads `method` and `source`, and in Lua `imports`.
private struct NamedFunctionReader {
    private let kind: FunctionKind
    private let data: Value.Map
    private let directory: String
    private(set) var failures: [EntryFailure] = []

    init(kind: FunctionKind, data: Value.Map, directory: String) {
        (self.kind, self.data, self.directory) = (kind, data, directory)
    }

    mutating func lua() -> LuaFunction? {
        var reader = LuaFileReader(data: data, directory: directory)
        let (path, imports) = (reader.source(), reader.imports())
        failures += reader.failures
        guard let method = method(), let path else { return nil }
        return LuaFunction(LuaFile(path, imports: imports), method: method)
    }

    mutating func swift() -> EntryFunction? {
        let program = program()
        return method().map { .swift(name: $0, program: program) }
    }

    private mutating func fail(_ message: String, at key: String...) { failures.append(EntryFailure(message, at: key)) }

    private mutating func method() -> String? {
        guard let value = data["method"] else {
            let place = kind == .lua ? "in the table that the source returns" : "in the worker's catalog"
            failures.append(EntryFailure(missing: "method", "expected the name of a function \(place)"))
            return nil
        }
        guard let method = value.string, !method.isEmpty else {
            let found = value.string == nil ? value.phrase : "an empty string"
            fail("method: expected a string that names a function, found \(found)", at: "method")
            return nil
        }
        guard method.utf8.count <= EntryFunction.longestMethod else {
            let most = EntryFunction.longestMethod
            fail("method: name of \(method.utf8.count) bytes; expected at most \(most)", at: "method")
            return nil
        }
        return method
    }

    /// The program's path; `nil`: the entry names none.
    private mutating func program() -> String? {
        guard let source = data["source"] else { return nil }
        if source.string == CompanionFunction.program { return CompanionFunction.path }
        switch SourcePath.read(source, example: "file://bin/worker", directory: directory) {
        case .success(let path): return path
        case .failure(let failure): failures.append(failure)
        }
        return nil
    }
}
