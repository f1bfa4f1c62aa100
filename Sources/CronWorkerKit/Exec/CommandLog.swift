import Clocks
import Kernel
import Model
import Wire

/// The lines of a command that are logged, and the count of those that are not.
struct CommandLog {
    private(set) var limiter: OutputLimiter
    private let services: any CommandServices
    /// The daemon did not read for as long as it was waited for. Until it does, there is no more waiting.
    private var isStalled = false

    /// A daemon reads within milliseconds; one that does not is in trouble, and the command is not to share it.
    private static let patience = Nanoseconds.seconds(1)

    init(_ limiter: OutputLimiter, _ services: any CommandServices) {
        (self.limiter, self.services) = (limiter, services)
    }

    mutating func take(
        _ line: UnsafeRawBufferPointer, cut: Int, from stream: Report.Output.Stream, at now: MonotonicInstant
    ) {
        let size = line.count + cut
        guard limiter.admit(size: size, at: now) else { return }
        if services.take(line, cut: cut, from: stream) {
            isStalled = false
        } else if isStalled || !waitForRoom() || !services.take(line, cut: cut, from: stream) {
            limiter.lose(size, at: now)
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

    /// Tells of lines that were left out, if there are any.
    mutating func reportLoss() {
        if let loss = limiter.takeLoss() { services.lose(lines: loss.lines, bytes: loss.bytes) }
    }
}
