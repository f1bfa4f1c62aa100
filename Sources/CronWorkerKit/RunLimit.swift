import Clocks
import Model
import Wire

/// The time-out of a job's runs, which holds without a daemon too.
struct RunLimit {
    private let timeout: Nanoseconds
    private let killAfter: Nanoseconds

    /// `nil`: there is none.
    init?(_ header: WorkerDefinition.Header) {
        guard let timeout = header.timeout else { return nil }
        (self.timeout, killAfter) = (timeout, header.killAfter)
    }

    /// When the kernel ends the worker, if nobody has done it before.
    func end(from start: MonotonicInstant) -> MonotonicInstant { start + timeout + killAfter + RunPolicy.timerDelay }

    /// For the commands of a run. `isAlone`: whether the daemon is gone.
    func ofCommands(from start: MonotonicInstant, isAlone: @escaping () -> Bool) -> CommandLimit {
        CommandLimit(timeout: start + timeout, killAfter: killAfter, isAlone: isAlone)
    }
}
