package import Clocks
import Values

/// When a job runs, as its entry says it.
package struct Schedule: Hashable, Sendable {
    package var rule: SlotRule
    /// As it was written, to be shown and to be the worker's second argument: `10s`, `*/5 * * * *`, `@reboot`.
    package var text: String
    /// Where the rule goes by civil time: the zone's name.
    package var zone: ZoneName?
    /// The first of six fields is the second.
    package var hasSeconds = false
    /// One run when the machine is started.
    package var runsAtBoot = false
    /// One run more, when the job starts.
    package var runsAtStart = false
    /// Each run begins up to so much after its slot, a new random delay for each.
    package var jitter = Nanoseconds.zero
    /// Each run begins so much after its slot, the same for all of them.
    package var splay = Nanoseconds.zero
    /// The job begins then, and not before.
    package var startsAt: WallInstant?
    /// The job ends then.
    package var endsAt: WallInstant?

    /// A job that runs when the machine is started, and no other time.
    package static var bootText: String { "@reboot" }
    /// For a function that runs only when it is called. No entry can have this schedule.
    package static var hookOnlyText: String { "@call" }

    /// The keys of an entry's `meta` that say it.
    package static let metaKeys = [
        "align", "at_start", "enabled", "ends_at", "interval", "jitter", "schedule", "seconds", "splay", "starts_at",
        "timezone",
    ]

    package init(_ rule: SlotRule, text: String) { (self.rule, self.text) = (rule, text) }

    /// What the text is called in a log.
    package var key: String {
        switch rule {
        case .interval, .aligned: "interval"
        case .calendar, .none: "schedule"
        }
    }

    package static func interval(_ interval: Nanoseconds, text: String? = nil) -> Schedule {
        Schedule(.interval(interval), text: text ?? DurationText.format(interval))
    }

    /// The slots of a job that begins at `start`.
    package func timetable(from start: SlotInstant) -> Timetable { Timetable(rule, start: start, end: end) }

    /// `endsAt`, where the rule goes by the wall clock.
    package var end: SlotInstant {
        guard rule.clock == .wall, let endsAt else { return .distantFuture }
        return SlotInstant(nanoseconds: endsAt.nanoseconds)
    }

    /// How long after its slot a run may begin.
    package var longestDelay: Nanoseconds { jitter + splay }
}
