import Clocks
import Jobs
import Model
import Values
import Wire

/// The entry whose function is run.
struct EntrySubject {
    let id: EntryID
    let meta: Value.Map
    let data: Value.Map
    let directory: String

    /// `origin`: the directory at which the paths of registry files begin.
    init(_ entry: Entry, origin: String) {
        (id, meta, data) = (entry.id, entry.meta, entry.data)
        directory = RegistryPath.directory(of: RegistryPath.resolve(entry.location.file, in: origin))
    }

    init(_ definition: WorkerDefinition) {
        (id, meta, data) = (definition.header.entry, definition.meta, definition.data)
        directory = RegistryPath.directory(of: definition.header.file)
    }

    func context(
        of run: FunctionHost.Run, _ arguments: [Value], _ logger: JobLogger, _ registry: JobRegistry,
        _ cancellation: JobCancellation? = nil
    ) -> JobContext {
        JobContext(
            entry: id, run: run.number, attempt: run.attempt, slot: run.slot, meta: meta, data: data,
            arguments: arguments, logger: logger, directory: directory, registry: registry,
            end: run.limit?.timeout, cancellation: cancellation)
    }

    /// What a function in another language is told of its run.
    func description(of run: FunctionHost.Run) -> Value.Map {
        Value.Map(
            uniqueKeys: ["entry", "run", "attempt", "slot", "directory", "meta", "args"],
            values: [
                .string(id.description), .int(run.number), .int(run.attempt),
                slotText(run).map { .string($0) } ?? .null,
                .string(directory), .map(meta), data["args"] ?? .null,
            ])
    }

    /// For commands, which are told by their environment.
    func environment(of run: FunctionHost.Run) -> [ExecCommand.Variable] {
        let args = data["args"].flatMap { try? JSONCoding.text(of: $0) }
        return [
            .init("CRONSUPD_ENTRY", id.description), .init("CRONSUPD_RUN", String(run.number)),
            .init("CRONSUPD_ATTEMPT", String(run.attempt)), .init("CRONSUPD_SLOT", slotText(run)),
            .init("CRONSUPD_ARGS", args),
        ] + Self.variables(of: run.event)
    }

    /// `CRONSUPD_EVENT` is what has happened, `CRONSUPD_EVENT_ERROR` and so on are the rest, and `CRONSUPD_EVENT_JSON` is all of it.
    private static func variables(of event: Value?) -> [ExecCommand.Variable] {
        guard let map = event?.map else { return [] }
        var variables = [ExecCommand.Variable("CRONSUPD_EVENT_JSON", try? JSONCoding.text(of: .map(map)))]
        for (key, value) in zip(map.keys, map.values) {
            let name = key == "event" ? "CRONSUPD_EVENT" : "CRONSUPD_EVENT_\(upper(key))"
            // An alert must not fail of what it is about.
            variables.append(.init(name, value.scalarText.map(withoutNUL)))
        }
        return variables
    }

    /// A variable ends at a NUL.
    private static func withoutNUL(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(scalar == "\0" ? "\u{FFFD}" : scalar) }
        return String(scalars)
    }

    private static func upper(_ key: String) -> String {
        String(
            decoding: key.utf8.map { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") ? $0 - 32 : $0 }, as: UTF8.self)
    }

    /// What another function calls a command with, as its further arguments.
    func commandArguments(_ values: [Value]) throws(JobError) -> [String] {
        var arguments: [String] = []
        for value in values {
            guard value != .null, let text = value.scalarText else {
                throw JobError("'\(id)' is a command, whose arguments are strings and numbers; found \(value.phrase)")
            }
            arguments.append(text)
        }
        return arguments
    }

    private func slotText(_ run: FunctionHost.Run) -> String? { run.slot.map { CivilTime($0).millisecondsText } }
}

extension ExecCommand {
    /// With what has happened on its standard input, as JSON in a line, unless the entry says what is there.
    func reading(_ event: Value) -> ExecCommand {
        guard standardInput == nil, let text = try? JSONCoding.text(of: event) else { return self }
        var command = self
        command.standardInput = text + "\n"
        return command
    }
}
