import Clocks
import Model
import Schedules
import Turns
import Wire

extension JobSupervisor {
    func run(_ order: RunOrder, _ begin: Report.Begin, at now: Moment) -> Phase.Run {
        var run = Phase.Run(number: begin.run, slot: order.slot, began: now, lateness: begin.lateness)
        (run.attempt, run.call) = (order.attempt, order.call)
        if let timeout = policy.timeout { run.timeout = now.monotonic + timeout }
        if policy.overlap == .replace {
            if policy.concurrency != nil { run.waitedThrough = books.timetable.last(through: now.on(clock)) }
            run.replacement = replacement(of: run, at: now)
        }
        return run
    }

    /// When the slot's run is to begin that takes the place of this one.
    func replacement(of run: Phase.Run, at now: Moment) -> MonotonicInstant {
        let next = books.timetable.next(after: max(now.on(clock), run.slot ?? now.on(clock)))
        return now.monotonic(of: replacing(run, at: now) ?? next, on: clock) + longestDelay
    }

    /// The slot that is due and behind that of the run.
    private func replacing(_ run: Phase.Run, at now: Moment) -> SlotInstant? {
        let slot = max(run.slot ?? books.accounted, run.waitedThrough ?? books.accounted)
        return books.timetable.last(through: now.on(clock)).flatMap { $0 > slot ? $0 : nil }
    }

    mutating func reachLimit(of run: Phase.Run, at now: Moment, _ effects: inout [Effect]) {
        guard deadline != .distantFuture else { return }
        var run = run
        if run.timeout <= heard {
            run.cut = .timeout
        } else if replacing(run, at: now) != nil {
            run.cut = .replaced
        } else {
            // The wall clock was set back meanwhile.
            run.replacement = replacement(of: run, at: now)
            phase = .running(run)
            return
        }
        if run.cut == .timeout { effects.append(.logStacks) }
        effects += [.log(.terminated), .terminate]
        phase = .ending(.terminated, until: now.monotonic + policy.killAfter, run)
    }

    mutating func press(
        _ stage: Phase.Stage, _ run: Phase.Run?, at now: Moment, _ effects: inout [Effect]
    ) {
        effects += stage == .killed ? [.log(.unkillable)] : [.log(.killed), .kill]
        phase = .ending(.killed, until: now.monotonic + Self.unkillableReminder, run)
    }
}
