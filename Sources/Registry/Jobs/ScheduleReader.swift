import Clocks
import Model
import Schedules
import Values

/// Reads the keys of `meta` that say when a job runs.
struct ScheduleReader {
    private static let every = "@every "
    static let secondsWords = ["first"]

    let id: EntryID
    let meta: EntryField
    let zones: ZoneSource
    /// The key stands beside `meta`, which has been reported.
    var hasMisplacedRule = false

    /// `nil` if there is any error.
    func schedule() -> Schedule? {
        let before = meta.issues.faultCount
        let schedule = rule().map(completed)
        return meta.issues.faultCount == before ? schedule : nil
    }

    /// The keys that may be defaults, each by itself.
    func checkDefaults() {
        for key in ["jitter", "splay"] { _ = meta[key]?.duration() }
        if meta["timezone"] != nil { _ = zone() }
    }

    private func completed(_ rule: Schedule) -> Schedule {
        var schedule = rule
        if flag("at_start") { schedule.runsAtStart = true }
        schedule.jitter = delay("jitter", schedule) ?? .zero
        schedule.splay = splay(schedule)
        schedule.startsAt = moment("starts_at")
        schedule.endsAt = moment("ends_at")
        if let start = schedule.startsAt, let end = schedule.endsAt, start >= end {
            meta["ends_at"]?.error("is not after meta.starts_at")
        }
        return schedule
    }

    // MARK: The rule

    private func rule() -> Schedule? {
        switch (meta["interval"], meta["schedule"]) {
        case (let interval?, nil): return self.interval(interval)
        case (nil, let schedule?): return self.schedule(schedule)
        case (.some, let schedule?):
            schedule.error("given with meta.interval; expected one of them", .key)
        case (nil, nil): if !hasMisplacedRule { reportMissing() }
        }
        return nil
    }

    /// Says nothing if a key is there misspelt, which has been reported.
    private func reportMissing() {
        let words = JobKeys.ruleKeys
        guard meta.value.map?.keys.contains(where: { KnownKeys.slip(of: $0, words) != nil }) != true else { return }
        meta.issues.error(
            "no 'interval' in the \(Entry.jobType); expected a duration such as 10s in meta, or a schedule such as "
                + "'*/5 * * * *'", at: meta.path)
    }

    private func interval(_ field: EntryField) -> Schedule? {
        refuse("seconds", "goes with meta.schedule; expected none with meta.interval")
        let isAligned = flag("align")
        if !isAligned {
            refuse("timezone", "has no meaning for an interval that is not aligned; expected meta.align: true with it")
        }
        if let text = field.value.string, isSchedule(text) {
            field.error(
                "\(PrintableText.quote(text)) is a schedule; expected it as meta.schedule, or a duration such as 1h")
            return nil
        }
        guard let interval = field.duration(minimum: IntervalGrid.shortestInterval), let text = field.value.string
        else { return nil }
        return isAligned ? aligned(interval, text) : .interval(interval, text: text)
    }

    private func isSchedule(_ text: String) -> Bool {
        text.hasPrefix("@") || (try? CronParser(entry: id.description).parse(text)) != nil
    }

    private func aligned(_ interval: Nanoseconds, _ text: String) -> Schedule? {
        guard interval <= AlignedInterval.longest else {
            meta["align"]?.error("an interval above a day has no place in one; expected at most 1d")
            return nil
        }
        guard let zone = zone() else { return nil }
        var schedule = Schedule(.aligned(AlignedInterval(interval, in: zone.rules)), text: text)
        schedule.zone = zone.name
        return schedule
    }

    private func schedule(_ field: EntryField) -> Schedule? {
        refuse("align", "goes with meta.interval; expected none with meta.schedule")
        guard let text = field.value.string else { return field.expected("a string such as '*/5 * * * *'") }
        if (try? DurationText.parse(text)) != nil {
            let found = PrintableText.quote(text)
            field.error("\(found) is a duration; expected it as meta.interval, or a schedule such as '*/5 * * * *'")
            return nil
        }
        let name = text.lowercased()
        if name.hasPrefix(Self.every) { return every(text, field) }
        if name == Schedule.bootText {
            refuse("timezone", "has no meaning for \(Schedule.bootText)")
            refuse("seconds", "has no meaning for \(Schedule.bootText)")
            var schedule = Schedule(.none, text: name)
            schedule.runsAtBoot = true
            return schedule
        }
        return calendar(text, field)
    }

    /// `@every 10s` is an interval in other words.
    private func every(_ text: String, _ field: EntryField) -> Schedule? {
        refuse("timezone", "has no meaning for an interval that is not aligned")
        refuse("seconds", "has no meaning for an interval")
        do throws(DurationText.Failure) {
            let duration = text.dropFirst(Self.every.count).drop { $0 == " " }
            guard duration.split(separator: " ").count <= 1 else {
                field.error(
                    "\(PrintableText.quote(text)) has more than one word after @every; expected one duration, such as @every 5m"
                )
                return nil
            }
            let interval = try DurationText.parse(String(duration), minimum: IntervalGrid.shortestInterval)
            return .interval(interval, text: String(duration))
        } catch {
            field.error("the duration in '\(PrintableText.escape(text))' \(error.message)")
            return nil
        }
    }

    private func calendar(_ text: String, _ field: EntryField) -> Schedule? {
        let hasSeconds = seconds()
        let zone = zone()
        do throws(CronFailure) {
            let parser = CronParser(entry: id.description, hasSeconds: hasSeconds)
            let expression = try parser.parse(text)
            guard let zone else { return nil }
            var schedule = Schedule(.calendar(CalendarSchedule(expression, in: zone.rules)), text: text)
            (schedule.zone, schedule.hasSeconds) = (zone.name, hasSeconds)
            return schedule
        } catch {
            field.error(error.message, .byte(error.offset))
            return nil
        }
    }

    private func seconds() -> Bool {
        guard let field = meta["seconds"] else { return false }
        return field.value.string.map(Self.secondsWords.contains) == true || field.expected("'first'") ?? false
    }

    private func zone() -> ZoneSource.Zone? {
        let field = meta["timezone"]
        let text = field?.value.string
        if let field, text == nil { return field.expected("a name such as Europe/Riga") }
        do throws(ZoneSource.Failure) {
            return try zones.zone(text)
        } catch {
            let name = text.map { "meta.timezone: '\(PrintableText.escape($0))'" } ?? "the zone of this machine"
            let place = field ?? meta["schedule"] ?? meta["interval"] ?? meta
            place.issues.error("\(name) \(error.message)", at: place.path)
            return nil
        }
    }

    // MARK: In addition to the rule

    private func refuse(_ key: String, _ why: String) {
        meta[key]?.error(why, .key)
    }

    private func flag(_ key: String) -> Bool { meta[key]?.flag() ?? false }

    private func delay(_ key: String, _ schedule: Schedule) -> Nanoseconds? {
        guard let field = meta[key], let delay = field.duration() else { return nil }
        if case .none = schedule.rule { field.error("\(schedule.text) has no slots to delay", .key) }
        if let interval = schedule.rule.interval, delay >= interval {
            field.error("is not below the interval; expected less than \(schedule.text)")
        }
        return delay
    }

    /// The part of the entry's `splay` that follows from its ID.
    private func splay(_ schedule: Schedule) -> Nanoseconds {
        guard let splay = delay("splay", schedule) else { return .zero }
        if let interval = schedule.rule.interval, splay < interval, splay + schedule.jitter >= interval {
            meta["splay"]?.error(
                "is not below the interval with meta.jitter added; expected less than \(schedule.text) for both")
        }
        let hash = StableHash.of(id.description, salt: 0xFF)
        return Nanoseconds(Int64(hash % UInt64(splay.count)))
    }

    private func moment(_ key: String) -> WallInstant? {
        guard let field = meta[key] else { return nil }
        if let instant = field.value.string.flatMap({ CivilText.instant($0) }) { return instant }
        field.error(
            "expected a moment such as 2026-03-29T01:00:00Z or 2026-03-29T03:00:00+02:00, found "
                + (field.value.string.map { PrintableText.quote($0) } ?? field.value.phrase))
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
