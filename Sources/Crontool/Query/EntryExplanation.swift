import Crontabs
import Host
import Model
package import Registry
import Values

/// An entry as the daemon reads it: when it runs, and where each of its values is from.
package struct EntryExplanation {
    private let entry: Entry
    private let load: RegistryLoad

    private static let longestValue = 60
    /// Maps whose keys can have different origins.
    private static let openMaps = [["environment"], ["lifecycle"], ["lifecycle", "restart"], ["limits"]]

    /// `nil`: there is no such entry. The registry must have no error.
    package init?(_ id: String, in load: RegistryLoad) throws(InputFailure) {
        guard let snapshot = load.snapshot, let entry = try RegistryQuery(snapshot).get(id) else { return nil }
        (self.entry, self.load) = (entry, load)
    }

    package var text: String {
        let head = "\(entry.id)  \(PrintableText.escape(entry.kind))  \(entry.location)\n"
        let values = rows
        return head + scheduleText
            + (values.isEmpty ? "" : "\n" + TextTable.text([["KEY", "VALUE", "FROM", "PLACE"]] + values))
    }

    // MARK: When

    private var scheduleText: String {
        guard entry.isJob else { return "No job.\n" }
        return (entry.meta["enabled"] == .bool(false) ? "Disabled.\n" : "") + (explanation?.text ?? "")
    }

    /// `nil` where it says no schedule that cronsupd could run.
    private var explanation: Explanation? {
        let hasSeconds = entry.meta["seconds"]?.string != nil
        if let interval = entry.meta["interval"]?.string.flatMap({ try? DurationText.parse($0) }) {
            return entry.meta["align"] == .bool(true)
                ? Explanation(alignedInterval: interval) : Explanation(.every(interval))
        }
        let schedule = entry.meta["schedule"]?.string.flatMap {
            try? WrittenSchedule($0, entry: entry.id.description, hasSeconds: hasSeconds)
        }
        return schedule.map { Explanation($0) }
    }

    // MARK: Values

    private var rows: [[String]] {
        rows(of: entry.meta, at: ["meta"]) + rows(of: entry.data, at: [])
    }

    private func rows(of map: Value.Map, at path: [String]) -> [[String]] {
        zip(map.keys, map.values).flatMap { key, value in
            let path = path + [key]
            if Self.openMaps.contains(path), let inner = value.map, !inner.isEmpty { return rows(of: inner, at: path) }
            return [row(value, at: path)]
        }
    }

    private func row(_ value: Value, at path: [String]) -> [String] {
        let text = value.scalarText ?? JSONCoding.output(value)
        let place = load.location(of: path, in: entry.id) ?? entry.location
        return [
            PrintableText.escape(path.joined(separator: "."), limit: Self.longestValue),
            PrintableText.escape(text, limit: Self.longestValue), origin(of: path), "\(place.file):\(place.line)",
        ]
    }

    private func origin(of path: [String]) -> String {
        switch load.origin(of: path, in: entry.id) {
        case .entry: "entry"
        case .file: "meta of the file"
        case .defaults(let id): id.description
        }
    }
}
