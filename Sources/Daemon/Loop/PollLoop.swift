import Clocks
import Kernel

/// The one place where the daemon waits.
final class PollLoop {
    private(set) var poller: Poller
    private var ready: [Poller.Readiness] = []

    init() throws(SystemError) { poller = try Poller(capacity: 512) }

    /// Waits until `deadline` at most. Returns what is ready, and whether there may be more.
    func wait(until deadline: MonotonicInstant) throws(SystemError) -> (ready: [Poller.Readiness], isPartial: Bool) {
        ready.removeAll(keepingCapacity: true)
        let isPartial = try poller.wait(milliseconds: Self.milliseconds(until: deadline), into: &ready)
        return (ready, isPartial)
    }

    private static func milliseconds(until deadline: MonotonicInstant) -> Int32 {
        guard deadline < .distantFuture else { return -1 }
        let rest = (deadline - Clock.monotonic()).millisecondsRoundedUp
        return Int32(min(rest, Int64(Int32.max)))
    }
}
