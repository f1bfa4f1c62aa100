import Clocks
import Model
import Schedules
import Values

/// Reads the keys of `meta` that say when a job runs.
struct ScheduleReader {
    private static let every = "@every "
    private static let shortestDelay = Nanoseconds.milliseconds(1)

    private let entry: Entry
    private let zones: ZoneSource
    private var issues: EntryDiagnostics

    /// `nil` if there is any error.
    static func read(_ entry: Entry, _ zones: ZoneSource, _ issues: inout EntryDiagnostics) -> Schedule? {
        let before = issues.errors.count
        var reader = ScheduleReader(entry: entry, zones: zones, issues: issues)
        let schedule = reader.schedule()
        issues = reader.issues
        return issues.errors.count == before ? schedule : nil
    }

    private mutating func schedule() -> Schedule? {
        guard var schedule = rule() else { return nil }
        if flag("at_start") { schedule.runsAtStart = true }
        schedule.jitter = delay("jitter", schedule) ?? .zero
        schedule.splay = splay(schedule)
        schedule.startsAt = moment("starts_at")
        schedule.endsAt = moment("ends_at")
        if let start = schedule.startsAt, let end = schedule.endsAt, start >= end {
            issues.error("meta.ends_at: is not after meta.starts_at", at: ["meta", "ends_at"])
        }
        return schedule
    }

    // MARK: The rule

    private mutating func rule() -> Schedule? {
        switch (entry.meta["interval"], entry.meta["schedule"]) {
        case (let interval?, nil): return self.interval(interval)
        case (nil, let schedule?): return self.schedule(schedule)
        case (.some, .some):
            issues.error("meta.schedule: given with meta.interval; expected one of them", atKey: ["meta", "schedule"])
        case (nil, nil): reportMissing()
        }
        return nil
    }

    /// Says nothing if a key is there misspelt, which has been reported.
    private mutating func reportMissing() {
        let words = ["interval", "schedule"]
        guard !entry.meta.keys.contains(where: { KnownKeys.nearest(to: $0, words) != nil }) else { return }
        issues.error(
            "no 'interval' in the \(JobEntries.jobType); expected a duration such as 10s in meta, or a schedule such as "
                + "'*/5 * * * *'", at: ["meta"])
    }

    private mutating func interval(_ value: Value) -> Schedule? {
        refuse("seconds", "goes with meta.schedule; expected none with meta.interval")
        let isAligned = flag("align")
        if !isAligned {
            refuse("timezone", "has no meaning for an interval that is not aligned; expected meta.align: true with it")
        }
        guard let interval = issues.duration(value, at: ["meta", "interval"], minimum: IntervalGrid.shortestInterval),
            let text = value.string
        else { return nil }
        return isAligned ? aligned(interval, text) : .interval(interval, text: text)
    }

    private mutating func aligned(_ interval: Nanoseconds, _ text: String) -> Schedule? {
        guard interval <= AlignedInterval.longest else {
            issues.error(
                "meta.align: an interval above a day has no place in one; expected at most 1d", at: ["meta", "align"])
            return nil
        }
        guard let zone = zone() else { return nil }
        var schedule = Schedule(.aligned(AlignedInterval(interval, in: zone.rules)), text: text)
        schedule.zone = zone.name
        return schedule
    }

    private mutating func schedule(_ value: Value) -> Schedule? {
        refuse("align", "goes with meta.interval; expected none with meta.schedule")
        guard let text = value.string else {
            issues.error(
                "meta.schedule: expected a string such as '*/5 * * * *', found \(value.phrase)",
                at: ["meta", "schedule"])
            return nil
        }
        let name = text.lowercased()
        if name.hasPrefix(Self.every) { return every(text) }
        if name == Schedule.startOnlyText {
            refuse("timezone", "has no meaning for \(Schedule.startOnlyText)")
            refuse("seconds", "has no meaning for \(Schedule.startOnlyText)")
            var schedule = Schedule(.none, text: name)
            schedule.runsAtStart = true
            return schedule
        }
        return calendar(text)
    }

    /// `@every 10s` is an interval in other words.
    private mutating func every(_ text: String) -> Schedule? {
        refuse("timezone", "has no meaning for an interval that is not aligned")
        refuse("seconds", "has no meaning for an interval")
        do throws(DurationText.Failure) {
            let duration = text.dropFirst(Self.every.count).drop { $0 == " " }
            let interval = try DurationText.parse(String(duration), minimum: IntervalGrid.shortestInterval)
            return .interval(interval, text: String(duration))
        } catch {
            issues.error(
                "meta.schedule: the duration in '\(PrintableText.escape(text))' \(error.message)",
                at: ["meta", "schedule"])
            return nil
        }
    }

    private mutating func calendar(_ text: String) -> Schedule? {
        let hasSeconds = seconds()
        let zone = zone()
        do throws(CronFailure) {
            let parser = CronParser(entry: entry.id.description, hasSeconds: hasSeconds)
            let expression = try parser.parse(text)
            guard let zone else { return nil }
            var schedule = Schedule(.calendar(CalendarSchedule(expression, in: zone.rules)), text: text)
            (schedule.zone, schedule.hasSeconds) = (zone.name, hasSeconds)
            return schedule
        } catch {
            issues.error("meta.schedule: \(error.message)", at: ["meta", "schedule"], offset: error.offset)
            return nil
        }
    }

    private mutating func seconds() -> Bool {
        guard let value = entry.meta["seconds"] else { return false }
        if value.string == "first" { return true }
        issues.error("meta.seconds: expected 'first', found \(value.phrase)", at: ["meta", "seconds"])
        return false
    }

    private mutating func zone() -> ZoneSource.Zone? {
        let value = entry.meta["timezone"]
        guard value == nil || value?.string != nil else {
            issues.error(
                "meta.timezone: expected a name such as Europe/Riga, found \(value?.phrase ?? "nothing")",
                at: ["meta", "timezone"])
            return nil
        }
        do throws(ZoneSource.Failure) {
            return try zones.zone(value?.string)
        } catch {
            let name =
                value?.string.map { "meta.timezone: '\(PrintableText.escape($0))'" } ?? "the zone of this machine"
            let rule = entry.meta["schedule"] == nil ? "interval" : "schedule"
            issues.error("\(name) \(error.message)", at: ["meta", value == nil ? rule : "timezone"])
            return nil
        }
    }

    // MARK: In addition to the rule

    private mutating func refuse(_ key: String, _ why: String) {
        if entry.meta[key] != nil { issues.error("meta.\(key): \(why)", atKey: ["meta", key]) }
    }

    private mutating func flag(_ key: String) -> Bool {
        guard let value = entry.meta[key] else { return false }
        if let flag = value.bool { return flag }
        issues.error("meta.\(key): expected true or false, found \(value.phrase)", at: ["meta", key])
        return false
    }

    /// `false`: the entry is disabled.
    static func isEnabled(_ entry: Entry, _ issues: inout EntryDiagnostics) -> Bool {
        guard let value = entry.meta["enabled"] else { return true }
        if let flag = value.bool { return flag }
        issues.error("meta.enabled: expected true or false, found \(value.phrase)", at: ["meta", "enabled"])
        return true
    }

    private mutating func delay(_ key: String, _ schedule: Schedule) -> Nanoseconds? {
        guard let value = entry.meta[key],
            let delay = issues.duration(value, at: ["meta", key], minimum: Self.shortestDelay)
        else { return nil }
        if case .none = schedule.rule {
            issues.error("meta.\(key): \(schedule.text) has no slots to delay", atKey: ["meta", key])
        }
        if let interval = schedule.rule.interval, delay >= interval {
            issues.error(
                "meta.\(key): is not below the interval; expected less than \(schedule.text)", at: ["meta", key])
        }
        return delay
    }

    /// The part of the entry's `splay` that follows from its ID.
    private mutating func splay(_ schedule: Schedule) -> Nanoseconds {
        guard let splay = delay("splay", schedule) else { return .zero }
        if let interval = schedule.rule.interval, splay < interval, splay + schedule.jitter >= interval {
            issues.error(
                "meta.splay: is not below the interval with meta.jitter added; expected less than \(schedule.text) for both",
                at: ["meta", "splay"])
        }
        let hash = StableHash.of(entry.id.description, salt: 0xFF)
        return Nanoseconds(Int64(hash % UInt64(splay.count)))
    }

    private mutating func moment(_ key: String) -> WallInstant? {
        guard let value = entry.meta[key] else { return nil }
        if let instant = value.string.flatMap({ CivilText.instant($0) }) { return instant }
        issues.error(
            "meta.\(key): expected a moment such as 2026-03-29T01:00:00Z or 2026-03-29T03:00:00+02:00, found "
                + (value.string.map { PrintableText.quote($0) } ?? value.phrase), at: ["meta", key])
        return nil
    }
}

extension SlotRule {
    fileprivate var interval: Nanoseconds? {
        switch self {
        case .interval(let interval): interval
        case .aligned(let aligned): aligned.interval
        case .calendar, .none: nil
        }
    }
}
