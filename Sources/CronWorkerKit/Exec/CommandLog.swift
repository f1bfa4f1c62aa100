import Clocks
import Kernel
import Model
import Wire

/// The lines of a command on their way to the daemon: at once within the limit; the last ones of the rest a moment later, so
/// that a flood costs the daemon little.
struct CommandLog {
    private(set) var limiter: OutputLimiter
    private let services: any CommandServices
    private var tail: OutputTail
    private let most: Int
    /// When that is handed over; `.distantFuture` if there is none.
    private(set) var deadline = MonotonicInstant.distantFuture
    /// The daemon did not read for as long as it was waited for. Until it does, there is no more waiting.
    private var isStalled = false

    /// A daemon reads within milliseconds; one that does not is in trouble, and the command is not to share it.
    private static let patience = Nanoseconds.seconds(1)
    /// What is lost at most with a worker that is killed.
    private static let interval = Nanoseconds.milliseconds(100)

    /// `most`: so many lines of the rest are of use to the daemon.
    init(_ limiter: OutputLimiter, most: Int, _ services: any CommandServices) {
        (self.limiter, self.most, self.services) = (limiter, most, services)
        tail = OutputTail(most: most)
    }

    mutating func take(
        _ line: UnsafeRawBufferPointer, cut: Int, from stream: Report.Output.Stream, at now: MonotonicInstant
    ) {
        if tail.isEmpty, limiter.admit(at: now) { return send(line, cut: cut, from: stream, at: now) }
        tail.append(line, stream.kind, full: cut > 0 ? line.count + cut : 0)
        wait(from: now)
    }

    private mutating func wait(from now: MonotonicInstant) {
        if deadline == .distantFuture { deadline = now + Self.interval }
    }

    private mutating func send(
        _ line: UnsafeRawBufferPointer, cut: Int, from stream: Report.Output.Stream, at now: MonotonicInstant
    ) {
        if services.take(line, cut: cut, from: stream) {
            isStalled = false
        } else if isStalled || !waitForRoom() || !services.take(line, cut: cut, from: stream) {
            tail.lose(lines: 1, bytes: line.count + cut)
            wait(from: now)
        }
    }

    private mutating func waitForRoom() -> Bool {
        let end = Clock.monotonic() + Self.patience
        while !services.flush() {
            let rest = end - Clock.monotonic()
            guard rest > .zero else {
                isStalled = true
                return false
            }
            var poll = Poll()
            poll.add(services.reports, for: .write)
            try? poll.wait(rest)
        }
        return true
    }

    /// Sends what has waited, and tells of lines that were left out.
    mutating func handOver(at now: MonotonicInstant) {
        var waiting = tail
        (tail, deadline) = (OutputTail(most: most), .distantFuture)
        waiting.take(first: waiting.lineCount) { part in
            switch part {
            case .loss(let loss): services.lose(lines: loss.lines, bytes: loss.bytes)
            case .line(let kind, let text, let full):
                guard let stream = Report.Output.Stream(kind) else { return }
                // What comes after a gap comes after its number.
                guard tail.isEmpty else { return tail.append(text, kind, full: full) }
                send(text, cut: max(0, full - text.count), from: stream, at: now)
            }
        }
    }

    /// Does so, and keeps nothing.
    mutating func finish(at now: MonotonicInstant) {
        // What the daemon did not take the first time was counted, and has to be told.
        while !tail.isEmpty { handOver(at: now) }
    }
}
