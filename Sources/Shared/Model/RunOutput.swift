package import Clocks

/// A job's output on its way to the log: what is within the limits goes as it comes; of the rest the last lines wait until the
/// rate allows them, or until the run ends.
package struct RunOutput: Sendable {
    private let bounds: OutputBounds
    private var limiter = OutputLimiter()
    private var tail: OutputTail
    /// Lines of this run that were logged as they came.
    private var logged = 0
    /// When the run began that the tail is of.
    package private(set) var began = MonotonicInstant(nanoseconds: 0)
    /// When to see whether the rate allows more; `.distantFuture`: nothing waits for that.
    package private(set) var deadline = MonotonicInstant.distantFuture

    /// From look to look at what waits, and at what was left out.
    package static let interval = Nanoseconds.seconds(1)

    package init(_ bounds: OutputBounds = OutputBounds()) {
        self.bounds = bounds
        tail = OutputTail(most: bounds.tail)
    }

    package var footprint: Int { tail.footprint }
    private var room: Int { bounds.head.map { max(0, $0 - logged) } ?? .max }

    /// Whether the line is to be logged now. If not, it is kept. `full`: how many bytes it had if it was cut, else 0.
    package mutating func admit(
        _ line: UnsafeRawBufferPointer, _ kind: OutputTail.Kind, full: Int, at now: MonotonicInstant
    ) -> Bool {
        if tail.isEmpty, room > 0, limiter.admit(at: now) {
            logged += 1
            return true
        }
        tail.append(line, kind, full: full)
        look(after: now)
        return false
    }

    /// Lines that were left out on their way here.
    package mutating func lose(lines: Int, bytes: Int, at now: MonotonicInstant) {
        tail.lose(lines: lines, bytes: bytes)
        look(after: now)
    }

    /// To be called at the deadline: gives what the rate allows by now.
    package mutating func release(at now: MonotonicInstant, _ body: (OutputTail.Part) -> Void) {
        deadline = .distantFuture
        guard room > 0 else { return }
        let count = limiter.admit(upTo: min(tail.lineCount, room), at: now)
        logged += count
        tail.take(first: count, body)
        look(after: now)
    }

    private mutating func look(after now: MonotonicInstant) {
        if deadline == .distantFuture, room > 0, !tail.isEmpty { deadline = now + Self.interval }
    }

    /// To be called when a run begins and when it has ended: gives the last lines. They count for the rate of the time after:
    /// of runs that follow each other at once, each has fewer, and one at least.
    package mutating func finish(at now: MonotonicInstant, _ body: (OutputTail.Part) -> Void) {
        (logged, began, deadline) = (0, now, .distantFuture)
        guard !tail.isEmpty else { return }
        tail.dropAll(but: max(1, limiter.admit(upTo: tail.lineCount, ahead: bounds.tail, at: now)))
        tail.take(first: tail.lineCount, body)
    }

    /// Gives its memory back; the lines are counted.
    package mutating func giveUpTail() { tail.drop() }
}
