package import Clocks
package import Schedules
package import Values

/// A schedule as it goes over the wire: in the words of the entry. The rules of its zone go beside it.
package struct ScheduleWords: Hashable, Sendable {
    /// As it was written, to be shown.
    package var text = ""
    /// Of an interval; `nil`: the text is a cron expression or a nickname.
    package var interval: Nanoseconds?
    package var isAligned = false
    package var hasSeconds = false
    /// Where the zone's rules come from, to be shown. Empty: UTC, or no matter.
    package var zoneFile = ""
    package var jitter = Nanoseconds.zero
    package var splay = Nanoseconds.zero
    /// The last slot is an earlier one.
    package var end = SlotInstant.distantFuture

    package init() {}

    package init(_ schedule: Schedule) {
        text = schedule.text
        switch schedule.rule {
        case .interval(let interval): self.interval = interval
        case .aligned(let aligned): (interval, isAligned) = (aligned.interval, true)
        case .calendar, .none: break
        }
        (hasSeconds, zoneFile) = (schedule.hasSeconds, schedule.zone?.file ?? "")
        (jitter, splay, end) = (schedule.jitter, schedule.splay, schedule.end)
    }

    mutating func fields(_ row: inout MessageCoder) {
        row.text("schedule", &text)
        row.nanoseconds("interval_ns", &interval, least: 1)
        row.flag("align", &isAligned)
        row.flag("seconds", &hasSeconds, "first")
        row.text("zone_file", &zoneFile, absent: "")
        row.nanoseconds("jitter_ns", &jitter, absent: .zero)
        row.nanoseconds("splay_ns", &splay, absent: .zero)
        row.moment("ends_at", &end, least: .min, absent: .distantFuture)
    }

    /// The rule that the words stand for. `zone`: whose civil time it goes by.
    package func rule(entry: EntryID, zone: ZoneRules) throws(CronFailure) -> SlotRule {
        if let interval { return isAligned ? .aligned(AlignedInterval(interval, in: zone)) : .interval(interval) }
        if text == Schedule.bootText || text == Schedule.hookOnlyText { return .none }
        let parser = CronParser(entry: entry.description, hasSeconds: hasSeconds)
        return .calendar(CalendarSchedule(try parser.parse(text), in: zone))
    }
}
