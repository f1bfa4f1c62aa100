import Model
import Values

/// Finds the entries whose functions are hooks, and reads those that are no jobs themselves.
struct HookFunctions {
    private let load: RegistryLoad
    private let read: (Entry) -> JobReader
    private let jobs: [EntryID: JobDefinition]
    private var seen: Set<EntryID> = []
    /// That of a default is told for its first job.
    private var reported: Set<SourceLocation> = []
    private(set) var definitions: [JobDefinition] = []
    private(set) var functions: [(entry: EntryID, function: EntryFunction)] = []
    private(set) var errors: Diagnostics
    private(set) var notes: Diagnostics

    /// `jobs`: the jobs of the registry that have no error and are not disabled.
    init(_ load: RegistryLoad, jobs: [JobDefinition], reader: @escaping (Entry) -> JobReader) {
        (self.load, read) = (load, reader)
        self.jobs = Dictionary(uniqueKeysWithValues: jobs.map { ($0.id, $0) })
        errors = Diagnostics(limit: load.limits.diagnostics)
        notes = errors
    }

    /// The functions that are hooks of `job`.
    mutating func add(hooksOf job: JobDefinition) {
        let hooks = job.policy.hooks
        for (key, id) in [
            ("on_failure", hooks.onFailure), ("on_recovery", hooks.onRecovery), ("on_late", hooks.onLate),
            ("on_long", hooks.onLong?.function), ("on_short", hooks.onShort?.function),
            ("on_success", hooks.onSuccess), ("ping", hooks.ping?.function),
        ] {
            if let id, let trouble = trouble(with: id, of: job) {
                guard let caller = load.snapshot?[job.id] else { continue }
                let path = HookReader.path(key, caller)
                guard reported.insert(load.location(of: path, in: job.id) ?? job.location).inserted else { continue }
                errors.add(load.error(at: path, in: job.id, "\(path.joined(separator: ".")): \(trouble)"))
            }
        }
    }

    /// That of the entry, if it has one and is no job that is read already.
    mutating func add(_ id: EntryID) {
        guard let entry = load.snapshot?[id], jobs[id] == nil, FunctionKind(rawValue: entry.kind) != nil else { return }
        if seen.insert(id).inserted { readFunction(of: entry) }
    }

    /// `nil` if the entry's function can be called.
    private mutating func trouble(with id: EntryID, of job: JobDefinition) -> String? {
        if id == job.id, job.isHookOnly {
            return "the function itself; expected another one, which is told that it fails"
        }
        guard let entry = load.snapshot?[id] else {
            if id == CompanionFunction.ping {
                if seen.insert(id).inserted { addPing(for: job) }
                return nil
            }
            return "no entry '\(id)' in the registry; expected the ID of a function"
        }
        guard FunctionKind(rawValue: entry.kind) != nil else {
            return "'\(id)' is a \(PrintableText.escape(entry.kind)); expected a function"
        }
        if let job = jobs[id] {
            let gate =
                job.policy.concurrency != nil
                ? "its group 'concurrency'" : job.policy.claims ? "the ledger (claim: true)" : nil
            return gate.map { "'\(id)' waits for \($0); expected a function that can be called at any time" }
        }
        if seen.insert(id).inserted { readFunction(of: entry) }
        return nil
    }

    /// As if an entry had it, at the place of the first job that needs it.
    private mutating func addPing(for job: JobDefinition) {
        let data = Value.Map([("method", .string("ping")), ("source", .string(CompanionFunction.program))])
        let entry = Entry(
            id: CompanionFunction.ping, kind: FunctionKind.swift.rawValue, meta: Value.Map(), data: data,
            location: load.location(of: ["ping"], in: job.id) ?? job.location)
        var reader = read(entry)
        // The same one, wherever it is needed first.
        if var definition = reader.hookDefinition() {
            definition.location = SourceLocation(file: "", line: 1, column: 1)
            definitions.append(definition)
        }
        if let function = reader.function { functions.append((job.id, function)) }
        errors.append(reader.errors)
    }

    private mutating func readFunction(of entry: Entry) {
        var reader = read(entry)
        let definition = reader.hookDefinition()
        if let definition { definitions.append(definition) }
        // The function and the errors of a job were found when it was read as one.
        if entry.isJob { return }
        if let function = reader.function { functions.append((entry.id, function)) }
        errors.append(reader.errors)
        notes.append(reader.notes)
        if let definition, !definition.policy.hooks.isEmpty { add(hooksOf: definition) }
    }
}
