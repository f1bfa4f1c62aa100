import Clocks
import Jobs
import Kernel
import Model
import Schedules
import Values
import Wire

/// One life of a worker: from its pipes to its definition to its loop.
struct Session {
    private let arguments: Arguments?
    private let guardian: ParentGuard
    private let channels: Channels

    /// The daemon that has started this process as a worker; `nil`: none has.
    static var supervisor: ProcessID? {
        ThisProcess.environment(ReservedVariables.supervisor).flatMap { ProcessID($0) }
    }

    private struct Arguments {
        let function: String
        let entry: EntryID
        let schedule: ScheduleWords

        init(_ arguments: [String]) throws {
            guard arguments.count == 2 else {
                throw UsageError(
                    description: "\(arguments.count) arguments; expected a function and an interval or a schedule")
            }
            (function, entry) = (arguments[0], try Self.entry(arguments[0]))
            schedule = try Self.schedule(arguments[1], entry)
        }

        /// A function is not an entry, and has none of its own in a terminal.
        private static func entry(_ function: String) throws -> EntryID {
            if let entry = EntryID(function) {
                let why =
                    "'\(entry)' is an entry, and a worker has its definition from a daemon; expected the name of a function, "
                    + "or run the entry with 'cronsupd --run \(entry)'"
                throw Fault(description: why, exitCode: 100)
            }
            guard let entry = EntryID(namespace: "terminal", name: function) else {
                throw UsageError(description: "'\(function)' is no function; expected a name from --catalog")
            }
            return entry
        }

        /// What begins with a digit is an interval, unless there are blanks in it.
        private static func schedule(_ text: String, _ entry: EntryID) throws -> ScheduleWords {
            var words = ScheduleWords()
            words.text = text
            if let first = text.utf8.first, ASCII.isDigit(first), !text.utf8.contains(UInt8(ascii: " ")) {
                do {
                    words.interval = try DurationText.parse(text, minimum: IntervalGrid.shortestInterval)
                } catch {
                    throw UsageError(description: "interval '\(text)' \(error.message)")
                }
            } else {
                words.zoneFile = LocalZone.file
                do {
                    _ = try words.rule(entry: entry, zone: .utc)
                } catch {
                    throw UsageError(description: "schedule '\(text)' \(error.message)")
                }
            }
            return words
        }
    }

    init(_ arguments: [String]) throws {
        let supervisor = Self.supervisor
        // Programs that the job starts have no supervisor to look for.
        ThisProcess.removeEnvironment(ReservedVariables.supervisor)
        BrokenPipe.becomesAnError()
        StandardOutputBuffer.flushLines()
        let isSupervised = supervisor != nil
        guardian = try ParentGuard(supervisor: supervisor)
        channels = isSupervised ? try Channels.supervised() : try Channels.terminal()
        // A daemon says all of it again in the definition, and has checked it.
        self.arguments = isSupervised ? nil : try Arguments(arguments)
    }

    /// Of a daemon with these.
    init(_ channels: Channels, _ guardian: ParentGuard) {
        (self.channels, self.guardian, arguments) = (channels, guardian, nil)
    }

    private var control: ControlChannel { channels.control }
    private var reports: ReportChannel { channels.reports }

    func serve(_ catalog: JobCatalog, _ engine: FunctionEngineMaker?) throws {
        do {
            guard var worker = try worker(catalog, engine) else { return }
            try worker.serve()
        } catch let error as SystemError {
            throw fault(step: error.call, code: error.code, exitCode: 111, error.description)
        } catch let error as WireError {
            throw fault(step: "control", code: 0, exitCode: 111, error.description)
        }
    }

    /// `nil`: the daemon is gone already. Not inlined: what is only needed here would lie on the stack for the worker's life.
    @inline(never)
    func worker(_ catalog: JobCatalog, _ engine: FunctionEngineMaker?) throws -> Worker? {
        guard guardian.parentLives(), var definition = try receiveDefinition() else { return nil }
        let timetable = try timetable(definition)
        let (origin, processorTime) = try prepareProcess(&definition)
        guard guardian.parentLives() else { return nil }
        let link = DaemonLink(control: control, reports: reports)
        let host = FunctionHost(catalog, engine: engine, registry: channels.registry, daemon: link, origin: origin)
        host.processorTime = processorTime
        host.jobZone = timetable.rule.zone.map { ZoneShelf.Zone(rules: $0, file: definition.header.schedule.zoneFile) }
        if definition.header.hasAllOutput { host.limiter = OutputLimiter(isUnlimited: true) }
        return try Worker(
            definition: definition, timetable: timetable, function: try function(definition, host),
            host: host, control: control, reports: reports, guardian: guardian, notes: channels.notes)
    }

    /// Returns the directory at which the paths of registry files begin, and what each command may use of the processor.
    private func prepareProcess(_ definition: inout WorkerDefinition) throws -> (String, UInt64?) {
        if definition.process.isEmpty { return (".", nil) }
        guard var settings = ProcessSettings(definition.process) else {
            throw fault(step: "process", code: 0, exitCode: 111, "the daemon's settings for the process are malformed")
        }
        let isCommands = definition.header.kind == FunctionKind.exec.rawValue
        // A command enters its directory at each run, and one that is missing is the run's failure.
        if isCommands { settings.workingDirectory = nil }
        let origin = try Self.anchor(&settings, &definition.header)
        // A worker that only starts commands is not to use up their time in a long life.
        let processorTime = isCommands ? settings.takeProcessorTime() : nil
        try settings.apply()
        // Whoever becomes another user has no parent-death signal any more (prctl(2)).
        if settings.identity != nil { guardian.resume() }
        return (origin, processorTime)
    }

    /// Whoever leaves the daemon's directory must still find what is named from there.
    private static func anchor(
        _ settings: inout ProcessSettings, _ header: inout WorkerDefinition.Header
    ) throws(SystemError) -> String {
        guard let directory = settings.workingDirectory, !header.file.hasPrefix("/") else { return "." }
        let origin = try Surroundings.directory()
        header.file = RegistryPath.resolve(header.file, in: origin)
        settings.workingDirectory = RegistryPath.resolve(directory, in: origin)
        return origin
    }

    private func function(_ definition: WorkerDefinition, _ host: FunctionHost) throws -> EntryFunction {
        let (header, directory) = (definition.header, RegistryPath.directory(of: definition.header.file))
        guard let kind = FunctionKind(rawValue: header.kind) else {
            throw fault(step: "function", code: 0, exitCode: 100, "the worker knows no kind '\(header.kind)'")
        }
        let (function, failures) = EntryFunction.read(kind, definition.data, directory: directory)
        guard let function else {
            let why = failures.map(\.description).joined(separator: "; ")
            throw fault(step: "function", code: 0, exitCode: 100, why)
        }
        do throws(FunctionRefusal) {
            try host.prepare(function)
        } catch {
            throw fault(step: "function", code: 0, exitCode: 100, error.description)
        }
        return function
    }

    private func timetable(_ definition: WorkerDefinition) throws -> Timetable {
        let header = definition.header
        // Most jobs have an interval, and their workers are not to pay for calendars.
        if let interval = header.schedule.interval, !header.schedule.isAligned {
            return Timetable(.interval(interval), start: header.start, end: header.schedule.end)
        }
        do {
            let rule = try header.schedule.rule(entry: header.entry, zone: try zone(definition))
            return Timetable(rule, start: header.start, end: header.schedule.end)
        } catch let failure as CronFailure {
            throw fault(step: "schedule", code: 0, exitCode: 100, "'\(header.schedule.text)' \(failure.message)")
        } catch let failure as ZoneFile.Failure {
            throw fault(step: "zone", code: 0, exitCode: 111, "'\(header.schedule.zoneFile)' \(failure)")
        }
    }

    /// What the daemon goes by, and not what the file says now. In a terminal there is nobody else.
    private func zone(_ definition: WorkerDefinition) throws -> ZoneRules {
        let file = definition.header.schedule.zoneFile
        if arguments != nil { return file.isEmpty ? .utc : try ZoneFile.load(file) }
        if file.isEmpty, definition.zone.isEmpty { return .utc }
        guard let zone = ZoneRules(text: definition.zone) else {
            throw fault(step: "zone", code: 0, exitCode: 111, "the daemon's rules for the time zone are malformed")
        }
        return zone
    }

    private func fault(step: String, code: Int32, exitCode: Int32, _ message: String) -> Fault {
        reports.send(.fault(.init(step: step, errno: code, message: message)))
        return Fault(description: message, exitCode: exitCode)
    }

    /// `nil`: the daemon closed the control pipe before it was complete.
    private func receiveDefinition() throws -> WorkerDefinition? {
        if let arguments { return terminalDefinition(arguments) }
        var assembler = DefinitionAssembler()
        var definition: WorkerDefinition?
        while !control.isClosed {
            if let definition { return definition }
            try control.receive { command in
                switch command {
                case .definition(let header): definition = try assembler.add(header)
                case .values(let piece): definition = try assembler.add(piece)
                case .ping(let token): reports.send(.pong(token: token))
                case .run, .event, .skip, .ask, .pass, .moved: throw WireError.syntax("a run before the definition")
                }
            }
        }
        return definition
    }

    private func terminalDefinition(_ arguments: Arguments) -> WorkerDefinition {
        let start = Clock.slotInstant(arguments.schedule.interval == nil ? .wall : .monotonic)
        return WorkerDefinition(
            header: .init(
                entry: arguments.entry, kind: FunctionKind.swift.rawValue, schedule: arguments.schedule, start: start,
                accounted: start, runs: 0, file: "",
                // It has no other run.
                runsNow: arguments.schedule.text == Schedule.bootText),
            data: Value.Map([("method", .string(arguments.function))]))
    }
}

extension Session {
    /// What every worker has of its daemon: two pipes, and the registry.
    struct Channels {
        let control: ControlChannel
        let reports: ReportChannel
        let registry: RegistryMap
        /// `nil`: nobody wants any.
        var notes: NoteKeeper?

        /// The job gets /dev/null as its standard input, and nothing of these: all are close-on-exec.
        static func supervised() throws -> Channels {
            guard let report = Descriptor.inherited(WireFormat.reportDescriptor),
                let input = Descriptor.inherited(WireFormat.controlDescriptor)
            else { throw UsageError(description: "started by a daemon without its pipes on descriptors 0 and 3") }
            // Before another descriptor can have its number, if there is no registry.
            let registry = RegistryMap(Descriptor.inherited(WireFormat.registryDescriptor))
            // Open until this process ends, and the job's own programs get none of it.
            if let lock = Descriptor.inherited(WireFormat.lockDescriptor) { lock.release() }
            let notes = NoteKeeper(Descriptor.inherited(WireFormat.noteDescriptor))
            try report.setNonblocking()
            let control = try input.duplicate(atLeast: WireFormat.reportDescriptor + 1)
            try StandardDescriptors.detachInput()
            input.release()
            return Channels(
                control: ControlChannel(control), reports: ReportChannel(report, waits: false),
                registry: registry, notes: notes)
        }

        static func terminal() throws -> Channels {
            guard let input = Descriptor.inherited(0), let output = Descriptor.inherited(1) else {
                throw UsageError(description: "the standard input or output is closed")
            }
            return Channels(
                control: ControlChannel(input, agreed: .all), reports: ReportChannel(output, waits: true),
                registry: RegistryMap(nil))
        }
    }
}
