import Clocks
import Kernel
import Links
import Model
import Wire

/// One worker's process and the daemon's ends of its three pipes.
final class WorkerProcess {
    let pid: ProcessID
    /// The control group that it was born in, for itself alone.
    let group: ControlGroup?
    private(set) var control: Outbox?
    var report: Inbox
    var output: Inbox
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
    /// In bytes. A worker that does not read its few commands has stopped reading at all.
    static let mostPending = 16 * 1_024 * 1_024

    init(
        pid: ProcessID, group: ControlGroup?, control: consuming Descriptor, report: consuming Descriptor,
        output: consuming Descriptor
    ) {
        (self.pid, self.group) = (pid, group)
        self.control = Outbox(control, most: Self.mostPending, .condemn)
        self.report = Inbox(report, longestLine: WireFormat.longestMessage - 1)
        self.output = Inbox(output, longestLine: Self.longestOutputLine)
    }

    func closeControl(_ poller: borrowing Poller) {
        control?.close(poller)
        control = nil
    }

    func closeAll(_ poller: borrowing Poller) {
        closeControl(poller)
        report.close(poller)
        output.close(poller)
    }
}
