import Clocks
import Jobs
import Kernel
import Model
import Values
import Wire

/// Runs functions of entries: that of the job, and those that it calls.
///
/// Unchecked: it is used on one thread alone. What other threads ask for goes through the mailbox or is refused.
final class FunctionHost: @unchecked Sendable {
    /// The current run, which the functions that are called belong to.
    struct Run {
        var number: Int64
        var slot: WallInstant?
        var attempt: Int64 = 1
        /// What the daemon calls the function with.
        var event: Value?
        /// Of its commands; `nil`: none.
        var limit: CommandLimit?
    }

    private let catalog: JobCatalog
    private var engine: (any FunctionEngine)?
    private let registry: RegistryMap
    private let daemon: DaemonLink
    /// The directory at which the paths of registry files begin.
    private let origin: String
    /// The one that it is used on: commands die with it.
    private let thread: ThreadID
    private var run = Run(number: 0, slot: nil)
    /// Which this is, as the job's entry has it; `nil`: the standard one.
    private var program: String?
    private var depth = 0
    /// What the functions that are running have added to what those can ask for that they call.
    private var added = Value.Map()
    /// In seconds, of each command; `nil`: that of this process, which they all have a part in.
    var processorTime: UInt64?
    /// Of what the commands write.
    var limiter = OutputLimiter()
    /// So many lines past it are kept: those of the job's own entry, whatever it calls.
    private var tail = OutputBounds.defaultTail
    /// A function may start processes of its own, which are not a command's.
    private var hasOtherChildren = false
    private let disk = TrustedFiles(trust)
    /// Made when a function first asks for the time of day.
    private lazy var zones = ZoneShelf(jobZone)
    /// That of the job's schedule; `nil`: it has none.
    var jobZone: ZoneShelf.Zone?

    /// Functions that call each other.
    static let deepest = 16
    /// As the daemon says, and to nobody whom a function starts.
    private static let trust: Trust = {
        defer { ThisProcess.removeEnvironment(ReservedVariables.trustedOwners) }
        return Trust(text: ThisProcess.environment(ReservedVariables.trustedOwners) ?? "")
    }()

    init(
        _ catalog: JobCatalog, engine: FunctionEngineMaker?, registry: RegistryMap, daemon: DaemonLink,
        origin: String = ".", thread: ThreadID = .main
    ) {
        (self.catalog, self.registry, self.daemon, self.origin) = (catalog, registry, daemon, origin)
        self.thread = thread
        self.engine = engine?(self)
    }

    // MARK: The job's own function

    /// Sees that it can be called.
    func prepare(_ function: EntryFunction) throws(FunctionRefusal) {
        switch function {
        case .exec: break
        case .lua(let function): try luaEngine().prepare(function)
        case .swift(let name, let program):
            self.program = program
            _ = try swiftFunction(name)
        }
    }

    /// Runs it once. It gives a result or an error text. What throws is a fault of the worker itself.
    func run(_ function: EntryFunction, of subject: EntrySubject, _ run: Run) throws -> RunEnd {
        (self.run, tail) = (run, OutputBounds.tail(of: subject.data))
        RunLog.begin(logger)
        disk.forget()
        if case .exec = function { hasOtherChildren = false } else { hasOtherChildren = true }
        do {
            let result = JobResult(try perform(function, subject, arguments: run.event.map { [$0] }))
            return RunEnd(outcome: .ok, text: result.text)
        } catch let trouble as LinkTrouble {
            throw trouble.cause
        } catch {
            var end = RunEnd(outcome: .failed, text: "\(error)", code: (error as? CommandFailure)?.code)
            let isRetryable = (error as? FunctionFailure)?.isRetryable ?? (error as? JobError)?.isRetryable
            end.isFinal = isRetryable == false
            return end
        }
    }

    func rest() { engine?.rest() }

    // MARK: Kinds

    /// `arguments`: those of a call; `nil`: it is the timer's run.
    private func perform(_ function: EntryFunction, _ subject: EntrySubject, arguments: [Value]?) throws -> Value {
        depth += 1
        defer { depth -= 1 }
        switch function {
        case .swift(let name, _): return try perform(try swiftFunction(name), subject, arguments ?? [])
        case .lua(let function):
            let engine = try luaEngine()
            let description = subject.description(of: run)
            let setting = CallSetting(context: description.adding(added), logger: logger)
            let told = self.arguments(subject, arguments ?? [], .map(description))
            return try flushing { try engine.call(function, told, in: setting) }
        case .exec(let command):
            // A command gets the event in its environment and on its standard input.
            guard depth == 1, let event = run.event else {
                return .string(try perform(command, subject, arguments ?? []))
            }
            return .string(try perform(command.reading(event), subject, []))
        }
    }

    private func perform(_ function: JobCatalog.Function, _ subject: EntrySubject, _ arguments: [Value]) throws -> Value
    {
        switch function {
        case .function(let body):
            let context = subject.context(of: run, arguments, logger, jobRegistry(nil))
            return try flushing { try body(context).value }
        case .asyncFunction(let body):
            let mailbox = try Mailbox()
            let context = subject.context(of: run, arguments, logger, jobRegistry(mailbox), JobCancellation())
            return try AsyncRun(body, context, mailbox, run.limit).wait(daemon) { [unowned self] request in
                request.reply.resume(with: Result { try call(request.id, request.arguments, adding: Value.Map()) })
            }
        }
    }

    private func perform(_ command: ExecCommand, _ subject: EntrySubject, _ arguments: [Value]) throws -> String {
        var run = CommandRun(
            command, directory: subject.directory, environment: subject.environment(of: run),
            arguments: try subject.commandArguments(arguments), tail: tail, hasOtherChildren: hasOtherChildren,
            // Those of a command that a function calls go with the function's worker.
            leaves: command.leftovers.leaves && depth == 1)
        run.processorTime = processorTime
        let services = CommandReporter(daemon: daemon, run: self.run.number, limit: self.run.limit)
        let end = try run.run(services, limiter: &limiter, thread: thread)
        guard end.outcome.isOk else { throw CommandFailure(description: end.text, code: end.code) }
        return end.text
    }

    /// While a function keeps this thread busy, another sees to it that its `begin` goes out.
    private func flushing(_ body: () throws -> Value) throws -> Value {
        try daemon.reports.flushing { Result { try body() } }.get()
    }

    private func swiftFunction(_ name: String) throws(FunctionRefusal) -> JobCatalog.Function {
        if let function = catalog[name] { return function }
        let names = catalog.names.joined(separator: ", ")
        throw FunctionRefusal(key: "method", "the worker has no function '\(name)'; it has \(names)")
    }

    private func luaEngine() throws(FunctionRefusal) -> any FunctionEngine {
        if let engine { return engine }
        throw Self.noEngine
    }

    static var noEngine: FunctionRefusal {
        FunctionRefusal(key: "kind", "this worker's program runs no \(FunctionKind.lua.rawValue)")
    }

    // MARK: What functions are told

    private var logger: JobLogger {
        let (reports, number) = (daemon.reports, run.number)
        return JobLogger { level, message, fields in
            let fields = fields.map { Report.Log.Field(key: $0.key, value: $0.value) }
            reports.send(.log(.init(level: level, run: number, message: message, fields: fields)))
        }
    }

    /// Of a function in Lua. Called by another with arguments it has these alone; called by the daemon or by the timer it is told of
    /// the run too.
    private func arguments(_ subject: EntrySubject, _ arguments: [Value], _ description: Value) -> [Value] {
        if arguments.isEmpty { return [subject.data["args"] ?? .null, description] }
        return depth == 1 ? arguments + [description] : arguments
    }

    /// `mailbox`: of an async function's run.
    private func jobRegistry(_ mailbox: Mailbox?) -> JobRegistry {
        JobRegistry(
            call: { [thread] id, arguments in
                guard thread == .current else {
                    throw JobError("'\(id)' cannot be called from another thread than that of the job function")
                }
                return try self.call(id, arguments, adding: Value.Map())
            },
            callFromTask: { id, arguments in
                guard let mailbox else {
                    throw JobError("'\(id)' can be called with await in an async job function alone")
                }
                return try await mailbox.call(id, arguments)
            },
            find: { [registry] in try registry.find($0) }, get: { [registry] in try registry.get($0) })
    }
}

// MARK: - Calls

extension FunctionHost: FunctionServices {
    func call(_ id: String, _ arguments: [Value], adding context: Value.Map) throws -> Value {
        guard depth > 0 else { throw JobError("'\(id)' cannot be called while a file is loaded, but in a run") }
        guard depth < Self.deepest else {
            throw JobError(
                "'\(id)' is called too deep: functions call each other \(depth) deep; expected at most \(Self.deepest)")
        }
        guard let entry = try registry.entry(id) else { throw JobError("no entry '\(id)' in the registry") }
        guard let kind = FunctionKind(rawValue: entry.kind) else {
            throw JobError("'\(id)' is a \(entry.kind); expected a function")
        }
        let subject = EntrySubject(entry, origin: origin)
        let (function, failures) = EntryFunction.read(kind, entry.data, directory: subject.directory)
        guard let function else { throw JobError("'\(id)': \(failures.map(\.description).joined(separator: "; "))") }
        try checkProgram(of: function, id)
        let before = added
        added = added.adding(context)
        defer { added = before }
        return try perform(function, subject, arguments: arguments)
    }

    /// Another program's function is not here, and one of the same name would be another function.
    private func checkProgram(of function: EntryFunction, _ id: String) throws(JobError) {
        guard case .swift(_, let other) = function, other != program else { return }
        throw JobError(
            "'\(id)' is a function of \(other.map { "'\($0)'" } ?? "the standard worker"); a job can call those of "
                + "its own worker's program, those in Lua where there is Lua, and commands")
    }

    func find(_ criteria: Value.Map) throws -> [Value] { try registry.find(criteria) }
    func get(_ id: String) throws -> Value? { try registry.get(id) }

    func zone(_ name: String, at seconds: Int64) throws -> ZoneSpan { try zones.span(name, at: seconds) }
    func zoneName(_ name: String, at seconds: Int64) throws -> String { try zones.name(name, at: seconds) }

    func variable(_ name: String) throws -> String? { try VariableEntries(registry).value(of: name) }
    func variables() throws -> Value.Map { try VariableEntries(registry).all() }

    func library(_ id: EntryID) throws -> LuaFile {
        guard let entry = try registry.entry(id.description) else { throw JobError("no entry '\(id)' in the registry") }
        if let refusal = LuaFile.refusal(of: entry.kind) { throw JobError("'\(id)' \(refusal)") }
        let directory = EntrySubject(entry, origin: origin).directory
        let (file, failures) = LuaFile.library(entry.data, directory: directory)
        guard let file else { throw JobError("'\(id)': \(failures.map(\.description).joined(separator: "; "))") }
        return file
    }

    func contents(of path: String, limit: Int) throws -> [UInt8]? { try disk.contents(of: path, limit: limit)?.bytes }

    /// The daemon names files as the registry does, from its own directory.
    func text(of path: String) throws -> [UInt8]? {
        if let text = try registry.text(of: path) { return text }
        let start = origin == "/" ? origin : "\(origin)/"
        return path.hasPrefix(start) ? try registry.text(of: String(path.dropFirst(start.count))) : nil
    }
}

extension Value.Map {
    /// A value of `other` takes the place of one of the same key.
    fileprivate func adding(_ other: Value.Map) -> Value.Map {
        var all = self
        for index in 0..<other.count { all[other.keys[index]] = other.values[index] }
        return all
    }
}

private struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    let code: Int64?
}

package typealias FunctionEngineMaker = (any FunctionServices) -> any FunctionEngine
