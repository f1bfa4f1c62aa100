import Clocks
import Logging
import Model
import Supervision
import Values

extension IncidentLog {
    /// What a job waits for, told while it does.
    func waiting(_ incident: Incident, _ job: Job) {
        switch incident {
        case .waitingForGroup(let slots, let lasted):
            var fields: LogFields = [:]
            fields.add("group", job.definition.policy.concurrency.map { .text($0.group) })
            fields.add("for", .text(DurationText.rounded(lasted)))
            fields.add("slots", .integer(slots))
            records(.warning, "Waiting for group", job, fields)
        case .callsWaiting(let count, let lasted):
            records(
                .warning, "Calls waiting", job,
                ["count": .number(count), "for": .text(DurationText.rounded(lasted))])
        case .waitingForWorker(let run, let lasted):
            var fields: LogFields = ["pid": pid(job)]
            fields.add("run", run.map { .integer($0) })
            fields.add("for", .text(DurationText.rounded(lasted)))
            records(.warning, "Waiting for worker", job, fields)
        default: break
        }
    }
}
