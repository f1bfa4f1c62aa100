import Model
import Values
import Wire

/// Looks for keys that are too long for a worker's definition.
struct KeyLengths {
    static func check(_ entry: Entry, _ issues: inout EntryDiagnostics) {
        // Nearly no registry has one, so that the paths to it are made only then.
        if hasLongKey(.map(entry.meta)) { report(.map(entry.meta), at: ["meta"], &issues) }
        if hasLongKey(.map(entry.data)) { report(.map(entry.data), at: [], &issues) }
    }

    private static func isLong(_ key: String) -> Bool { key.utf8.count > WorkerDefinition.longestKey }

    private static func hasLongKey(_ value: Value) -> Bool {
        switch value {
        case .null, .bool, .int, .double, .string: false
        case .list(let list): list.contains(where: hasLongKey)
        case .map(let map): map.keys.contains(where: isLong) || map.values.contains(where: hasLongKey)
        }
    }

    private static func report(_ value: Value, at path: [String], _ issues: inout EntryDiagnostics) {
        switch value {
        case .null, .bool, .int, .double, .string: break
        case .list(let list): for (index, item) in list.enumerated() { report(item, at: path + ["\(index)"], &issues) }
        case .map(let map):
            for (key, value) in zip(map.keys, map.values) {
                if isLong(key) {
                    issues.error(
                        "key of \(key.utf8.count) bytes; expected at most \(WorkerDefinition.longestKey)",
                        atKey: path + [key])
                }
                report(value, at: path + [key], &issues)
            }
        }
    }
}
