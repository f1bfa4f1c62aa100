import Clocks
import Schedules
import Testing

@Suite("Recorded slots")
struct CronsimTests {
    /// Why cronsim says something else than the definition; see `Data/generate.py`, which proves each.
    private static let reasons: Set<Substring> = ["not-later", "gap-rounded-up", "not-a-slot", "skips", "endless"]

    @Test("are those that cronsim has, in twenty thousand places")
    func agreed() throws {
        let rows = try Recording.rows("slots.txt")
        #expect(rows.count >= 20_000)
        try check(rows)
    }

    @Test("are those of the definition where cronsim has others, each for a reason that is known")
    func disputed() throws {
        let rows = try Recording.rows("differences.txt")
        #expect(rows.count >= 100)
        try check(rows)
        for row in rows { #expect(Self.reasons.isSuperset(of: row[5].split(separator: ",")), "\(row)") }
    }

    private func check(_ rows: [[Substring]]) throws {
        var zones: [Substring: ZoneRules] = [:]
        for row in rows {
            let zone = try zones[row[1]] ?? RecordedZone.rules(of: String(row[1]))
            zones[row[1]] = zone
            let words = row[0].split(separator: " ").count
            let schedule = CalendarSchedule(try read(String(row[0]), hasSeconds: words == 6), in: zone)
            let start = Int64(row[2])!
            let expected = Recording.sums(row[3], from: start)
            let slots = schedule.slots(after: start, expected.count)
            if slots != expected { Issue.record("\(row): \(slots.map { $0 - start })") }
        }
    }
}

extension CalendarSchedule {
    /// All in whole seconds since 1970-01-01T00:00:00Z.
    func next(after second: Int64) -> Int64? { next(after: WallInstant(seconds: second))?.wholeSeconds }

    func previous(before second: Int64) -> Int64? { previous(before: WallInstant(seconds: second))?.wholeSeconds }

    func count(after: Int64, through: Int64) -> Int64 {
        count(after: WallInstant(seconds: after), through: WallInstant(seconds: through))
    }

    func slots(after second: Int64, _ count: Int) -> [Int64] {
        var (slots, last): ([Int64], Int64) = ([], second)
        while slots.count < count, let slot = next(after: last) {
            slots.append(slot)
            last = slot
        }
        return slots
    }
}
