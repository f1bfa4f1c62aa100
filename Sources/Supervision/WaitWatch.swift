import Clocks
import Schedules
import Turns

/// The watch over what a job waits for, so that it is told while it lasts and not when it is over.
///
/// | event                                          | what follows                                               |
/// |------------------------------------------------|------------------------------------------------------------|
/// | a run waits for its group                      | told when it has waited 10 s, 1 min, 10 min, and each hour |
/// | calls wait for the function, which has a worker | the same                                                   |
/// | a stop or a reload waits for the worker        | the same                                                   |
/// | it waits for a run that may go on to its end   | no watch: that is `LongRunWatch`'s                         |
/// | it waits for something else, or for nothing    | no watch, or one that begins anew                          |
struct WaitWatch: Sendable {
    enum Cause: Hashable, Sendable {
        case group, calls, worker

        /// What the job waits for, if that has no record of its own. `calls`: how many the worker was not told about.
        init?(_ phase: Phase, calls: Int, isPaused: Bool = false) {
            switch phase {
            // For the end of the pause.
            case .queued(let turn) where isPaused && turn.call == nil: return nil
            case .queued: self = .group
            case .leaving(let leave) where leave.stage == .draining:
                if leave.sparesRun, leave.run != nil { return nil }
                self = .worker
            // Why there is no worker has records of its own.
            case .leaving, .stopped, .waiting, .failed: return nil
            case .starting, .idle, .running:
                if calls == 0 { return nil }
                self = .calls
            }
        }
    }

    private(set) var cause: Cause?
    private var since = MonotonicInstant(nanoseconds: 0)
    /// When it is told.
    private(set) var deadline = MonotonicInstant.distantFuture

    /// To be called when anything may have changed.
    mutating func watch(_ cause: Cause?, at now: MonotonicInstant) {
        guard cause != self.cause else { return }
        (self.cause, since) = (cause, now)
        deadline = cause == nil ? .distantFuture : now + LongRunWatch.shortest
    }

    /// How long the wait has lasted, if that is to be told now.
    mutating func take(_ step: Step) -> Nanoseconds? {
        guard deadline <= step.heard else { return nil }
        let lasted = step.now.monotonic - since
        deadline = since + LongRunWatch.mark(after: lasted)
        return lasted
    }
}

extension Alerts {
    /// The slots of the timetable after `before` that are due have no outcome.
    mutating func judgeWait(
        _ phase: Phase, calls: Int, _ timetable: Timetable, after before: SlotInstant, _ step: inout Step
    ) {
        // What has reached its end is told by that.
        let isOver = phase.deadline <= step.heard && phase.deadline < .distantFuture
        guard let cause = wait.cause, cause == .calls || !isOver, let lasted = wait.take(step) else { return }
        switch cause {
        case .group:
            let slots = timetable.count(after: before, through: step.now.on(clock))
            step.log(.waitingForGroup(slots: slots, for: lasted))
        case .calls: step.log(.callsWaiting(calls, for: lasted))
        case .worker: step.log(.waitingForWorker(run: phase.run?.number, for: lasted))
        }
    }
}
