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
    private var limit: CommandLimit?
    /// In seconds, its own; `nil`: that of this process.
    private let processorTime: UInt64?
    private(set) var output: CommandOutput
    /// It came, and the worker is to end by it.
    private(set) var stop: Signal?
    /// In seconds: it has ended since it used up so much of the processor.
    private(set) var endOfTime: UInt64?

    /// By the first three a worker ends: from its daemon, or from a terminal. The last may tell of an orphan's exit.
    static var signals: [Signal] { [.terminate, .interrupt, .hangUp, .child] }

    /// `signals` has these, which are blocked.
    init(
        _ spawn: CommandSpawn, input: borrowing Descriptor, signals: consuming SignalQueue, leftovers: Leftovers,
        log: CommandLog, services: any CommandServices
    ) throws(SystemError) {
        let output = try Pipe.open(nonblocking: .reader)
        let error = try Pipe.open(nonblocking: .reader)
        pid = try spawn.start(input: input, output: output.writer, error: error.writer)
        exit = ExitWatch(pid)
        self.signals = signals
        processorTime = spawn.processorTime
        (self.services, self.leftovers, limit) = (services, leftovers, services.limit)
        self.output = CommandOutput(output: output.reader, error: error.reader, log: log)
    }

    /// Waits for its end, then kills all of its process group, unless what it has started goes on.
    mutating func wait() throws -> ExitStatus {
        do {
            // Not on the stack, which may be a small one.
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: CommandOutput.blockSize, alignment: 16)
            defer { buffer.deallocate() }
            while try !exit.hasExited() { try turn(buffer) }
            try output.drain(through: buffer)
        } catch {
            _ = try? end(withGroup: true)
            throw error
        }
        output.finish()
        return try end(withGroup: !leftovers.areLeft)
    }

    /// While the leader is uncollected the number is its group's, and nobody else's.
    private mutating func end(withGroup: Bool) throws(SystemError) -> ExitStatus {
        let limit = processorTime ?? ProcessRights.processorTime
        let used = limit.flatMap { _ in ProcessTable.row(pid)?.processorTime }
        if withGroup { Children.signalGroup(pid, .kill) }
        let status = try Children.collect(pid)
        if status.isEndOfTime(limit, used: used) { endOfTime = limit }
        return status
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
        output.handOver(at: Clock.monotonic())
        if poll.isReady(signals) { try takeSignals() }
        if let controls, poll.isReady(controls) { try services.serveControl() }
        if let signal = limit?.signal(at: Clock.monotonic()) { stop(by: signal) }
    }

    private func timeout(canTellExit: Bool) -> Nanoseconds? {
        if !canTellExit { return ExitWatch.interval }
        let deadline = min(output.deadline, limit?.next ?? .distantFuture)
        guard deadline != .distantFuture else { return nil }
        return Nanoseconds(max(0, (deadline - Clock.monotonic()).count))
    }

    private mutating func takeSignals() throws(SystemError) {
        for signal in try signals.take() {
            if signal == .child {
                leftovers.collectExited(sparing: pid)
                continue
            }
            limit?.terminated(at: Clock.monotonic())
            stop(by: signal)
        }
    }

    private mutating func stop(by signal: Signal) {
        stop = stop ?? signal
        Children.signalGroup(pid, signal)
    }
}
