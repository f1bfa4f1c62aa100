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
        if let code = run?.end.code { fields.append(("code", .int(code))) }
        if let run { fields.append(("duration_us", .int(run.duration.wholeMicroseconds))) }
        fields.append(("\(booking.outcome.textKey)", .string(text(of: booking))))
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

    // MARK: Pings

    /// A run has begun.
    static func start(
        _ ping: JobHooks.Ping, _ id: EntryID, _ run: Phase.Run, on clock: ScheduleClock, at now: Moment
    ) -> Value.Map {
        var fields: [(String, Value)] = [
            ("event", .string(PingEvent.start.rawValue)), ("entry", .string(id.description)),
            ("url", .string(ping.url)),
            ("run", .int(run.number)), ("attempt", .int(Int64(run.attempt))),
        ]
        if let slot = run.slot { fields.append(("slot", civil(slot, on: clock, at: now))) }
        return Value.Map(fields)
    }

    /// A slot has the outcome of its last run.
    static func end(
        _ event: PingEvent, _ ping: JobHooks.Ping, _ id: EntryID, _ booking: Booking, on clock: ScheduleClock,
        at now: Moment
    ) -> Value.Map {
        var map = end(event.rawValue, id, booking, on: clock, at: now)
        map["url"] = .string(ping.url)
        return map
    }

    /// `on_success`, `on_short`: the same for others.
    static func end(
        _ event: String, _ id: EntryID, _ booking: Booking, on clock: ScheduleClock, at now: Moment
    ) -> Value.Map {
        let run = booking.run
        var fields: [(String, Value)] = [
            ("event", .string(event)), ("entry", .string(id.description)),
            ("run", .int(run?.number ?? 0)), ("attempt", .int(Int64(run?.attempt ?? 1))),
            ("outcome", .string(booking.outcome.rawValue)),
            ("duration_us", .int((run?.duration ?? .zero).wholeMicroseconds)),
        ]
        if let slot = booking.last { fields.append(("slot", civil(slot, on: clock, at: now))) }
        if let code = run?.end.code { fields.append(("code", .int(code))) }
        fields.append(("\(booking.outcome.textKey)", .string(text(of: booking))))
        return Value.Map(fields)
    }

    private static func text(of booking: Booking) -> String {
        String((booking.run?.end.text ?? "").unicodeScalars.prefix(longestText))
    }

    /// For a worker whose program takes no event that is longer than a message: without what programs of its time do not know.
    static func shortened(_ event: String) -> String {
        guard let map = try? JSONCoding.value(from: Array(event.utf8)).map else { return event }
        let pairs = zip(map.keys, map.values).filter { !laterKeys.contains($0.0) }
        return (try? JSONCoding.text(of: .map(Value.Map(pairs.map { ($0.0, $0.1) })))) ?? event
    }

    private static let laterKeys = [
        "code", "duration_us", "first_failure", "host", "message", "next", "output", "registry",
    ]

    static func civil(_ instant: WallInstant) -> Value { .string(CivilTime(instant).millisecondsText) }

    private static func civil(_ slot: SlotInstant, on clock: ScheduleClock, at now: Moment) -> Value {
        .string(CivilTime(now.wall(of: slot, on: clock)).millisecondsText)
    }
}
