import Clocks
import Kernel
import Synchronization
import Wire

/// The worker's end of the report pipe. It never waits for the daemon: what the pipe does not take is kept, up to a bound;
/// past it reports are given up, and the outcomes of their slots are stated as soon as there is room.
final class ReportChannel: Sendable {
    private let descriptor: Descriptor
    private let waits: Bool
    private let backlog = Mutex(ReportBacklog())

    /// `waits`: for a terminal, where a person reads at their own pace.
    init(_ descriptor: consuming Descriptor, waits: Bool) {
        self.descriptor = descriptor
        self.waits = waits
    }

    /// To wait for room in the pipe.
    var pollHandle: PollHandle { descriptor.pollHandle }

    func send(_ report: Report) { backlog.withLock { $0.send(report, to: write) } }

    /// Skipped slots are counted here, since `report` only has the first and the last.
    func send(_ report: Report.Skipped, count: Int64) {
        backlog.withLock { $0.send(.skipped(report), count: count, to: write) }
    }

    /// Returns whether there was room for it; if not, nothing is lost yet.
    func offer(_ report: Report) -> Bool { backlog.withLock { $0.accept(report, to: write) } }

    /// Tries again what was kept. Returns whether all is gone.
    func flush() -> Bool { backlog.withLock { $0.flush(to: write) } }

    private func write(_ message: [UInt8]) -> Descriptor.Transfer {
        do throws(SystemError) {
            guard waits else { return try descriptor.write(message) }
            try descriptor.writeAll(message)
            return .bytes(message.count)
        } catch {
            return .closed
        }
    }

    /// Waits until the daemon has taken all that was kept for it, or is gone.
    func drain() throws(SystemError) {
        while !flush() { try waitForRoom(nil) }
    }

    /// Calls `body`, which keeps this thread busy, while another sees to it that what was kept before goes out: the `begin` of
    /// the current run is among it.
    func flushing<Result>(during body: () -> Result) -> Result {
        if flush() { return body() }
        let run = RunInHand()
        Task.detached {
            while !run.isOver.load(ordering: .relaxed), !self.flush() { try self.waitForRoom(Self.patience) }
        }
        defer { run.isOver.store(true, ordering: .relaxed) }
        return body()
    }

    /// How long the other thread may take to notice that the run is over.
    private static var patience: Nanoseconds { .milliseconds(100) }

    private final class RunInHand: Sendable {
        let isOver = Atomic(false)
    }

    private func waitForRoom(_ timeout: Nanoseconds?) throws(SystemError) {
        var poll = Poll()
        poll.add(pollHandle, for: .write)
        try poll.wait(timeout)
    }

    /// Whether the daemon's end is closed.
    var isClosed: Bool { backlog.withLock { $0.isClosed } }
}
