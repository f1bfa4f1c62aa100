import Clocks
import Schedules

/// Whether two schedules have the same slots for a while.
struct SlotComparison {
    let from: WallInstant
    let to: WallInstant

    /// Where they part, in words; `nil`: nowhere.
    func difference(_ here: Schedule, _ cron: Schedule) -> String? {
        if here.runsAtStart != cron.runsAtStart {
            return here.runsAtStart ? "it runs when cronsupd starts, too" : "it does not run when cronsupd starts"
        }
        if here.runsAtBoot != cron.runsAtBoot {
            return here.runsAtBoot ? "it runs at each boot" : "it does not run at each boot"
        }
        if here.longestDelay != cron.longestDelay { return "meta.jitter or meta.splay delays its runs" }
        if here.rule == cron.rule, here.startsAt == cron.startsAt, here.endsAt == cron.endsAt { return nil }
        guard here.rule.clock == .wall, cron.rule.clock == .wall else {
            return "its schedule is '\(here.text)' in the registry, '\(cron.text)' of the crontab"
        }
        return slotDifference(here, cron)
    }

    private func slotDifference(_ here: Schedule, _ cron: Schedule) -> String? {
        let tables = (timetable(here), timetable(cron))
        var last = (Self.slot(from), Self.slot(from))
        while true {
            last = (tables.0.next(after: last.0), tables.1.next(after: last.1))
            let first = SlotInstant.earlier(last.0, last.1)
            guard first < Self.slot(to) else { return nil }
            guard last.0 != last.1 else { continue }
            let moment = CivilText.text(WallInstant(nanoseconds: first.nanoseconds), offset: nil)
            return last.0 < last.1
                ? "it has a slot at \(moment), which the crontab has not"
                : "it lacks the slot of the crontab at \(moment)"
        }
    }

    private func timetable(_ schedule: Schedule) -> Timetable {
        schedule.timetable(from: Self.slot(max(from, schedule.startsAt ?? from)))
    }

    private static func slot(_ instant: WallInstant) -> SlotInstant { SlotInstant(nanoseconds: instant.nanoseconds) }
}
