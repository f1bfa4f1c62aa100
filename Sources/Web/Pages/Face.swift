package import Clocks
import Crontool
import Host
package import Schedules

/// Moments and spans, for those who read a page.
package struct Face: Sendable {
    let zone: ZoneRules
    let zoneName: String
    let now: WallInstant

    package init(zone: ZoneRules, zoneName: String, now: WallInstant) {
        (self.zone, self.zoneName, self.now) = (zone, zoneName, now)
    }

    /// `2026-03-29 03:00:00`: what the clocks show.
    func civil(_ microseconds: Int64) -> String {
        let text = SlotText.civil(WallInstant(microseconds: microseconds), in: zone)
        return "\(text.prefix(10)) \(text.dropFirst(11))"
    }

    /// Of a moment of today, what the clocks show alone.
    func shortly(_ microseconds: Int64) -> String {
        let (text, today) = (civil(microseconds), civil(floorDivide(now.nanoseconds, 1_000)))
        return text.prefix(10) == today.prefix(10) ? String(text.dropFirst(11).prefix(5)) : String(text.prefix(16))
    }

    /// `2026-03-29T03:00:00+02:00`
    func exact(_ microseconds: Int64) -> String {
        let seconds = WallInstant(seconds: WallInstant(microseconds: microseconds).wholeSeconds)
        return CivilText.text(seconds, offset: zone.offset(at: seconds.wholeSeconds))
    }

    /// `in 3h12m`, `2d4h ago`, which the script keeps true.
    func distance(_ microseconds: Int64) -> HTML {
        let words = SlotText.distance(from: now, to: WallInstant(microseconds: microseconds))
        let exact = exact(microseconds)
        return "<time datetime=\"\(exact)\" title=\"\(exact)\" data-t=\"\(microseconds / 1_000)\">\(words)</time>"
    }

    func moment(_ microseconds: Int64) -> HTML {
        "<time datetime=\"\(exact(microseconds))\">\(civil(microseconds))</time>"
    }
}
