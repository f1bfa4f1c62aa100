import Clocks
import Glibc
import Kernel
import Synchronization
import Testing

/// What one test plays in: a directory with a registry, and the daemons that it starts there.
final class Scene {
    let directory: String
    let cage: Cage
    private var starts = 0

    private static let count = Atomic<Int>(0)

    var registry: String { "\(directory)/registry" }

    /// Runs `body` in a new scene, and then looks whether anything is left over: a process, or a line in the log that is no
    /// record.
    static func play(_ body: (Scene) throws -> Void) throws {
        let began = Clock.monotonic()
        defer { TestTimes.note(Clock.monotonic() - began) }
        let scene = try Scene()
        defer { scene.clear() }
        try body(scene)
        try wait("no process is left", within: 5, evidence: "left: \(scene.cage.processes)") {
            scene.cage.isEmpty
        }
    }

    private init() throws {
        let number = Self.count.add(1, ordering: .relaxed).newValue
        cage = Cage(name: "\(ThisProcess.id)-\(number)")
        directory = "/tmp/cronsupd-test-\(ThisProcess.id)-\(number)"
        try FileSystem.createDirectories("\(directory)/registry")
    }

    private func clear() {
        cage.clear()
        ControlGroups.clear(registry)
        Self.removeTree(directory)
    }

    /// A file, or a directory with all below it.
    static func removeTree(_ path: String) {
        // Not through links, which lead to what is not the scene's.
        if unlink(path) == 0 { return }
        if let names = try? FileSystem.names(in: path) {
            for name in names { removeTree("\(path)/\(name)") }
            rmdir(path)
        }
    }

    /// Of all daemons here.
    var runtime: String { path("run") }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    // MARK: Registry

    func declare(_ jobs: [JobText], in file: String = "jobs.yaml") throws {
        try write(RegistryText.file(jobs), in: file)
    }

    /// Beside the registry, with its directories.
    func add(_ text: String, as file: String, mode: mode_t = 0o600) throws {
        let path = "\(registry)/\(file)"
        if let slash = path.lastIndex(of: "/") { try FileSystem.createDirectories(String(path[..<slash])) }
        try TextFile.write(text, to: self.path("new"))
        chmod(self.path("new"), mode)
        try FileSystem.rename(self.path("new"), to: path)
    }

    /// In one step, as an editor or a deployment should.
    func write(_ text: String, in file: String = "jobs.yaml") throws {
        try TextFile.write(text, to: path("new"))
        try FileSystem.rename(path("new"), to: "\(registry)/\(file)")
    }

    // MARK: Daemons

    /// The environment of everything that is started here. The test runner turns on Swift's backtraces, whose handler takes a
    /// fault for handled that was sent from outside.
    var environment: [String] {
        ThisProcess.environment.filter { entry in
            !["NOTIFY_", "SWIFT_BACKTRACE=", "RUNTIME_DIRECTORY=", "STATE_DIRECTORY="].contains { entry.hasPrefix($0) }
        }
            + ["SWIFT_BACKTRACE=enable=no", "RUNTIME_DIRECTORY=\(runtime)", cage.marker]
    }

    /// `wrapper`: a command in front of the daemon's, as in `["/usr/bin/env", "-i"]`. `registry`, `runtime`: others than those of
    /// this scene.
    func start(
        _ arguments: [String] = [], registry: String? = nil, runtime: String? = nil,
        worker: String = Binaries.faultWorker, wrapper: [String] = [], environment more: [String] = [],
        output: String? = nil
    ) throws -> DaemonProcess {
        starts += 1
        let log = output ?? path("log-\(starts)")
        let errors = path("errors-\(starts)")
        let usual = [
            ("--registry", registry ?? self.registry), ("--worker", worker), ("--log-format", "json"),
            ("--runtime-directory", runtime ?? self.runtime), ("--ledger", "off"),
        ].filter { !arguments.contains($0.0) }
        let command = [Binaries.daemon] + usual.flatMap { [$0.0, $0.1] } + arguments
        let process = try ChildProcess(
            wrapper + command, environment: environment + more, output: log, errors: errors)
        return DaemonProcess(process, log: log, errors: errors)
    }

    /// Runs the daemon's command line to its end.
    func run(_ arguments: [String], program: String = Binaries.daemon) throws -> Finished {
        starts += 1
        let (output, errors) = (path("out-\(starts)"), path("errors-\(starts)"))
        let process = try ChildProcess(
            [program] + arguments, environment: environment, output: output, errors: errors)
        try wait("the end of \(arguments)", evidence: TextFile.read(errors) ?? "") { process.hasExited }
        return Finished(
            status: process.exitStatus, output: TextFile.read(output) ?? "", errors: TextFile.read(errors) ?? "")
    }

    /// Has `cronsupctl` ask the daemon of this scene.
    func control(_ arguments: [String]) throws -> Finished {
        try run(arguments + ["--registry", registry, "--runtime-directory", runtime], program: Binaries.control)
    }

    /// A dry run with the worker under test.
    func check(_ arguments: [String] = []) throws -> Finished {
        try run(["--registry", registry, "--worker", Binaries.worker, "--once"] + arguments)
    }

    struct Finished {
        let status: Kernel.ExitStatus?
        let output: String
        let errors: String
    }

    // MARK: Ledger

    /// What the jobs wrote down themselves, beside the daemon.
    var ledger: String { path("ledger") }

    func ledgerRows() -> [LedgerRow] {
        (TextFile.read(ledger) ?? "").split(separator: "\n").compactMap(LedgerRow.init)
    }
}

/// One run as its job function saw it.
struct LedgerRow: Hashable {
    let entry: String
    let run: Int
    let pid: ProcessID
    /// On the wall clock, as the function was told.
    let slot: String

    init?(_ line: Substring) {
        let fields = line.split(separator: " ")
        guard fields.count == 4, let run = Int(fields[1]), let pid = ProcessID(fields[2]) else { return nil }
        (entry, self.run, self.pid, slot) = (String(fields[0]), run, pid, String(fields[3]))
    }
}
