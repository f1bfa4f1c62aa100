package import Clocks
import Registry
import Shared

/// What `--once` prints: every job that was discovered, as a table or as JSON.
package struct DryRun: Sendable {
    private let loaded: LoadedJobs
    private let now: MonotonicInstant
    private let wall: WallInstant

    private static let slotsShown = 3

    /// The slots are shown as if the daemon started at this moment, on both clocks.
    package init(_ loaded: LoadedJobs, now: MonotonicInstant, wall: WallInstant) {
        (self.loaded, self.now, self.wall) = (loaded, now, wall)
    }

    // MARK: Table

    package var table: String {
        let header = ["ID", "KIND", "SCHEDULE", "NEXT SLOTS (UTC)", "FUNCTION", "DECLARED AT"]
        let rows = loaded.jobs.map { job in
            [
                job.id.description, job.kind.rawValue, "every \(job.intervalText)", slotsText(job), job.function,
                "\(job.location.file):\(job.location.line)",
            ]
        }
        let count = loaded.jobs.count
        return Self.aligned([header] + rows) + "\(count) \(count == 1 ? "job" : "jobs")\n"
    }

    private static func aligned(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var text = ""
        for row in rows {
            for (cell, width) in zip(row.dropLast(), widths) {
                text += cell + String(repeating: " ", count: width - cell.count + 2)
            }
            text += (row.last ?? "") + "\n"
        }
        return text
    }

    /// The first with its date, the others with theirs only where the day has changed.
    private func slotsText(_ job: JobDefinition) -> String {
        var date = ""
        return slots(job).map { slot in
            let text = CivilTime(slot).millisecondsText
            let day = String(text.prefix(10))
            defer { date = day }
            return day == date ? String(text.dropFirst(11)) : text
        }.joined(separator: "  ")
    }

    private func slots(_ job: JobDefinition) -> [WallInstant] {
        let grid = IntervalGrid(start: now, interval: job.interval)
        var slots: [WallInstant] = []
        var last = now
        while slots.count < Self.slotsShown {
            last = grid.next(after: last)
            let slot = wall + (last - now)
            // Past the end of a clock.
            guard last < .distantFuture, wall < slot else { break }
            slots.append(slot)
        }
        return slots
    }

    // MARK: JSON

    package var json: String {
        let jobs = loaded.jobs.map { job in
            JSONText.object([
                ("id", .string(job.id.description)), ("kind", .string(job.kind.rawValue)),
                ("interval", .string(job.intervalText)), ("function", .string(job.function)),
                ("next", .array(slots(job).map { .string(CivilTime($0).millisecondsText) })),
                ("file", .string(job.location.file)), ("line", .number(job.location.line)),
                ("column", .number(job.location.column)),
            ])
        }
        return JSONText.object([
            ("jobs", .array(jobs)), ("notes", .array(loaded.notes.map(Self.json))),
            ("errors", .array(loaded.errors.map(Self.json))),
        ]).text + "\n"
    }

    private static func json(_ diagnostic: Diagnostic) -> JSONText {
        .object([
            ("file", .string(diagnostic.location.file)), ("line", .number(diagnostic.location.line)),
            ("column", .number(diagnostic.location.column)), ("message", .string(diagnostic.message)),
        ])
    }
}
