import Clocks
import Glibc
import Links
import Model
import TestSupport
import Values
import Wire

@testable import Daemon
@testable import Kernel

/// The kernel as a daemon knows it: its time, its children, and the programs that it starts. Pipes are real ones.
final class PlayedKernel {
    var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
    /// How far the wall clock is ahead.
    var wallLead = Nanoseconds.zero
    /// What is done at each signal, by a machine that takes its time.
    var onSignal: () -> Void = {}
    /// What is done while the daemon waits.
    var onWait: () -> Void = {}
    /// How long it would have waited last, in milliseconds.
    private(set) var lastWait: Int32?
    /// What the next start comes to, if it fails.
    var refusal: SystemError?
    private(set) var processes: [PlayedProcess] = []
    private(set) var signals: [String] = []
    private(set) var sweeps: [Set<ProcessID>] = []
    private var exited: [ProcessID: ExitStatus] = [:]

    var machine: Machine {
        var machine = Machine()
        machine.moment = { self.moment }
        // Whatever the daemon has to wait for is there, or is not.
        machine.wait = { poller, milliseconds, ready throws(SystemError) in
            self.lastWait = milliseconds
            self.onWait()
            return try poller.wait(milliseconds: 0, into: &ready)
        }
        machine.peekExited = { self.exited.keys.min() }
        machine.hasExited = { pid throws(SystemError) in self.exited[pid] != nil }
        machine.collect = { pid throws(SystemError) in self.exited.removeValue(forKey: pid) ?? .exited(code: 255) }
        machine.signalGroup = { pid, signal in
            self.signals.append("\(signal) \(pid - Self.firstPID)")
            self.onSignal()
        }
        machine.signalRun = { pid, number, isCommand in
            self.signals.append("\(SignalName.of(number)) \(isCommand ? "command" : "worker") \(pid - Self.firstPID)")
            return true
        }
        machine.killDescendants = { _ in }
        machine.killSessions = { sessions throws(SystemError) in
            self.sweeps.append(sessions)
            return 0
        }
        return machine
    }

    var moment: Moment {
        Moment(monotonic: now, wall: WallInstant(nanoseconds: now.nanoseconds + wallLead.count))
    }

    /// No process of this machine has it.
    static let firstPID: ProcessID = 5_000_000

    func programs() throws -> WorkerPrograms {
        WorkerPrograms(standard: "/nowhere/cronworker", openFiles: try .current()) {
            arguments, descriptors throws(SystemError) in
            if let refusal = self.refusal { throw refusal }
            let pid = Self.firstPID + ProcessID(self.processes.count)
            self.processes.append(PlayedProcess(pid, arguments, descriptors))
            return pid
        }
    }

    func exit(_ process: PlayedProcess, _ status: ExitStatus = .exited(code: 0)) {
        process.ends = [:]
        exited[process.pid] = status
    }
}

/// A process that was started, and is the test.
final class PlayedProcess {
    let pid: ProcessID
    let arguments: [String]
    /// By the number that each has in the process.
    var ends: [Int: Box<Descriptor>] = [:]

    init(_ pid: ProcessID, _ arguments: [String], _ descriptors: [Int32]) {
        (self.pid, self.arguments) = (pid, arguments)
        for (number, raw) in descriptors.enumerated() {
            ends[number] = Box(Descriptor(owning: fcntl(raw, F_DUPFD_CLOEXEC, 3)))
        }
    }

    func write(_ text: String, to number: Int = 3) throws { try ends[number]?.value.writeAll(Array(text.utf8)) }

    func say(_ report: Report) throws { try ends[3]?.value.writeAll(report.encoded()) }

    /// All that was written to its standard input; `nil`: nothing more comes.
    func readInput() throws -> String? {
        guard let input = ends[0] else { return nil }
        try input.value.setNonblocking()
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            switch try input.value.read(into: &buffer, from: 0) {
            case .bytes(let count): bytes += buffer[..<count]
            case .wouldBlock: return String(decoding: bytes, as: UTF8.self)
            case .closed: return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
            }
        }
    }
}
