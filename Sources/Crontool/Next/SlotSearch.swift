package import Clocks
package import Crontabs
package import Schedules

/// Some slots of a schedule, from a moment on or back.
package struct SlotSearch: Sendable {
    package let schedule: WrittenSchedule
    package let zone: ZoneRules
    package let from: WallInstant
    package let count: Int
    package let direction: Direction

    package enum Direction: String, Sendable {
        case next, previous
    }

    package init(
        _ schedule: WrittenSchedule, in zone: ZoneRules, from: WallInstant, count: Int, _ direction: Direction = .next
    ) {
        (self.schedule, self.zone, self.from, self.count) = (schedule, zone, from, count)
        self.direction = direction
    }

    /// The nearest first. Fewer than `count` where there are no more.
    package func slots() -> [WallInstant] {
        var slots: [WallInstant] = []
        guard let step else { return slots }
        var last = from
        while slots.count < count, let slot = step(last) {
            slots.append(slot)
            last = slot
        }
        return slots
    }

    private var step: ((WallInstant) -> WallInstant?)? {
        switch schedule {
        case .atBoot: return nil
        case .every(let interval): return direction == .next ? { Self.add(interval, to: $0) } : nil
        case .calendar(let expression):
            let calendar = CalendarSchedule(expression, in: zone)
            return direction == .next ? calendar.next(after:) : calendar.previous(before:)
        }
    }

    private static func add(_ interval: Nanoseconds, to instant: WallInstant) -> WallInstant? {
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(interval.count)
        return overflow ? nil : WallInstant(nanoseconds: sum)
    }
}
