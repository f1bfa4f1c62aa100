package import Clocks
import Schedules
import Turns

/// What a wall clock that is set back means for a job whose slots it has shown already.
///
/// | behind the last of these slots | a schedule of elapsed time | one of fixed times |
/// |--------------------------------|----------------------------|--------------------|
/// | by a minute at most            | waits                      | waits              |
/// | by three hours at most         | follows the clock          | waits              |
/// | by more                        | follows the clock          | follows the clock  |
enum SetClock {
    /// Of slots by the minute none is wanted twice in a moment.
    static let shortestStep = Nanoseconds.seconds(60)
    /// A clock that is set back further was wrong before, as for cron(8).
    static let longestStep = Nanoseconds.seconds(3 * 3_600)

    /// Whether the job of these books, which are ahead of the clock, goes by it from now on.
    static func isToFollow(_ books: SlotBooks, at now: Moment) -> Bool {
        let rule = books.timetable.rule
        guard books.areOpen, rule.clock == .wall, rule != .none else { return false }
        return books.accounted > now.on(.wall) + (rule.isElapsed ? shortestStep : longestStep)
    }

    /// Until when the job of these books waits; `nil`: the clock shows none of its slots a second time.
    static func end(of books: SlotBooks, at now: Moment) -> SlotInstant? {
        guard books.areOpen, books.clock == .wall else { return nil }
        return books.timetable.count(after: now.on(.wall), through: books.accounted) > 0 ? books.accounted : nil
    }

    /// The wall clock was set: the next slot, which ends the attempts, is due at another moment.
    static func changed(_ keeper: inout RunKeeper, _ step: Step) {
        keeper.alerts.longRun.lookAgain(at: step.now.monotonic)
        guard let attempt = keeper.orders.pending else { return }
        keeper.orders.endAttempts(at: keeper.limits.end(ofAttemptsAt: attempt.slot, at: step.now))
    }

    /// The slots of the job are those that the clock shows from now on.
    static func follow(_ keeper: inout RunKeeper, _ phase: inout Phase, _ step: inout Step) {
        keeper.giveUpAttempts(.clock, &phase, &step)
        step.log(.clockFollowed(until: keeper.books.accounted))
        keeper.books.follow(keeper.schedule.timetable(from: step.now.on(keeper.clock)))
    }
}

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
        if phase.isIdle { life.makeWay(for: .clock, &step) }
    }

    /// Until when the job waits with slots that the wall clock, which was set back, shows a second time; `nil`: it does not.
    package func waitsForClock(at now: Moment) -> SlotInstant? {
        mustFollow || phase.isStopping ? nil : SetClock.end(of: books, at: now)
    }
}
