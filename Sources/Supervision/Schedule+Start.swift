import Clocks
import Schedules

extension Schedule {
    /// That of a job whose first worker is there now. `hasWaited`: for the moment at which it starts.
    func timetable(at now: Moment, hasWaited: Bool) -> Timetable {
        var start = now.on(rule.clock)
        if hasWaited, rule.clock == .wall, let startsAt {
            start = min(start, SlotInstant(nanoseconds: startsAt.nanoseconds - 1))
        }
        return timetable(from: start)
    }

    /// When the slot's run should have begun at the latest.
    func expected(_ slot: SlotInstant, at now: Moment) -> MonotonicInstant {
        now.monotonic(of: slot, on: rule.clock) + longestDelay
    }
}
