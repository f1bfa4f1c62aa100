import Kernel
import Model
import Wire

/// The reports that there was no room for: kept up to a bound, then given up and counted.
struct ReportBacklog {
    /// Enough for a minute of a job that runs every second.
    static let mostKept = 128

    private var kept: [[UInt8]] = []
    private var dropped = Report.Dropped()
    /// Lines of a command that were left out since the daemon was last told.
    private var lostOutput = Report.OutputLoss(lines: 0, bytes: 0)
    /// The `begin` of the current run, or the `due` before it, while there is no room for it: it is not given up before
    /// its run ends, since the daemon would take the silence of a run that it does not know of for that of a worker
    /// that hangs.
    private var heldBegin: [UInt8]?
    /// What the daemon waits for, behind that and behind what was given up.
    private var heldAnswers: [[UInt8]] = []
    private(set) var isClosed = false

    /// Takes a message whole or not at all: none is longer than PIPE_BUF.
    typealias Pipe = ([UInt8]) -> Descriptor.Transfer

    mutating func send(_ report: Report, count: Int64 = 1, to pipe: Pipe) {
        guard !accept(report, to: pipe) else { return }
        switch report {
        // A question goes out after the outcomes of the slots before it, since it gives up those that have none.
        case .begin, .due: heldBegin = report.encoded()
        // What the worker says of its next runs does not hold for those before.
        case .asked where heldBegin != nil || dropped.reports > 0: heldAnswers.append(report.encoded())
        // The daemon asks once and waits for these.
        case .pong, .asked: kept.append(report.encoded())
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
    mutating func accept(_ report: Report, to pipe: Pipe) -> Bool {
        let message = report.encoded()
        if flush(to: pipe), write(message, to: pipe) { return true }
        guard dropped.reports == 0, heldBegin == nil, kept.count < bound(for: report) else { return false }
        keepLoss()
        kept.append(message)
        return true
    }

    /// Lines that were left out are told before what comes after them.
    private mutating func keepLoss() {
        guard lostOutput.lines > 0 else { return }
        kept.append(Report.outputDropped(lostOutput).encoded())
        lostOutput = Report.OutputLoss(lines: 0, bytes: 0)
    }

    /// Log lines and output get half of the room, so that a talkative job does not crowd out its own results.
    private func bound(for report: Report) -> Int {
        switch report {
        case .log, .output, .outputDropped: Self.mostKept / 2
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
            let slots: Int64 = end.slot == nil ? 0 : 1
            if end.outcome.isOk { dropped.ok += slots } else { dropped.failed += slots }
            dropped.through = end.slot ?? dropped.through
            dropped.run = end.run
        case .skipped(let skipped):
            dropped.skipped += count
            dropped.through = skipped.last
        default: break
        }
    }

    /// Returns whether all is gone.
    mutating func flush(to pipe: Pipe) -> Bool {
        while let first = kept.first {
            guard write(first, to: pipe) else { return false }
            kept.removeFirst()
        }
        if lostOutput.lines > 0 {
            guard write(Report.outputDropped(lostOutput).encoded(), to: pipe) else { return false }
            lostOutput = Report.OutputLoss(lines: 0, bytes: 0)
        }
        if dropped.reports > 0 {
            guard write(Report.dropped(dropped).encoded(), to: pipe) else { return false }
            dropped = Report.Dropped()
        }
        if let begin = heldBegin {
            guard write(begin, to: pipe) else { return false }
            heldBegin = nil
        }
        if heldAnswers.isEmpty { return true }
        (kept, heldAnswers) = (heldAnswers, [])
        return flush(to: pipe)
    }

    /// Returns whether it is off our hands.
    private mutating func write(_ message: [UInt8], to pipe: Pipe) -> Bool {
        if isClosed { return true }
        switch pipe(message) {
        case .bytes: return true
        case .wouldBlock: return false
        case .closed: isClosed = true
        }
        return true
    }
}
