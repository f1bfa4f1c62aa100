import ArgumentParser
import Clocks
import Daemon
import Host
import Kernel
import Logging
import Values

// Before anything else: until they are blocked, signals have their default action, or none at all as PID 1.
SignalQueue.blockAll()
ThisProcess.exit(launch())

func launch() -> Int32 {
    do {
        try StandardDescriptors.ensureOpen()
        StandardDescriptors.keepOthersPrivate()
        // Swift has them from there.
        guard !CommandLine.arguments.isEmpty else {
            return fail("no arguments in /proc/self/cmdline; expected /proc to be mounted", ExitCode.systemFailure)
        }
        let arguments = WatchOption.completed(Array(CommandLine.arguments.dropFirst()))
        if let complaint = RepeatedOption.complaint(about: arguments, of: Cronsupd._dumpHelp()) {
            return fail(complaint, ExitCode.wrongInput)
        }
        let command = try Cronsupd.parse(arguments)
        return try run(command)
    } catch let error as SystemError {
        return fail("\(error)", ExitCode.systemFailure)
    } catch let error as RuntimeFailure {
        return fail(error.description, error.isWrongInput ? ExitCode.wrongInput : ExitCode.systemFailure)
    } catch let failure as SingleRun.Failure {
        return fail(failure.description, ExitCode.wrongInput)
    } catch is StartInterrupted {
        return fail("stopped before the start was complete", ExitCode.systemFailure)
    } catch let error as StartFailure {
        return fail(error.description, ExitCode.wrongInput)
    } catch {
        return answer(error)
    }
}

/// The command line asked for help or the version, or is wrong.
func answer(_ error: any Error) -> Int32 {
    guard Cronsupd.exitCode(for: error).isSuccess else {
        complain(Cronsupd.fullMessage(for: error) + "\n", at: .error)
        return ExitCode.wrongInput
    }
    StandardDescriptors.writeOutput(Cronsupd.fullMessage(for: error) + "\n")
    return ExitCode.success
}

/// Before there is a log.
func complain(_ text: String, at level: Logger.Level) {
    StandardDescriptors.writeError(JournalStream.leads(to: 2) ? LogSink.withPriority(text, level) : text)
}

func fail(_ message: String, _ code: Int32) -> Int32 {
    complain("cronsupd: \(message)\n", at: .error)
    return code
}

func run(_ command: Cronsupd) throws -> Int32 {
    var configuration = Configuration(
        registry: command.registry, worker: command.worker ?? ProgramPath.of("cronworker"),
        logFormat: command.logFormat,
        logLevel: command.logLevel.level, stopTimeout: command.stopTimeout.duration,
        runtimeDirectory: command.startsNothing ? nil : command.runtimeDirectory ?? RuntimePlace.usual,
        isRuntimeDirectoryNamed: command.runtimeDirectory != nil, trustedOwners: command.trustOwner,
        allowedNotes: command.strict ? command.allow : nil)
    configuration.isOffline = command.offline
    configuration.instance = command.instance
    (configuration.operators, configuration.observers) = (command.operators, command.observers)
    configuration.quiet = command.watch?.duration
    configuration.catchUpAtOnce = command.catchUpAtOnce ?? Configuration.usualCatchUpAtOnce
    configuration.stateDirectory = command.keptPlace
    configuration.ledger = command.ledgerSettings()
    if let entry = command.entry { return try runOnce(entry, command, &configuration) }
    let startup: Startup
    do {
        startup = try start(configuration)
    } catch is StartInterrupted {
        // A daemon that is told to stop has done so; a check that did not end has found out nothing.
        return fail(
            "stopped before the start was complete", command.startsNothing ? ExitCode.systemFailure : ExitCode.success)
    }
    if command.json {
        let dryRun = dryRun(startup, command)
        StandardDescriptors.writeOutput(command.once ? dryRun.json : dryRun.checkJSON)
        return startup.loaded.errors.isEmpty ? ExitCode.success : ExitCode.wrongInput
    }
    for (text, level) in startup.loaded.complaints { complain(text, at: level) }
    guard startup.loaded.errors.isEmpty else {
        if let why = startup.noFallback { return fail(why, ExitCode.wrongInput) }
        return startup.loaded.strictHint.map { fail($0, ExitCode.wrongInput) } ?? ExitCode.wrongInput
    }
    if command.check {
        return startup.loaded.disabledText.map { fail($0, ExitCode.success) } ?? ExitCode.success
    }
    if command.once {
        return show(dryRun(startup, command), command)
    }
    guard let runtime = startup.runtime else { preconditionFailure("a daemon without a runtime directory") }
    let style = LogStyle(
        hasColors: command.color.isOn(.output), zone: Terminal.isThere(.output) ? startup.localZone : nil)
    let sink = try LogSink.standard(configuration.logFormat, style)
    let daemon = try Daemon(configuration, startup, runtime, log: CronLog(sink, level: configuration.logLevel))
    return try daemon.run()
}

/// What `--run` does.
func runOnce(_ text: String, _ command: Cronsupd, _ configuration: inout Configuration) throws -> Int32 {
    guard let id = EntryID(text) else {
        return fail(
            "--run: '\(PrintableText.escape(text, limit: 100))' is no entry ID; expected NAMESPACE:NAME",
            ExitCode.wrongInput)
    }
    let arguments = try command.args.map(SingleRun.arguments)
    if !command.force, let holder = try RegistryLock.holder(of: configuration.registry) {
        return fail(
            "process \(holder) runs this registry, and may run '\(id)' at the same time; expected 'cronsupctl run \(id)', no cronsupd, or "
                + "--force",
            ExitCode.systemFailure)
    }
    configuration.function = id
    let startup = try start(configuration)
    StandardDescriptors.writeError(startup.loaded.errorText)
    guard startup.loaded.errors.isEmpty else { return ExitCode.wrongInput }
    return try SingleRun(startup, of: id, arguments: arguments, format: command.logFormat ?? .text).run()
}

func show(_ dryRun: DryRun, _ command: Cronsupd) -> Int32 {
    guard let id = command.job else {
        StandardDescriptors.writeOutput(dryRun.table(width: Screen.width(isWide: command.wide)))
        return ExitCode.success
    }
    guard let details = dryRun.details(of: id) else {
        return fail("--job: no job '\(PrintableText.escape(id, limit: 200))' in the registry", ExitCode.wrongInput)
    }
    StandardDescriptors.writeOutput(details)
    return ExitCode.success
}

func dryRun(_ startup: Startup, _ command: Cronsupd) -> DryRun {
    var now = Clock.moment()
    if let at = command.at { now.wall = at.instant }
    return DryRun(startup.loaded, now: now, slots: command.slots, localZone: startup.localZone)
}

/// What the user can mend.
struct StartFailure: Error {
    let description: String
}

func start(_ configuration: Configuration) throws -> Startup {
    do {
        return try Startup(configuration)
    } catch let error as StartInterrupted {
        throw error
    } catch let error as RuntimeFailure {
        throw error
    } catch let error as SystemError where !error.isBadProgram && !error.isUntrusted {
        throw error
    } catch {
        throw StartFailure(description: "\(error)")
    }
}
