package import Clocks
package import Schedules

/// Slots in words.
package enum SlotText {
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    package static func weekday(_ slot: WallInstant, in zone: ZoneRules) -> String {
        let local = slot.wholeSeconds + zone.offset(at: slot.wholeSeconds)
        return weekdays[Int(CivilDate.weekday(daysSince1970: floorDivide(local, 86_400)))]
    }

    /// `2026-03-29T03:00:00`: what the clocks show.
    package static func civil(_ slot: WallInstant, in zone: ZoneRules) -> String {
        CivilTime(WallInstant(nanoseconds: slot.nanoseconds &+ zone.offset(at: slot.wholeSeconds) &* 1_000_000_000))
            .secondsText
    }

    /// `in 3h12m`, `2d4h ago`: its two largest units.
    package static func distance(from now: WallInstant, to slot: WallInstant) -> String {
        let (seconds, overflow) = slot.wholeSeconds.subtractingReportingOverflow(now.wholeSeconds)
        if overflow || seconds == 0 { return overflow ? "" : "now" }
        return seconds > 0 ? "in \(span(seconds))" : "\(span(-seconds)) ago"
    }

    private static func span(_ seconds: Int64) -> String {
        let parts = [
            (seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s"),
        ]
        let first = parts.firstIndex { $0.0 > 0 } ?? 3
        return parts[first...].prefix(2).filter { $0.0 > 0 }.map { "\($0)\($1)" }.joined()
    }
}
