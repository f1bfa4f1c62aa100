package import Clocks
import Crontabs
import Host
package import Schedules
import Values

/// The slots of one schedule for people, or as JSON.
package struct SlotReport: Sendable {
    private let text: String
    private let zone: ZoneSource.Zone
    private let search: SlotSearch
    /// `nil`: the table does not say how far off a slot is.
    private let now: WallInstant?

    /// `nil`: they are to be looked for.
    private let known: [WallInstant]?

    /// `text`: the schedule as it was written. `slots`: what is found, if somebody else has looked.
    package init(
        _ text: String, _ search: SlotSearch, zone: ZoneSource.Zone, now: WallInstant? = nil,
        slots: [WallInstant]? = nil
    ) {
        (self.text, self.search, self.zone, self.now, known) = (text, search, zone, now, slots)
    }

    private var slots: [WallInstant] { known ?? search.slots() }

    // MARK: Table

    /// The day of the week, local time, UTC, how far off it is, and where a change of the clocks moved the slot, how.
    package var table: String {
        let rows = slots.map { slot in
            [SlotText.weekday(slot, in: zone.rules), local(slot), CivilText.text(slot, offset: nil)]
                + (now.map { [SlotText.distance(from: $0, to: slot)] } ?? []) + [reason(slot)?.phrase ?? ""]
        }
        if !rows.isEmpty { return TextTable.text(rows) }
        return search.schedule == .atBoot ? "at boot; no slots\n" : "no slots\n"
    }

    package var indentedTable: String {
        table.split(separator: "\n").map { "  \($0)\n" }.joined()
    }

    private func local(_ slot: WallInstant) -> String {
        CivilText.text(slot, offset: zone.rules.offset(at: slot.wholeSeconds))
    }

    /// `nil`: the clocks show what the schedule names.
    private func reason(_ slot: WallInstant) -> SlotReason? {
        guard case .calendar(let expression) = search.schedule else { return nil }
        return SlotReason(slot, of: CalendarSchedule(expression, in: zone.rules))
    }

    // MARK: JSON

    package var json: String {
        let slots = slots
        let report = Value.object([
            ("schedule", .string(text)), ("timezone", .string(zone.name.name)),
            ("from", .string(CivilText.text(search.from, offset: nil))),
            (search.direction.rawValue, .list(slots.map { Self.utc($0) })),
            ("slots", .list(slots.map(details))),
        ])
        return JSONCoding.output(report) + "\n"
    }

    var zoneName: String { zone.name.name }
    /// In UTC.
    var moments: Value { .list(slots.map { Self.utc($0) }) }

    private static func utc(_ slot: WallInstant) -> Value { .string(CivilText.text(slot, offset: nil)) }

    private func details(_ slot: WallInstant) -> Value {
        let reason = reason(slot)
        return .object([
            ("utc", Self.utc(slot)), ("local", .string(local(slot))),
            ("reason", reason.map { .string($0.name) } ?? .null),
            ("named", reason.map { .string($0.named) } ?? .null),
        ])
    }
}
