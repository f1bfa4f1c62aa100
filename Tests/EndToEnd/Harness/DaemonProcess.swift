import Glibc
import Kernel

/// A running `cronsupd` with its log.
final class DaemonProcess {
    private let process: ChildProcess
    let log: LogFile
    /// What it wrote to its standard error.
    let errors: String

    var pid: ProcessID { process.pid }

    init(_ process: ChildProcess, log: String, errors: String) {
        self.process = process
        self.log = LogFile(log)
        self.errors = errors
    }

    func signal(_ number: Int32) { process.signal(number) }

    func wait(_ what: String, within seconds: Int = 20, until condition: () throws -> Bool) throws {
        try EndToEnd.wait(what, within: seconds, evidence: evidence, until: condition)
    }

    var evidence: String { "log:\n\(log.tail)\nstandard error:\n\(TextFile.read(errors) ?? "")" }

    /// Waits for `count` records of this kind.
    func wait(for message: String, entry: String? = nil, count: Int = 1, within seconds: Int = 20) throws {
        try wait("\(count) × '\(message)' \(entry ?? "")", within: seconds) {
            log.count(message, entry: entry) >= count
        }
    }

    func waitForExit(within seconds: Int = 20) throws -> Kernel.ExitStatus {
        try wait("the daemon's exit", within: seconds) { process.hasExited }
        log.update()
        guard let status = process.exitStatus else { throw Failure("no exit status") }
        return status
    }

    /// SIGTERM, and the wait for the end.
    func stop(within seconds: Int = 20) throws -> Kernel.ExitStatus {
        signal(SIGTERM)
        return try waitForExit(within: seconds)
    }

    /// The worker that the log names last for this entry. Waits for the first: what a worker does may be seen before the
    /// log has its line.
    func worker(_ entry: String) throws -> ProcessID {
        try wait(for: "Worker started", entry: entry)
        guard let worker = latestWorker(entry) else { throw Failure("no worker of \(entry)") }
        return worker
    }

    /// The same, if the log has one by now.
    func latestWorker(_ entry: String) -> ProcessID? {
        log.all("Worker started", entry: entry).last.map { ProcessID($0.number("pid")) }
    }

    /// Entry by entry, the workers that were named last.
    var workers: [String: ProcessID] {
        var workers: [String: ProcessID] = [:]
        for record in log.all("Worker started") { workers[record.entry] = ProcessID(record.number("pid")) }
        return workers
    }

    func reload() { signal(SIGHUP) }
}
