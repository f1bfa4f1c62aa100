import Clocks
import Glibc
import Logging
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

    init(_ text: String) throws {
        directory = try TemporaryDirectory()
        log = try PlayedLog()
        try directory.write(text, to: "jobs.yaml")
        let configuration = Configuration(
            registry: "\(directory.path)/jobs.yaml", worker: "/nowhere/cronworker", logFormat: .logfmt,
            logLevel: .info, stopTimeout: .seconds(10), runtimeDirectory: "\(directory.path)/run")
        let runtime = try RuntimeDirectory(in: "\(directory.path)/run", registry: configuration.registry)
        let startup = Startup(
            programs: try kernel.programs(), runtime: runtime, registryLock: nil,
            loaded: load(text, path: configuration.registry),
            registry: try SharedRegistry(nil), mostJobs: 100, localZone: .utc, groups: .none(reason: "played"))
        daemon = try Daemon(configuration, startup, runtime, log: log.log, machine: kernel.machine)
        daemon.start()
    }

    deinit { block.restore() }

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
