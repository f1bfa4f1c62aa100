import Clocks
import Model
import Schedules
import Values

@testable import Daemon
@testable import Supervision

func definition(
    _ id: String = "app:job.one", function: String = "heartbeat", interval: Nanoseconds = .seconds(1)
) -> JobDefinition {
    let place = SourceLocation(file: "registry.yaml", line: 3, column: 3)
    return JobDefinition(
        id: EntryID(id)!, kind: .swift, function: .swift(name: function, program: nil), schedule: .interval(interval),
        lifecycle: Lifecycle(), meta: .init(), data: .init(), location: place)
}

/// By the calendar, in UTC.
func definition(_ id: String, calendar text: String) throws -> JobDefinition {
    let expression = try CronParser(entry: nil, hasSeconds: false).parse(text)
    var job = definition(id)
    job.schedule = Schedule(.calendar(CalendarSchedule(expression, in: .utc)), text: text)
    return job
}

/// A job whose deadline is `start`.
func job(_ index: Int, start: MonotonicInstant) -> Job {
    Job(index: index, definition: definition(), start: Moment(start), seed: 1)
}

extension Job {
    func setDeadline(_ instant: MonotonicInstant) {
        supervisor = JobSupervisor(definition, start: Moment(instant), seed: 1)
    }
}

extension Moment {
    /// By clocks that show the same.
    init(_ instant: MonotonicInstant) {
        self.init(monotonic: instant, wall: WallInstant(nanoseconds: instant.nanoseconds))
    }
}
