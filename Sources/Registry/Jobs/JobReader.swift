import Clocks
import Model
import Schedules
import Values
import Wire

/// Reads an entry as a job.
struct JobReader {
    private let entry: Entry
    private let zones: ZoneSource
    private let accounts: AccountSource
    private let files: EnvironmentFiles
    private let controllers: GroupControllers
    private let programs: ProgramSource
    private let issues: EntryDiagnostics

    /// A mebibyte, which is a book.
    private static let largestEntry = 1 << 20

    init(
        _ entry: Entry, _ load: RegistryLoad, zones: ZoneSource, accounts: AccountSource, files: EnvironmentFiles,
        controllers: GroupControllers, programs: ProgramSource, faultyDefaults: Set<EntryID>
    ) {
        (self.entry, self.zones, self.accounts) = (entry, zones, accounts)
        (self.files, self.controllers, self.programs) = (files, controllers, programs)
        issues = EntryDiagnostics(entry, load, faulty: faultyDefaults)
    }

    var errors: Diagnostics { issues.errors }
    var notes: Diagnostics { issues.notes }
    /// Known when the definition is.
    private(set) var isEnabled = true
    /// Known even if there is an error elsewhere in the entry.
    private(set) var function: EntryFunction?
    /// The keys of `meta` that mean nothing to a job.
    private(set) var freeKeys: [String] = []

    /// What the entry is, in the words of an error.
    private var role = Entry.jobType

    /// `nil` if there is any error.
    mutating func definition() -> JobDefinition? {
        guard let kind = kind() else { return nil }
        let keys = JobKeys(issues: issues, kind: kind, isJob: true)
        keys.checkData()
        freeKeys = keys.checkMeta()
        let reader = ScheduleReader(
            id: entry.id, meta: issues.meta, zones: zones, hasMisplacedRule: keys.hasMisplacedRule)
        let schedule = reader.schedule()
        isEnabled = issues.meta["enabled"]?.flag() ?? true
        if let schedule { ScheduleNotes.add(on: schedule, isEnabled: isEnabled, to: issues) }
        return definition(kind, schedule)
    }

    /// The entry as the function of a hook. `nil` if there is any error.
    mutating func hookDefinition() -> JobDefinition? {
        role = "function"
        guard let kind = kind() else { return nil }
        JobKeys(issues: issues, kind: kind, isJob: false).checkData()
        // A disabled job may have them. They do not bound calls.
        let slotKeys = entry.isJob ? [] : PolicyReader.slotKeys
        for key in slotKeys {
            issues.data[key]?.error(
                "goes with a \(Entry.jobType); expected none in the function of a hook", .key)
        }
        var definition = definition(kind, Schedule(.none, text: Schedule.hookOnlyText))
        definition?.isHookOnly = true
        definition?.policy.keepCallKeys(hooks: !entry.isJob)
        if function?.isOfCompanion == true, issues.data["retry"] == nil {
            definition?.policy.retry = CompanionFunction.retry
        }
        return definition
    }

    private mutating func definition(_ kind: FunctionKind, _ schedule: Schedule?) -> JobDefinition? {
        checkLengths()
        function = readFunction(kind)
        let data = issues.data
        let lifecycle = LifecycleReader.read(data)
        var policy = PolicyReader.read(data)
        if let schedule { PolicyReader.checkClaim(data, policy, schedule) }
        var process = ProcessReader(data: data, accounts: accounts).settings()
        EnvironmentReader(data: data, kind: kind, directory: directory, files: files, accounts: accounts)
            .read(into: &process)
        let group = GroupLimitsReader.read(data, &process, controllers)
        if let ping = policy.hooks.ping {
            policy.hooks.ping = PingReader.complete(ping, of: entry.id, variables(process), data)
        }
        guard issues.faultCount == 0, let function, let schedule else { return nil }
        if isEnabled, case .exec(let command) = function { CommandNotes(command, process, programs, issues).add() }
        if isEnabled, case .swift(let name, CompanionFunction.path) = function {
            CompanionReader(name, process, programs, issues).check()
            guard issues.faultCount == 0 else { return nil }
        }
        var job = JobDefinition(
            id: entry.id, kind: kind, function: function, schedule: schedule,
            lifecycle: lifecycle, meta: entry.meta, data: entry.data, location: entry.location)
        job.policy = policy
        (job.process, job.controlGroupLimits) = (process, group)
        return job
    }

    /// The other keys of an entry of a foreign kind are not checked.
    private func kind() -> FunctionKind? {
        if let kind = FunctionKind(rawValue: entry.kind) { return kind }
        let supported = FunctionKind.allCases.map(\.rawValue).joined(separator: ", ")
        let found = PrintableText.quote(entry.kind)
        issues.error("kind: \(found) cannot be a \(Entry.jobType); expected one of \(supported)", at: ["kind"])
        return nil
    }

    /// What the function finds around it, from the entry and its files.
    private func variables(_ process: ProcessSettings) -> [ExecCommand.Variable] {
        guard case .exec(let command)? = function else { return process.environment.variables }
        return process.environment.variables + command.environment
    }

    // MARK: Sizes

    /// The definition is sent to the worker in messages of a bounded size, and kept until the worker has read it.
    private func checkLengths() {
        KeyLengths.check([issues.meta, issues.data])
        let most = WorkerDefinition.longestKey
        let file = entry.location.file.utf8.count
        if file > most { issues.error("the file's path has \(file) bytes; expected at most \(most)", at: []) }
        let size = Self.size(.map(entry.meta)) + Self.size(.map(entry.data))
        if size > Self.largestEntry {
            issues.error("the entry has \(size) bytes of values; expected at most \(Self.largestEntry)", at: [])
        }
    }

    /// Each value counts as at least 16 bytes in addition to its text; what an alias names counts in full each time.
    private static func size(_ value: Value) -> Int {
        switch value {
        case .null, .bool, .int, .double: 16
        case .string(let text): 16 + text.utf8.count
        case .list(let list): list.reduce(16) { $0 + size($1) }
        case .map(let map): zip(map.keys, map.values).reduce(16) { $0 + $1.0.utf8.count + size($1.1) }
        }
    }

    // MARK: The function

    private var directory: String { RegistryPath.directory(of: entry.location.file) }

    private func readFunction(_ kind: FunctionKind) -> EntryFunction? {
        let (function, failures) = EntryFunction.read(kind, entry.data, directory: directory)
        for failure in failures { issues.report(failure, of: role, known: JobKeys.known(of: kind)) }
        if kind == .exec { checkArgs() }
        if case .exec(let command)? = function, command.leftovers.span != nil, !controllers.hasGroups {
            issues.error(
                "leftovers.leave: to kill them later needs control groups: \(controllers.reason); expected leave or kill",
                at: ["leftovers", "leave"])
        }
        return function
    }

    /// A command gets them in a variable of its environment.
    private func checkArgs() {
        guard let args = entry.data["args"] else { return }
        let most = ExecCommand.longestArgument - "CRONSUPD_ARGS=".utf8.count
        let size = (try? JSONCoding.text(of: args).utf8.count) ?? .max
        if size > most { issues.error("args: \(size) bytes as JSON; expected at most \(most)", at: ["args"]) }
    }

}

extension RunPolicy {
    /// Leaves what bounds the call of a function, which has no slots.
    fileprivate mutating func keepCallKeys(hooks keepsHooks: Bool) {
        (overlap, concurrency) = (.skip, nil)
        if !keepsHooks { hooks = JobHooks() }
        (catchUp, startingDeadline, onLost, claims) = (CatchUp(), nil, .skip, false)
    }
}
