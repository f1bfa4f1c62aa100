package import Clocks

/// Bounds how many lines of a job's output are logged.
package struct OutputLimiter: Sendable {
    /// A longer line is cut, in bytes.
    package static let longestLine = 2_048
    /// In the long run.
    package static let linesPerSecond: Int64 = 100
    /// At once.
    package static let burst: Int64 = 1_000

    private var horizon = MonotonicInstant(nanoseconds: 0)
    private let isUnlimited: Bool

    /// `isUnlimited`: somebody reads all of it.
    package init(isUnlimited: Bool = false) { self.isUnlimited = isUnlimited }

    /// Whether a line may be logged. `ahead`: so many more at once, which count for the time after.
    package mutating func admit(ahead: Int = 0, at now: MonotonicInstant) -> Bool {
        if isUnlimited { return true }
        let interval = Nanoseconds(1_000_000_000 / Self.linesPerSecond)
        let tolerance = Nanoseconds(interval.count * (Self.burst - 1 + Int64(ahead)))
        guard horizon - now <= tolerance else { return false }
        horizon = max(horizon, now) + interval
        return true
    }

    /// How many of so many lines may be.
    package mutating func admit(upTo most: Int, ahead: Int = 0, at now: MonotonicInstant) -> Int {
        var count = 0
        while count < most, admit(ahead: ahead, at: now) { count += 1 }
        return count
    }
}
