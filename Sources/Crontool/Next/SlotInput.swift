package import Clocks
package import Crontabs
package import Schedules

/// Reads the parts of a request for slots, which stand on a command line or in a line of input.
package enum SlotInput {
    package static let counts = 1...10_000

    package static func from(_ text: String) throws(InputFailure) -> WallInstant {
        if let instant = CivilText.instant(text) { return instant }
        if CivilText.instant("\(text)T00:00:00Z") != nil {
            throw InputFailure("from: '\(text)' is a day; expected a moment of it, such as \(text)T00:00:00Z")
        }
        if CivilText.instant("\(text)Z") != nil {
            throw InputFailure(
                "from: '\(text)' has no offset; expected one after it, such as \(text)Z or \(text)+02:00")
        }
        throw InputFailure(
            "from: '\(text)' is no moment; expected one such as 2026-03-29T01:00:00Z or 2026-03-29T03:00:00+02:00")
    }

    package static func count(_ text: String) throws(InputFailure) -> Int {
        if let count = Int(text), counts.contains(count) { return count }
        throw InputFailure("count: '\(text)'; expected \(counts.lowerBound) to \(counts.upperBound)")
    }

    package static func zone(_ name: String?, in zones: ZoneSource) throws(InputFailure) -> ZoneSource.Zone {
        do throws(ZoneSource.Failure) {
            return try zones.zone(name)
        } catch {
            throw InputFailure("timezone: " + (name.map { "'\($0)'" } ?? "that of this machine") + " \(error.message)")
        }
    }

    package static func schedule(
        _ text: String, entry: String?, hasSeconds: Bool, _ direction: SlotSearch.Direction
    ) throws(InputFailure) -> WrittenSchedule {
        let schedule = try written(text, entry: entry, hasSeconds: hasSeconds)
        if case .every = schedule, direction == .previous {
            throw InputFailure("schedule: '\(text)' begins when its job starts; expected a calendar for previous slots")
        }
        return schedule
    }

    private static func written(
        _ text: String, entry: String?, hasSeconds: Bool
    ) throws(InputFailure) -> WrittenSchedule {
        do throws(CronFailure) {
            return try WrittenSchedule(text, entry: entry, hasSeconds: hasSeconds)
        } catch {
            throw InputFailure("schedule: \(error.message)", excerpt: excerpt(text, error.offset))
        }
    }

    /// The text and a caret under the byte at `offset`.
    private static func excerpt(_ text: String, _ offset: Int) -> String {
        guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return "" }
        return "\n  \(text)\n  " + String(repeating: " ", count: offset) + "^"
    }
}
