package import Clocks
import Host
import Model
import Registry
package import Schedules
import Values

/// What `--once` prints: every job that was discovered, as a table or as JSON.
package struct DryRun: Sendable {
    private let loaded: LoadedJobs
    private let now: Moment
    private let slotCount: Int
    /// The zone that slots are shown in where the entry names none.
    private let localZone: ZoneRules

    /// The slots are shown as if the daemon started at this moment.
    package init(_ loaded: LoadedJobs, now: Moment, slots: Int = 3, localZone: ZoneRules = .utc) {
        (self.loaded, self.now, self.slotCount, self.localZone) = (loaded, now, slots, localZone)
    }

    // MARK: Table

    /// A line for each job, no wider than the screen where that has a width.
    package func table(width: Int? = nil) -> String {
        let table = DryRunTable(now: now.wall, zone: localZone, isWide: width == nil)
            .table(loaded.jobs.map { ($0, slots($0, 1).first) }, disabled: loaded.disabled)
        let count = loaded.jobs.count
        let disabled = loaded.disabledCount > 0 ? ", and \(loaded.disabledCount) disabled" : ""
        return table.text(width: width) + "\(count) \(count == 1 ? "job" : "jobs")\(disabled)\n"
    }

    /// All of one job, with its slots. `nil`: there is none of this ID.
    package func details(of id: String) -> String? {
        guard let job = (loaded.jobs + loaded.disabled).first(where: { $0.id.description == id }) else { return nil }
        return DryRunTable(now: now.wall, zone: localZone, isWide: true).details(job, slots: slots(job, slotCount))
    }

    private func slots(_ job: JobDefinition, _ slotCount: Int) -> [WallInstant] {
        let clock = job.schedule.rule.clock
        // A slot at the very moment at which the job starts is one.
        let opening = job.schedule.startsAt.map { WallInstant(nanoseconds: $0.nanoseconds - 1) }
        let begin = max(now.wall, clock == .wall ? opening ?? now.wall : job.schedule.startsAt ?? now.wall)
        let start = now.on(clock) + Nanoseconds(begin.nanoseconds &- now.wall.nanoseconds)
        let timetable = Timetable(job.schedule.rule, start: start)
        var slots: [WallInstant] = []
        var last = start
        while slots.count < slotCount {
            last = timetable.next(after: last)
            // Past the end of a clock, there is none.
            guard last < .distantFuture else { break }
            let slot = now.wall(of: last, on: clock)
            guard now.wall < slot, job.schedule.endsAt.map({ slot < $0 }) ?? true else { break }
            slots.append(slot)
        }
        return slots
    }

    // MARK: JSON

    package var json: String {
        let report = Value.object([
            ("jobs", .list(loaded.jobs.map { json($0, slots: slots($0, slotCount)) })),
            ("disabled", .int(Int64(loaded.disabledCount))),
            ("disabled_jobs", .list(loaded.disabled.map { json($0, slots: []) })),
            ("notes", .list(loaded.notes.map(Self.json))),
            ("errors", .list(loaded.errors.map(Self.json))),
        ])
        return JSONCoding.output(report) + "\n"
    }

    private func json(_ job: JobDefinition, slots: [WallInstant]) -> Value {
        let schedule = job.schedule
        return .object([
            ("id", .string(job.id.description)), ("kind", .string(job.kind.rawValue)),
            ("interval", schedule.key == "interval" ? .string(schedule.text) : .null),
            ("schedule", schedule.key == "schedule" ? .string(schedule.text) : .null),
            ("timezone", schedule.zone.map { .string($0.name) } ?? .null),
            ("jitter", Self.json(schedule.jitter)), ("splay", Self.json(schedule.splay)),
            ("function", .string(job.function.label)),
            ("user", job.userText.isEmpty ? .null : .string(job.userText)),
            ("next", .list(slots.map { .string(CivilTime($0).millisecondsText) })),
            ("file", .string(job.location.file)), ("line", .int(Int64(job.location.line))),
            ("column", .int(Int64(job.location.column))),
        ])
    }

    private static func json(_ delay: Nanoseconds) -> Value {
        delay > .zero ? .string(DurationText.format(delay)) : .null
    }

    /// Without the jobs.
    package var checkJSON: String {
        let report = Value.object([
            ("count", .int(Int64(loaded.jobs.count))), ("disabled", .int(Int64(loaded.disabledCount))),
            ("notes", .list(loaded.notes.map(Self.json))), ("errors", .list(loaded.errors.map(Self.json))),
        ])
        return JSONCoding.output(report) + "\n"
    }

    private static func json(_ diagnostic: Diagnostic) -> Value {
        .object([
            ("file", .string(diagnostic.location.file)), ("line", .int(Int64(diagnostic.location.line))),
            ("column", .int(Int64(diagnostic.location.column))), ("message", .string(diagnostic.message)),
            ("note", diagnostic.note.map { .string($0.rawValue) } ?? .null),
        ])
    }
}
