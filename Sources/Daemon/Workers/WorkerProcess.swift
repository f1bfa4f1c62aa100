import Clocks
import Kernel
import Model
import Wire

/// One worker's process and the daemon's ends of its three pipes.
final class WorkerProcess {
    let pid: ProcessID
    /// The control group that it was born in, for itself alone.
    let group: ControlGroup?
    private(set) var control: ControlWriter?
    private(set) var report: PipeEnd?
    private(set) var output: PipeEnd?
    var reportLines = LineSplitter(longest: WireFormat.longestMessage - 1)
    var outputLines = LineSplitter(longest: WorkerProcess.longestOutputLine)
    /// What its `ready` has of what its definition offered.
    var agreed = Features.none
    /// Messages that were no messages.
    var malformed = 0

    /// When a worker that closed its report pipe must be gone.
    var exitDeadline = MonotonicInstant.distantFuture

    static let exitGrace = Nanoseconds.seconds(2)
    /// A longer line of a job's output is cut.
    static let longestOutputLine = OutputLimiter.longestLine
    /// So many malformed messages may be mistakes. A worker that sends more of them is replaced.
    static let mostMalformed = 100

    /// A descriptor that several may hold on to, closed when the last lets go.
    final class PipeEnd {
        let descriptor: Descriptor
        init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
    }

    init(
        pid: ProcessID, group: ControlGroup?, control: consuming Descriptor, report: consuming Descriptor,
        output: consuming Descriptor
    ) {
        (self.pid, self.group) = (pid, group)
        self.control = ControlWriter(control)
        self.report = PipeEnd(report)
        self.output = PipeEnd(output)
    }

    func closeControl(_ poller: borrowing Poller) {
        if let control { poller.remove(control.descriptor) }
        control = nil
    }

    func closeReport(_ poller: borrowing Poller) {
        if let report { poller.remove(report.descriptor) }
        report = nil
    }

    func closeOutput(_ poller: borrowing Poller) {
        if let output { poller.remove(output.descriptor) }
        output = nil
    }

    /// A grandchild may hold the other ends open for ever: the poller must be told before the close.
    func closeAll(_ poller: borrowing Poller) {
        closeControl(poller)
        closeReport(poller)
        closeOutput(poller)
    }
}

/// The daemon's end of a control pipe, which never waits: what the pipe does not take is kept.
final class ControlWriter {
    let descriptor: Descriptor
    /// The part before `written` is gone already: to move what remains at each write would cost the square of its size.
    private var pending: [UInt8] = []
    private var written = 0

    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

    var isPending: Bool { !pending.isEmpty }
    /// The poller tells when there is room again.
    var isWatched = false

    /// A worker that does not read its few commands has stopped reading at all.
    static let mostPending = 16 * 1_024 * 1_024

    /// A reader that is gone is no error here: its exit will tell.
    func send(_ bytes: [UInt8]) {
        guard pending.count - written + bytes.count <= Self.mostPending else { return }
        if written > pending.count / 2 {
            pending.removeFirst(written)
            written = 0
        }
        pending += bytes
        flush()
    }

    func flush() {
        while written < pending.count {
            switch try? pending.withUnsafeBytes({
                try descriptor.write(UnsafeRawBufferPointer(rebasing: $0[written...]))
            }) {
            case .bytes(let count): written += count
            case .wouldBlock: return
            case .closed, nil: written = pending.count
            }
        }
        (pending, written) = ([], 0)
    }
}
