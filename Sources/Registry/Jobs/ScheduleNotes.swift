import Clocks
import Schedules

/// What is worth knowing about a schedule that is right.
enum ScheduleNotes {
    /// Shorter ones are soon back where they were after a restart.
    private static let longInterval = Nanoseconds.seconds(3_600)

    static func add(on schedule: Schedule, isEnabled: Bool, to issues: EntryDiagnostics) {
        switch schedule.rule {
        case .calendar(let calendar):
            guard let note = calendar.expression.dayRuleNote else { return }
            issues.note(.dayRule, "meta.schedule: " + note, at: ["meta", "schedule"])
        case .interval(let interval) where isEnabled && interval >= longInterval && !schedule.runsAtStart:
            let key = issues.meta["interval"] == nil ? "schedule" : "interval"
            issues.note(.intervalRestart, "meta.\(key): " + restart(schedule, interval), at: ["meta", key])
        case .interval, .aligned, .none: break
        }
    }

    private static func restart(_ schedule: Schedule, _ interval: Nanoseconds) -> String {
        "\(schedule.text) begins anew whenever the machine starts, where no ledger is kept: if it starts more often, the job "
            + "never runs; "
            + (interval <= AlignedInterval.longest ? "meta.align: true, " : "")
            + "meta.at_start: true or a cron expression keeps it from that"
    }
}
