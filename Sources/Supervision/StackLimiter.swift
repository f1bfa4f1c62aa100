package import Clocks
package import Values

/// Bounds how often stacks are taken: it takes the daemon some milliseconds, and a job may hang again and again.
package struct StackLimiter: Sendable {
    private var last: [EntryID: MonotonicInstant] = [:]

    package enum Answer: Hashable, Sendable {
        case take
        /// The log has those of the same job already.
        case repeated
        case tooMany
    }

    /// Of one job.
    package static let interval = Nanoseconds.seconds(60)
    /// Over the whole daemon, within `span`.
    package static let most = 4
    package static let span = Nanoseconds.seconds(4)

    package init() {}

    /// Whether they may be taken now, which counts.
    package mutating func admit(_ id: EntryID, at now: MonotonicInstant) -> Answer {
        last = last.filter { now - $0.value < Self.interval }
        guard last[id] == nil else { return .repeated }
        guard last.values.count(where: { now - $0 < Self.span }) < Self.most else { return .tooMany }
        last[id] = now
        return .take
    }
}
