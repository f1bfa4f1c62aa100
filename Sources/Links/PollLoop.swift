package import Clocks
package import Kernel

/// The one place where a program waits.
package final class PollLoop {
    package private(set) var poller: Poller
    private var ready: [Poller.Readiness] = []
    private var hearing = Hearing()
    private let machine: Machine

    /// So many events are handled in one round.
    private static let capacity = 512

    package init(_ machine: Machine = Machine()) throws(SystemError) {
        poller = try Poller(capacity: Self.capacity)
        self.machine = machine
    }

    /// All that was written before this moment has been handled.
    package var heard: MonotonicInstant { hearing.heard }

    /// One round: waits until `deadline` at most, and calls `handle` for each source that is ready.
    package func turn(
        until deadline: MonotonicInstant, _ handle: (Source) throws(SystemError) -> Void
    ) throws(SystemError) {
        ready.removeAll(keepingCapacity: true)
        let began = machine.now
        let isPartial = try machine.wait(&poller, Self.milliseconds(from: began, until: deadline), &ready)
        for readiness in ready { try handle(Source(packed: readiness.token)) }
        hearing.finish(began: began, isPartial: isPartial)
    }

    private static func milliseconds(from now: MonotonicInstant, until deadline: MonotonicInstant) -> Int32 {
        guard deadline < .distantFuture else { return -1 }
        let rest = (deadline - now).millisecondsRoundedUp
        return Int32(min(rest, Int64(Int32.max)))
    }
}
