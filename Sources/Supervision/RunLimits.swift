import Clocks
import Model
import Schedules
import Turns
import Wire

/// What bounds a run: its time-out, the slot that takes its place, and the end of the attempts at its slot.
struct RunLimits {
    let timeout: Nanoseconds?
    let overlap: RunPolicy.Overlap
    /// Whether a run may have waited for its group.
    let mayWait: Bool
    /// No slot takes the place of a run.
    let isPaused: Bool
    /// How long after its slot a run may begin.
    let longestDelay: Nanoseconds
    let timetable: Timetable
    /// Every slot up to this one has its outcome.
    let accounted: SlotInstant

    init(_ policy: RunPolicy, _ schedule: Schedule, _ books: SlotBooks, mayWait: Bool, isPaused: Bool = false) {
        (timeout, overlap, longestDelay) = (policy.timeout, policy.overlap, schedule.longestDelay)
        (self.mayWait, self.isPaused) = (mayWait, isPaused)
        (timetable, accounted) = (books.timetable, books.accounted)
    }

    private var clock: ScheduleClock { timetable.clock }

    func run(_ order: RunOrder, _ begin: Report.Begin, at now: Moment) -> Phase.Run {
        var run = Phase.Run(number: begin.run, slot: order.slot, began: now, lateness: begin.lateness)
        (run.attempt, run.call) = (order.attempt, order.call)
        if let timeout { run.bounds.timeout = now.monotonic + timeout }
        if overlap.replaces {
            if mayWait { run.bounds.waitedThrough = timetable.last(through: now.on(clock)) }
            run.bounds.replacement = replacement(of: run, at: now)
        }
        return run
    }

    /// When the slot's run is to begin that takes the place of this one.
    private func replacement(of run: Phase.Run, at now: Moment) -> MonotonicInstant {
        if isPaused || run.isCaughtUp { return .distantFuture }
        let next = timetable.next(after: max(now.on(clock), run.slot ?? now.on(clock)))
        return now.monotonic(of: replacing(run, at: now) ?? next, on: clock) + longestDelay
    }

    /// The slot that is due and comes after that of the run.
    private func replacing(_ run: Phase.Run, at now: Moment) -> SlotInstant? {
        let slot = max(run.slot ?? accounted, run.bounds.waitedThrough ?? accounted)
        return timetable.last(through: now.on(clock)).flatMap { $0 > slot ? $0 : nil }
    }

    /// Which of its limits a run has reached; `nil`: none, since the wall clock was set back meanwhile.
    func cut(_ run: Phase.Run, _ step: Step) -> Phase.Cut? {
        if run.bounds.timeout <= step.heard { return .timeout }
        return isPaused || run.isCaughtUp || replacing(run, at: step.now) == nil ? nil : .replaced
    }

    /// By the wall clock as it is now.
    func renewed(_ run: Phase.Run, at now: Moment) -> Phase.Run {
        guard overlap.replaces else { return run }
        var run = run
        run.bounds.replacement = replacement(of: run, at: now)
        return run
    }

    /// When the slot is due that comes after `slot`.
    func end(ofAttemptsAt slot: SlotInstant?, at now: Moment) -> MonotonicInstant {
        now.monotonic(of: timetable.next(after: slot ?? now.on(clock)), on: clock)
    }
}
