package import Clocks
import Kernel

/// What a worker whose daemon is gone does about a run's time-out. As long as there is a daemon it takes the same steps itself, with
/// the worker, and may be gone after any of them.
///
/// | what                                | when                                                            | next                   |
/// |-------------------------------------|-----------------------------------------------------------------|------------------------|
/// | SIGTERM to the command              | the time-out, or each second after it until the daemon is gone  | `killAfter` later      |
/// | none: the command has had a SIGTERM | it came from the daemon                                         | `killAfter` later      |
/// | SIGKILL to the command              | that is over, or each second after it until the daemon is gone  |                        |
package struct CommandLimit {
    private let killAfter: Nanoseconds
    let timeout: MonotonicInstant
    private let isAlone: () -> Bool
    private var isTerminated = false
    /// When to look.
    private(set) var next: MonotonicInstant

    private static var interval: Nanoseconds { .seconds(1) }

    package init(timeout: MonotonicInstant, killAfter: Nanoseconds, isAlone: @escaping () -> Bool) {
        (self.timeout, self.killAfter, self.isAlone) = (timeout, killAfter, isAlone)
        next = timeout
    }

    /// The signal that the command is to be sent now, if it is time for one.
    mutating func signal(at now: MonotonicInstant) -> Signal? {
        guard now >= next else { return nil }
        guard isAlone() else {
            next = now + Self.interval
            return nil
        }
        if isTerminated {
            next = .distantFuture
            return .kill
        }
        terminated(at: now)
        return .terminate
    }

    /// The command was sent a signal to stop.
    mutating func terminated(at now: MonotonicInstant) {
        if !isTerminated { next = max(now, timeout) + killAfter }
        isTerminated = true
    }
}
