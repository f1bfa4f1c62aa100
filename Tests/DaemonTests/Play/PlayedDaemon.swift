import Clocks
import Glibc
import Host
import Logging
import Registry
import Schedules
import TestSupport

@testable import Daemon
@testable import Kernel

/// A daemon on a played kernel, with real signals: those that the test's own thread sends to itself.
final class PlayedDaemon {
    let kernel = PlayedKernel()
    let daemon: Daemon
    private let block = SignalBlock([.terminate, .interrupt, .hangUp, .child])
    private let directory: TemporaryDirectory
    private let log: PlayedLog

    /// `quiet`: as of `--watch`. `refusal`: what is wrong with another registry, for which this one runs.
    init(_ text: String, quiet: Nanoseconds? = nil, refusal: [Diagnostic]? = nil) throws {
        directory = try TemporaryDirectory()
        log = try PlayedLog()
        try directory.write(text, to: "jobs.yaml")
        var configuration = Configuration(
            registry: "\(directory.path)/jobs.yaml", worker: "/nowhere/cronworker", logFormat: .logfmt,
            logLevel: .info, stopTimeout: .seconds(10), runtimeDirectory: "\(directory.path)/run")
        configuration.quiet = quiet
        let runtime = try RuntimeDirectory(
            in: "\(directory.path)/run", key: RuntimePlace.key(of: configuration.registry))
        var startup = Startup(
            programs: try kernel.programs(), runtime: runtime, registryLock: nil,
            loaded: try Self.load(text, configuration.registry),
            registry: try SharedRegistry(nil), mostJobs: 100, localZone: .utc, groups: .none(reason: "played"))
        startup.refusal = refusal.map { .init(errors: $0, moment: WallInstant(nanoseconds: 0)) }
        daemon = try Daemon(configuration, startup, runtime, log: log.log, machine: kernel.machine)
        try daemon.start()
    }

    deinit { block.restore() }

    private static func load(_ text: String, _ path: String) throws -> LoadedJobs {
        var loaded = DaemonTests.load(text, path: path)
        loaded.survey = try RegistryReader.readPatiently(path).survey
        return loaded
    }

    /// The wall clock shows the registry's own time at this moment.
    func setClock() throws {
        let written = try FileSystem.status("\(directory.path)/jobs.yaml").identity.modified
        kernel.wallLead = Nanoseconds(written.nanoseconds - kernel.now.nanoseconds)
    }

    /// Rounds until the reload is over.
    func finishReload() throws {
        var rounds = 0
        while !daemon.reloader.isIdle, rounds < 200 {
            kernel.now = kernel.now + .milliseconds(100)
            for program in kernel.processes where program.arguments == ["--catalog"] && !program.ends.isEmpty {
                try program.write("protocol 2\nfunction heartbeat\n", to: 1)
                try bury(program)
            }
            try daemon.turn()
            rounds += 1
        }
    }

    func declare(_ text: String) throws { try directory.write(text, to: "jobs.yaml") }

    func records(_ words: String) throws -> [Substring] { try log.records(words) }

    /// One round in which this signal has come.
    func turn(with signal: Signal) throws {
        raise(signal.rawValue)
        try daemon.turn()
    }

    /// One round in which this process has exited.
    func bury(_ process: PlayedProcess, _ status: ExitStatus = .exited(code: 0)) throws {
        kernel.exit(process, status)
        try turn(with: .child)
    }

    /// Every ten seconds, from ten seconds after now on.
    var slot: SlotInstant { SlotInstant(nanoseconds: (kernel.now + .seconds(10)).nanoseconds) }
}
