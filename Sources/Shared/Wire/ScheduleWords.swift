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

    func write(to message: inout MessageWriter) {
        message.field(interval == nil ? "schedule" : "interval", text)
        if let interval { message.field("interval_ns", interval.count) }
        if isAligned { message.field("align", "true") }
        if hasSeconds { message.field("seconds", "first") }
        if !zoneFile.isEmpty { message.field("zone_file", zoneFile) }
        if jitter > .zero { message.field("jitter_ns", jitter.count) }
        if splay > .zero { message.field("splay_ns", splay.count) }
        if end < .distantFuture { message.field("ends_at", end.nanoseconds) }
    }

    /// Whether the field was one of these.
    mutating func take(_ field: MessageReader.Field) throws(WireError) -> Bool {
        if field.isNamed("interval") || field.isNamed("schedule") {
            text = try field.text()
        } else if field.isNamed("interval_ns") {
            interval = try field.nanoseconds()
        } else if field.isNamed("align") {
            isAligned = field.isValue("true")
        } else if field.isNamed("seconds") {
            hasSeconds = field.isValue("first")
        } else if field.isNamed("zone_file") {
            zoneFile = try field.text()
        } else if field.isNamed("jitter_ns") {
            jitter = try field.nanoseconds()
        } else if field.isNamed("splay_ns") {
            splay = try field.nanoseconds()
        } else if field.isNamed("ends_at") {
            end = SlotInstant(nanoseconds: try field.integer())
        } else {
            return false
        }
        return true
    }

    func check() throws(WireError) {
        guard !text.isEmpty else { throw .missingField("interval", verb: "definition") }
        if let interval, interval.count == 0 { throw .badField("interval_ns", expected: "a number above 0") }
    }

    /// The rule that the words stand for. `zone`: whose civil time it goes by.
    package func rule(entry: EntryID, zone: ZoneRules) throws(CronFailure) -> SlotRule {
        if let interval { return isAligned ? .aligned(AlignedInterval(interval, in: zone)) : .interval(interval) }
        if text == Schedule.startOnlyText || text == Schedule.onDemandText { return .none }
        let parser = CronParser(entry: entry.description, hasSeconds: hasSeconds)
        return .calendar(CalendarSchedule(try parser.parse(text), in: zone))
    }
}

extension MessageReader.Field {
    fileprivate func nanoseconds() throws(WireError) -> Nanoseconds { Nanoseconds(try count()) }
}
