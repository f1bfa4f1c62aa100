import Clocks

/// How late the loop comes to what is due: the greatest since somebody has looked last. A second one who looks within a minute is told
/// of it too.
struct LoopLag {
    private var greatest = Nanoseconds.zero
    private var told: (lag: Nanoseconds, at: MonotonicInstant)?

    /// So long what was told is told again.
    private static let memory = Nanoseconds.seconds(60)

    /// The loop was to wake at `deadline` at the latest.
    mutating func note(_ deadline: MonotonicInstant, at now: MonotonicInstant) {
        if now > deadline { greatest = max(greatest, now - deadline) }
    }

    mutating func take(at now: MonotonicInstant) -> Nanoseconds {
        if let told, now - told.at < Self.memory, told.lag >= greatest {
            greatest = .zero
            return told.lag
        }
        told = (greatest, now)
        defer { greatest = .zero }
        return greatest
    }
}
