import Model
import Values
import Wire

/// Looks for keys that are too long for a worker's definition.
struct KeyLengths {
    static func check(_ fields: [EntryField]) {
        // Nearly no registry has one, so that the paths to it are made only then.
        for field in fields where hasLongKey(field.value) { report(field) }
    }

    private static func isLong(_ key: String) -> Bool { key.utf8.count > WorkerDefinition.longestKey }

    private static func hasLongKey(_ value: Value) -> Bool {
        switch value {
        case .null, .bool, .int, .double, .string: false
        case .list(let list): list.contains(where: hasLongKey)
        case .map(let map): map.keys.contains(where: isLong) || map.values.contains(where: hasLongKey)
        }
    }

    private static func report(_ field: EntryField) {
        for item in field.items ?? [] { report(item) }
        guard let map = field.value.map else { return }
        for (key, value) in zip(map.keys, map.values) {
            let path = field.path + [key]
            if isLong(key) {
                field.issues.error(
                    "key of \(key.utf8.count) bytes; expected at most \(WorkerDefinition.longestKey)", at: path,
                    .key)
            }
            report(EntryField(value, at: path, field.issues))
        }
    }
}
