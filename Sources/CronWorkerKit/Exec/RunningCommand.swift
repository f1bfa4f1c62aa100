import Clocks
import Kernel
import Model

/// A command from its start to its end, and what this process serves meanwhile.
struct RunningCommand: ~Copyable {
    private let pid: ProcessID
    private let exit: ExitWatch
    private let signals: SignalQueue
    private let leftovers: Leftovers
    private let services: any CommandServices
    private(set) var output: CommandOutput
    /// It came, and the worker is to end by it.
    private(set) var stop: Signal?

    /// By the first three a worker ends: from its daemon, or from a terminal. The last may tell of an orphan's exit.
    static var signals: [Signal] { [.terminate, .interrupt, .hangUp, .child] }

    /// `signals` has these, which are blocked.
    init(
        _ spawn: CommandSpawn, input: borrowing Descriptor, signals: consuming SignalQueue, leftovers: Leftovers,
        limiter: OutputLimiter, services: any CommandServices
    ) throws(SystemError) {
        let output = try Pipe.open(nonblocking: .reader)
        let error = try Pipe.open(nonblocking: .reader)
        pid = try spawn.start(input: input, output: output.writer, error: error.writer)
        exit = ExitWatch(pid)
        self.signals = signals
        (self.services, self.leftovers) = (services, leftovers)
        self.output = CommandOutput(
            output: output.reader, error: error.reader, log: CommandLog(limiter, services))
    }

    /// Waits for its end, then kills all of its process group.
    mutating func wait() throws -> ExitStatus {
        do {
            try withUnsafeTemporaryAllocation(byteCount: CommandOutput.blockSize, alignment: 16) { buffer in
                while try !exit.hasExited() { try turn(buffer) }
                try output.drain(through: buffer)
            }
        } catch {
            _ = try? end()
            throw error
        }
        output.finish()
        return try end()
    }

    /// While the leader is uncollected the number is its group's, and nobody else's.
    private func end() throws(SystemError) -> ExitStatus {
        Children.signalGroup(pid, .kill)
        return try Children.collect(pid)
    }

    private mutating func turn(_ buffer: UnsafeMutableRawBufferPointer) throws {
        var poll = Poll()
        let exits = exit.pollHandle.map { poll.add($0, for: .read) }
        let outputs = output.output.pollHandle.map { poll.add($0, for: .read) }
        let errors = output.error.pollHandle.map { poll.add($0, for: .read) }
        let signals = poll.add(signals.descriptor.pollHandle, for: .read)
        let controls = services.control.map { poll.add($0, for: .read) }
        if !services.flush() { poll.add(services.reports, for: .write) }
        try poll.wait(timeout(canTellExit: exits != nil))
        if let outputs, poll.isReady(outputs) { _ = try output.readOutput(into: buffer) }
        if let errors, poll.isReady(errors) { _ = try output.readError(into: buffer) }
        output.reportLoss(at: Clock.monotonic())
        if poll.isReady(signals) { try takeSignals() }
        if let controls, poll.isReady(controls) { try services.serveControl() }
    }

    private func timeout(canTellExit: Bool) -> Nanoseconds? {
        if !canTellExit { return ExitWatch.interval }
        guard output.deadline != .distantFuture else { return nil }
        return Nanoseconds(max(0, (output.deadline - Clock.monotonic()).count))
    }

    private mutating func takeSignals() throws(SystemError) {
        for signal in try signals.take() {
            if signal == .child {
                leftovers.collectExited(sparing: pid)
                continue
            }
            stop = stop ?? signal
            Children.signalGroup(pid, signal)
        }
    }
}
