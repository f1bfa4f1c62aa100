import Clocks
import Model
package import Values
package import Wire

/// A job's status with the keys of the log's JSON. Moments are RFC 3339 in UTC, with microseconds.
package enum StatusJSON {
    package static func value(of job: JobStatus) -> Value {
        var members: [(String, Value?)] = [
            ("entry", .string(job.entry.description)), ("state", .string(job.state.rawValue)),
            ("failing", .bool(job.isFailing)),
            ("schedule", job.schedule.map { .string($0) }), ("interval", job.interval.map { .string($0) }),
            ("seconds", job.hasSeconds ? .bool(true) : nil), ("align", job.isAligned ? .bool(true) : nil),
            ("timezone", job.timezone.map { .string($0) }), ("next", moment(job.next)),
            ("pid", job.pid.map { .int($0) }), ("running", job.run.map(value)), ("last", job.last.map(value)),
            ("paused", job.pause.map(value)),
            ("retry_at", moment(job.retry)), ("failures", .int(job.failures)), ("late", .bool(job.isLate)),
            ("runs", .int(job.runs)),
        ]
        members += Outcome.allCases.map { ($0.rawValue, .int(job.counts[$0] ?? 0)) }
        members.append(("retried", .int(job.retried)))
        return object(members)
    }

    private static func value(of run: JobStatus.Going) -> Value {
        object([
            ("run", .int(run.number)), ("attempt", .int(run.attempt)), ("slot", moment(run.slot)),
            ("began", moment(run.began)), ("cause", run.isManual ? .string("manual") : nil),
        ])
    }

    private static func value(of run: JobStatus.Last) -> Value {
        object([
            ("run", .int(run.number)), ("attempt", .int(run.attempt)), ("slot", moment(run.slot)),
            ("began", moment(run.began)), ("lateness_us", .int(run.lateness.wholeMicroseconds)),
            ("duration_us", .int(run.duration.wholeMicroseconds)), ("outcome", .string(run.outcome.rawValue)),
            (run.outcome.textKey.description, run.text.map { .string($0) }), ("code", run.code.map { .int($0) }),
        ])
    }

    private static func value(of pause: JobStatus.Pause) -> Value { object(members(pause)) }

    static func members(_ pause: JobStatus.Pause) -> [(String, Value?)] {
        [
            ("scope", .string(pause.scope)), ("since", moment(pause.since)), ("until", moment(pause.until)),
            ("uid", .int(pause.user)), ("note", pause.note.isEmpty ? nil : .string(pause.note)),
        ]
    }

    package static func object(_ members: [(String, Value?)]) -> Value {
        .object(members.compactMap { key, value in value.map { (key, $0) } })
    }

    package static func moment(_ microseconds: Int64?) -> Value? {
        guard let microseconds else { return nil }
        let fraction = String(1_000_000 + microseconds - floorDivide(microseconds, 1_000_000) * 1_000_000).dropFirst()
        return .string("\(CivilTime(WallInstant(microseconds: microseconds)).secondsText).\(fraction)Z")
    }
}
