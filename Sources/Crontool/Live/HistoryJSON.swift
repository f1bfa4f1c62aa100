import Clocks
import Model
package import Values
package import Wire

/// What a ledger answers, with the keys of the log's JSON, an object a line. Moments are RFC 3339 in UTC, with microseconds.
package enum HistoryJSON {
    /// `nil`: it is for no line of its own.
    package static func line(_ answer: LedgerAnswer) -> String? {
        value(of: answer).map { JSONCoding.output($0) + "\n" }
    }

    package static func value(of answer: LedgerAnswer) -> Value? {
        switch answer {
        case .run(let run): value(run)
        case .gap(let gap): value(gap)
        case .event(let event): value(event)
        case .status(let status): value(status)
        default: nil
        }
    }

    /// That something was done, and what came of it.
    package static func done(_ members: [(String, Value?)]) -> String {
        JSONCoding.output(StatusJSON.object([("answer", .string("done"))] + members)) + "\n"
    }

    /// A run that has no end yet.
    package static func going(_ run: JobStatus.Going, of entry: EntryID) -> String {
        let members: [(String, Value?)] = [
            ("entry", .string(entry.description)), ("state", .string("running")), ("run", .int(run.number)),
            ("slot", StatusJSON.moment(run.slot)), ("attempt", .int(run.attempt)),
            ("began", StatusJSON.moment(run.began)),
        ]
        return JSONCoding.output(StatusJSON.object(members)) + "\n"
    }

    /// Something is wrong with a database.
    package static func fault(_ text: String) -> String {
        JSONCoding.output(StatusJSON.object([("answer", .string("fault")), ("error", .string(text))])) + "\n"
    }

    /// A line that a run wrote.
    package static func line(_ text: String, run: Int64, of entry: EntryID) -> String {
        let members: [(String, Value?)] = [
            ("entry", .string(entry.description)), ("run", .int(run)), ("line", .string(text)),
        ]
        return JSONCoding.output(StatusJSON.object(members)) + "\n"
    }

    private static func value(_ run: LedgerAnswer.Run) -> Value {
        StatusJSON.object([
            ("entry", .string(run.entry.description)), ("run", .int(run.number)), ("slot", StatusJSON.moment(run.slot)),
            ("attempt", .int(run.attempt)), ("cause", .string(run.cause)), ("outcome", .string(run.outcome.rawValue)),
            ("reason", run.reason.map { .string($0) }), ("settles", .bool(run.settles)),
            ("began", StatusJSON.moment(run.began)), ("lateness_us", .int(run.lateness.wholeMicroseconds)),
            ("duration_us", .int(run.duration.wholeMicroseconds)), ("code", run.code.map { .int($0) }),
            ("retry_in_us", run.retryAfter.map { .int($0) }),
            (run.outcome.textKey.description, run.text.isEmpty ? nil : .string(run.text)),
            ("length", run.fullLength.map { .int($0) }),
        ])
    }

    private static func value(_ gap: LedgerAnswer.Gap) -> Value {
        StatusJSON.object([
            ("entry", .string(gap.entry.description)), ("first", StatusJSON.moment(gap.first)),
            ("last", StatusJSON.moment(gap.last)), ("count", .int(gap.count)),
            ("outcome", .string(gap.outcome.rawValue)), ("reason", gap.reason.map { .string($0) }),
        ])
    }

    /// Those that all events have.
    private static let eventKeys = ["time", "message", "entry"]

    private static func value(_ event: LedgerAnswer.Event) -> Value {
        StatusJSON.object(
            [
                ("time", StatusJSON.moment(event.at)), ("message", .string(event.kind)),
                ("entry", event.entry.map { .string($0.description) }),
            ] + EventWords.members(event.text).filter { !eventKeys.contains($0.0) })
    }

    private static func value(_ status: LedgerAnswer.Status) -> Value {
        StatusJSON.object([
            ("path", .string(status.path)), ("engine", .string(status.engine)), ("open", .bool(status.isOpen)),
            ("trouble", status.trouble.map { .string($0) }), ("jobs", .int(status.jobs)), ("runs", .int(status.runs)),
            ("size", .int(status.size)), ("limit", .int(status.limit)), ("log", .int(status.log)),
            ("behind", .int(status.behind)), ("journal", .int(status.journal)), ("lost", .int(status.lost)),
        ])
    }
}
