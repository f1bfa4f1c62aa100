import Clocks
import Schedules
import TestSupport

/// The moment that a text in the form of RFC 3339 names.
func wall(_ text: String) -> WallInstant { CivilText.instant(text)! }

func slot(_ text: String) -> SlotInstant { SlotInstant(nanoseconds: wall(text).nanoseconds) }

/// Some days of a zone in which its clocks change, or do not. The minutes in them can be gone through one by one.
struct ZoneWindow: CustomStringConvertible, Sendable {
    let zone: String
    let start: WallInstant
    let days: Int64

    init(_ zone: String, _ start: String, days: Int64) {
        (self.zone, self.start, self.days) = (zone, wall("\(start)T00:00:00Z"), days)
    }

    var description: String { "\(zone) from \(CivilText.text(start, offset: nil))" }

    func rules() throws -> ZoneRules { try TestSupport.zone(zone) }

    var end: WallInstant { start + .seconds(days * 86_400) }

    static let all = [
        ZoneWindow("UTC", "2024-02-25", days: 10),
        // Forth at 03:00, back at 04:00.
        ZoneWindow("Europe/Riga", "2026-03-26", days: 6), ZoneWindow("Europe/Riga", "2026-10-22", days: 6),
        // By the rule after the table.
        ZoneWindow("Europe/Riga", "2091-03-22", days: 6),
        // Forth at 00:00, back at 00:00 to 23:00 of the day before.
        ZoneWindow("America/Sao_Paulo", "2018-11-01", days: 6), ZoneWindow("America/Sao_Paulo", "2018-02-15", days: 6),
        // Back at 01:00 to 00:00.
        ZoneWindow("America/Havana", "2024-11-01", days: 5),
        // Forth at 00:01, back at 00:01 to 23:01 of the day before.
        ZoneWindow("America/St_Johns", "2010-03-12", days: 5), ZoneWindow("America/St_Johns", "2010-11-05", days: 5),
        // Half an hour.
        ZoneWindow("Australia/Lord_Howe", "2024-10-04", days: 4),
        ZoneWindow("Australia/Lord_Howe", "2024-04-05", days: 4),
        // Over the whole of December 30.
        ZoneWindow("Pacific/Apia", "2011-12-28", days: 5),
    ]

    /// Every full minute of the window with what the clocks show at it, and the latest that they showed before.
    func minutes(_ visit: (_ instant: Int64, _ shown: Int64, _ latest: Int64) -> Void) throws {
        let rules = try self.rules()
        let start = start.nanoseconds / 1_000_000_000
        var latest = Int64.min
        // Begins early enough to know what the clocks had shown.
        for instant in stride(from: start - 2 * 86_400, to: start + days * 86_400 + 1, by: 60) {
            let shown = instant + rules.offset(at: instant)
            if instant >= start { visit(instant, shown, latest) }
            latest = max(latest, shown)
        }
    }
}
