import Clocks
import Kernel
import Synchronization
import Wire

/// The worker's end of the report pipe. It never waits for the daemon: what the pipe does not take is kept, up to a bound;
/// past it reports are given up, and what their slots came to is stated as soon as there is room.
final class ReportChannel: Sendable {
    private let state: Mutex<State>
    /// To wait for room in the pipe.
    let pollHandle: PollHandle

    /// `waits`: for a terminal, where a person reads at their own pace.
    init(_ descriptor: consuming Descriptor, waits: Bool) {
        pollHandle = descriptor.pollHandle
        state = Mutex(State(descriptor, waits: waits))
    }

    func send(_ report: Report) { state.withLock { $0.send(report) } }

    /// Skipped slots are counted here, since `report` only has the first and the last.
    func send(_ report: Report.Skipped, count: Int64) { state.withLock { $0.send(.skipped(report), count: count) } }

    /// Returns whether there was room for it; if not, nothing is lost yet.
    func offer(_ report: Report) -> Bool { state.withLock { $0.accept(report) } }

    /// Tries again what was kept. Returns whether all is gone.
    func flush() -> Bool { state.withLock { $0.flush() } }

    /// Waits until the daemon has taken all that was kept for it, or is gone.
    func drain() throws(SystemError) {
        while !flush() { try waitForRoom(nil) }
    }

    /// Calls `body`, which keeps this thread busy, while another sees to it that what was kept before goes out: the `begin` of
    /// the run in hand is among it.
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
    var isClosed: Bool { state.withLock { $0.isClosed } }
}

private struct State: ~Copyable {
    /// Enough for a minute of a job that runs every second.
    private static let mostKept = 128

    private let descriptor: Descriptor
    private let waits: Bool
    private var kept: [[UInt8]] = []
    private var dropped = Report.Dropped()
    /// Lines of a command that were left out since the daemon was last told.
    private var lostOutput = Report.OutputLoss(lines: 0, bytes: 0)
    /// The `begin` of the run in hand, or the `due` before it, while there is no room for it: it is not given up before its run ends, since the daemon
    /// would take the silence of a run that it does not know of for that of a worker that hangs.
    private var heldBegin: [UInt8]?
    private(set) var isClosed = false

    init(_ descriptor: consuming Descriptor, waits: Bool) {
        self.descriptor = descriptor
        self.waits = waits
    }

    mutating func send(_ report: Report, count: Int64 = 1) {
        guard !accept(report) else { return }
        switch report {
        // A question goes out behind what its job's slots before have come to, since it gives up those that have no outcome.
        case .begin, .due: heldBegin = report.encoded()
        // The daemon asks once and waits for this one.
        case .pong: kept.append(report.encoded())
        case .output(let line): lose(.init(lines: 1, bytes: Int64(line.size)))
        case .outputDropped(let loss): lose(loss)
        case .end where heldBegin != nil:
            // The daemon would not know the run.
            heldBegin = nil
            dropped.reports += 1
            giveUp(report, count: count)
        default: giveUp(report, count: count)
        }
    }

    /// Writes it or keeps it for later. Once reports are given up, all are until the ones that are kept have gone.
    mutating func accept(_ report: Report) -> Bool {
        let message = report.encoded()
        if flush(), write(message) { return true }
        guard dropped.reports == 0, heldBegin == nil, kept.count < bound(for: report) else { return false }
        kept.append(message)
        return true
    }

    /// Log lines and output get half of the room, so that a talkative job does not crowd out its own results.
    private func bound(for report: Report) -> Int {
        switch report {
        case .log, .output: Self.mostKept / 2
        default: Self.mostKept
        }
    }

    private mutating func lose(_ loss: Report.OutputLoss) {
        lostOutput.lines += loss.lines
        lostOutput.bytes += loss.bytes
    }

    private mutating func giveUp(_ report: Report, count: Int64) {
        dropped.reports += 1
        switch report {
        case .end(let end):
            if end.outcome == .ok {
                dropped.ok += end.slot == nil ? 0 : 1
            } else {
                dropped.failed += end.slot == nil ? 0 : 1
            }
            dropped.through = end.slot ?? dropped.through
            dropped.run = end.run
        case .skipped(let skipped):
            dropped.skipped += count
            dropped.through = skipped.last
        default: break
        }
    }

    mutating func flush() -> Bool {
        while let first = kept.first {
            guard write(first) else { return false }
            kept.removeFirst()
        }
        if lostOutput.lines > 0 {
            guard write(Report.outputDropped(lostOutput).encoded()) else { return false }
            lostOutput = Report.OutputLoss(lines: 0, bytes: 0)
        }
        if dropped.reports > 0 {
            guard write(Report.dropped(dropped).encoded()) else { return false }
            dropped = Report.Dropped()
        }
        guard let begin = heldBegin else { return true }
        guard write(begin) else { return false }
        heldBegin = nil
        return true
    }

    /// Whole or not at all: no message is longer than PIPE_BUF. Returns whether it is off our hands.
    private mutating func write(_ message: [UInt8]) -> Bool {
        guard !isClosed else { return true }
        do throws(SystemError) {
            if waits {
                try descriptor.writeAll(message)
                return true
            }
            switch try descriptor.write(message) {
            case .bytes: return true
            case .wouldBlock: return false
            case .closed: isClosed = true
            }
        } catch {
            isClosed = true
        }
        return true
    }
}
