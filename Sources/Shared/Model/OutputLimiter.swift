package import Clocks

/// Bounds how many lines of a job's output are logged, and counts exactly what is left out.
package struct OutputLimiter: Sendable {
    /// A longer line is cut, in bytes.
    package static let longestLine = 2_048
    /// In the long run.
    package static let linesPerSecond: Int64 = 100
    /// At once.
    package static let burst: Int64 = 1_000
    /// How often a loss that goes on is logged.
    package static let reportInterval = Nanoseconds.seconds(1)

    private var horizon = MonotonicInstant(nanoseconds: 0)
    private var lines = 0
    private var bytes = 0
    /// When the loss is to be logged; `.distantFuture` if there is none.
    package private(set) var deadline = MonotonicInstant.distantFuture

    package init() {}

    /// Whether a line of `size` bytes may be logged. If not, it is counted as lost.
    package mutating func admit(size: Int, at now: MonotonicInstant) -> Bool {
        let interval = Nanoseconds(1_000_000_000 / Self.linesPerSecond)
        let tolerance = Nanoseconds(interval.count * (Self.burst - 1))
        guard horizon - now <= tolerance else {
            lose(size, at: now)
            return false
        }
        horizon = max(horizon, now) + interval
        return true
    }

    /// Counts a line of `size` bytes as lost.
    package mutating func lose(_ size: Int, at now: MonotonicInstant) {
        lines += 1
        let (sum, overflow) = bytes.addingReportingOverflow(size)
        bytes = overflow ? .max : sum
        if deadline == .distantFuture { deadline = now + Self.reportInterval }
    }

    /// What was left out since the last call; `nil` if nothing was.
    package mutating func takeLoss() -> (lines: Int, bytes: Int)? {
        defer { (lines, bytes, deadline) = (0, 0, .distantFuture) }
        return lines > 0 ? (lines, bytes) : nil
    }
}
