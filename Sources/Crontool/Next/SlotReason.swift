import Clocks
import Schedules

/// Why a slot is not simply where the schedule names it.
struct SlotReason: Hashable, Sendable {
    /// For programs: `gap` or `overlap`.
    let name: String
    /// The civil time that the schedule names, without an offset: `2026-03-29T02:30:00`.
    let named: String
    /// For people.
    let phrase: String

    /// `nil`: no change of the clocks has to do with it.
    init?(_ slot: WallInstant, of calendar: CalendarSchedule) {
        switch calendar.reason(for: slot) {
        case .asNamed: return nil
        case .afterGap(let local):
            let time = CivilTime(WallInstant(seconds: local))
            (name, named) = ("gap", time.secondsText)
            phrase = "\(Self.shown(time, unless: slot, calendar)) is skipped by the clocks; right after the jump"
        case .firstOfTwo:
            let time = CivilTime(WallInstant(seconds: slot.wholeSeconds + calendar.zone.offset(at: slot.wholeSeconds)))
            (name, named) = ("overlap", time.secondsText)
            phrase = "\(time.clock) comes twice; at the first of the two"
        }
    }

    /// With its day, where the clocks jump into another.
    private static func shown(_ time: CivilTime, unless slot: WallInstant, _ calendar: CalendarSchedule) -> String {
        let local = slot.wholeSeconds + calendar.zone.offset(at: slot.wholeSeconds)
        let isSameDay = CivilTime(WallInstant(seconds: local)).day == time.day
        return isSameDay ? time.clock : "\(time.secondsText.prefix(10)) \(time.clock)"
    }
}

extension CivilTime {
    /// `02:30`, with seconds if there are any.
    fileprivate var clock: String { String(secondsText.dropFirst(11).prefix(second == 0 ? 5 : 8)) }
}
