import Clocks
import Model
import Turns
import Values

/// What a hook is told about a job.
enum Notice {
    /// Of a result or an error that a function is called with, in Unicode scalars.
    static let longestText = 400

    /// `on_failure`, `on_recovery`: how its slot, or its worker, ended. `failures`: in a row. `incident`: of a failure and its recovery
    /// the same.
    static func verdict(
        _ event: String, _ id: EntryID, _ booking: Booking, failures: Int, incident: Int64, on clock: ScheduleClock,
        at now: Moment
    ) -> Value.Map {
        let run = booking.run
        var fields: [(String, Value)] = [
            ("event", .string(event)), ("entry", .string(id.description)), ("run", .int(run?.number ?? 0)),
            ("attempt", .int(Int64(run?.attempt ?? 1))), ("outcome", .string(booking.outcome.rawValue)),
            ("incident", .int(incident)),
        ]
        if let slot = booking.last { fields.append(("slot", civil(slot, on: clock, at: now))) }
        let text = String((run?.end.text ?? "").unicodeScalars.prefix(longestText))
        fields.append(("\(booking.outcome.textKey)", .string(text)))
        if booking.outcome != .ok { fields.append(("failures", .int(Int64(failures)))) }
        return Value.Map(fields)
    }

    /// `on_late`
    static func late(_ id: EntryID, _ slot: SlotInstant, on clock: ScheduleClock, at now: Moment) -> Value.Map {
        Value.Map([
            ("event", .string("late")), ("entry", .string(id.description)),
            ("slot", civil(slot, on: clock, at: now)),
            ("lateness_us", .int(max(.zero, now.on(clock) - slot).wholeMicroseconds)),
        ])
    }

    /// `on_long`
    static func long(
        _ id: EntryID, _ run: Phase.Run, _ lasted: Nanoseconds, on clock: ScheduleClock, at now: Moment
    ) -> Value.Map {
        var fields: [(String, Value)] = [
            ("event", .string("long")), ("entry", .string(id.description)), ("run", .int(run.number)),
        ]
        if let slot = run.slot { fields.append(("slot", civil(slot, on: clock, at: now))) }
        return Value.Map(fields + [("for", .string(DurationText.rounded(lasted)))])
    }

    private static func civil(_ slot: SlotInstant, on clock: ScheduleClock, at now: Moment) -> Value {
        .string(CivilTime(now.wall(of: slot, on: clock)).millisecondsText)
    }
}
