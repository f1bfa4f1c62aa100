import Clocks
import Kernel

/// The one place where the daemon waits.
final class PollLoop {
    private(set) var poller: Poller
    private var ready: [Poller.Readiness] = []

    init() throws(SystemError) { poller = try Poller(capacity: 512) }

    /// The result of one wait.
    struct Round {
        /// The clock was read before the wait.
        let began: MonotonicInstant
        let ready: [Poller.Readiness]
        /// There may be more.
        let isPartial: Bool
    }

    /// Waits until `deadline` at most.
    func wait(until deadline: MonotonicInstant) throws(SystemError) -> Round {
        ready.removeAll(keepingCapacity: true)
        let began = Clock.monotonic()
        let isPartial = try poller.wait(milliseconds: Self.milliseconds(from: began, until: deadline), into: &ready)
        return Round(began: began, ready: ready, isPartial: isPartial)
    }

    private static func milliseconds(from now: MonotonicInstant, until deadline: MonotonicInstant) -> Int32 {
        guard deadline < .distantFuture else { return -1 }
        let rest = (deadline - now).millisecondsRoundedUp
        return Int32(min(rest, Int64(Int32.max)))
    }
}
