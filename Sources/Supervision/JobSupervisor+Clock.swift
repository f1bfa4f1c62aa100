package import Clocks
import Schedules
import Turns

extension JobSupervisor {
    /// What waits for a moment of the wall clock must look again.
    mutating func clockWasSet() {
        life.clockWasSet(startsAt: runKeeper.schedule.startsAt, runKeeper.limits, at: step.now)
        SetClock.changed(&runKeeper, step)
        mustFollow = SetClock.isToFollow(books, at: step.now)
    }

    /// In a run, and before one that the worker was told to begin, the slots stay as they are.
    mutating func followClock() {
        guard phase.isIdle || phase.awaitsWorker, runKeeper.orders.given == nil else { return }
        mustFollow = false
        // It may have been set forward again.
        guard SetClock.isToFollow(books, at: step.now) else { return }
        SetClock.follow(&runKeeper, &life.phase, &step)
        life.makeWay(&step)
    }

    /// Until when the job waits with slots that the wall clock, which was set back, shows a second time; `nil`: it does not.
    package func waitsForClock(at now: Moment) -> SlotInstant? {
        mustFollow || phase.isStopping ? nil : SetClock.end(of: books, at: now)
    }
}
