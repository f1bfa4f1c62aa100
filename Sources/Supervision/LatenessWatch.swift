import Clocks
import Model

/// The watch over slots that do not begin: the function that wants to know is told once, until a run begins in time.
///
/// | event                                         | what follows                                             |
/// |-----------------------------------------------|----------------------------------------------------------|
/// | there is nobody to tell, or it has been told  | no watch                                                 |
/// | a run is going, queued or being ended         | no watch: that is for `overlap` and `wait` to judge      |
/// | otherwise                                     | it watches the next slot                                 |
/// | the slot is not due yet                       | it watches on: the clock was set                         |
/// | the daemon itself was held up                 | it watches on: the begin may lie unread in its pipe      |
/// | the slot is due and has not begun             | late                                                     |
/// | a run begins late                             | late, if that has not been told                          |
/// | a run begins in time                          | late no more                                             |
struct LatenessWatch: Sendable {
    /// `nil`: the job has no `on_late`.
    private let patience: Nanoseconds?
    /// When a slot that has not begun is late; `.distantFuture`: no slot is watched.
    private(set) var deadline = MonotonicInstant.distantFuture
    /// When the last run ended: what came due in it was for `overlap` to judge.
    var freeSince = MonotonicInstant(nanoseconds: 0)

    init(_ hooks: JobHooks) { patience = hooks.onLate == nil ? nil : hooks.lateAfter }

    /// To be called when time or a run has changed what is waited for: the slot that is next, and when its run should have begun at the
    /// latest, if nothing was wrong. `nil`: nothing is waited for.
    mutating func watch(_ expected: MonotonicInstant?) {
        guard let patience, let expected else {
            deadline = .distantFuture
            return
        }
        deadline = max(expected, freeSince) + patience
    }

    var isOn: Bool { patience != nil }

    /// Whether a slot that is due and has not begun is late by that. The daemon itself may have been held up: then it watches on.
    mutating func isLate(_ step: Step) -> Bool {
        guard let patience else { return false }
        guard step.wasHeldUp(since: deadline) else {
            deadline = .distantFuture
            return true
        }
        let soon = step.now.monotonic.nanoseconds + JobSupervisor.longestDelayOfOurs.count - patience.count
        freeSince = max(freeSince, MonotonicInstant(nanoseconds: soon))
        return false
    }

    /// Whether a run that begins, or asks to, is late. `stated`: by its worker, since it may be the daemon that was late to read of it.
    func isLate(_ expected: MonotonicInstant, stated: Nanoseconds?, _ step: Step) -> Bool? {
        guard let patience else { return nil }
        let seen = step.now.monotonic - max(expected, freeSince)
        return min(seen, stated ?? seen) >= patience
    }
}
