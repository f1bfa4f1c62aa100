import Clocks
package import Schedules
import Values

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

extension Schedule {
    /// The same for schedules that are written alike, in every version of this program.
    package var signature: UInt64 {
        var words = [text, zone?.name ?? "", hasSeconds ? "seconds" : ""]
        if case .aligned = rule { words.append("align") }
        words += [startsAt, endsAt].map { $0.map { String($0.nanoseconds) } ?? "" }
        return StableHash.of(Array(words.joined(separator: "\n").utf8))
    }
}
