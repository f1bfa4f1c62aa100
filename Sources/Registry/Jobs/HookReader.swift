import Model
import Values

/// Reads `on_failure`, `on_recovery` and `on_late`, the ID of an entry, or a map with it as `function`; and `on_long`, such a map.
struct HookReader {
    static let keys = ["on_failure", "on_late", "on_long", "on_recovery"]
    static let mostFailures = 1_000_000

    static func read(_ data: EntryField) -> JobHooks {
        var hooks = JobHooks()
        hooks.onFailure = data["on_failure"].flatMap {
            function($0, ["failures"]) { hooks.failures = $0["failures"]?.integer(1...mostFailures) ?? hooks.failures }
        }
        hooks.onRecovery = data["on_recovery"].flatMap { function($0, []) { _ in } }
        hooks.onLate = data["on_late"].flatMap {
            function($0, ["after"]) { hooks.lateAfter = $0["after"]?.duration() ?? hooks.lateAfter }
        }
        hooks.onLong = data["on_long"].flatMap(long)
        return hooks
    }

    private static func long(_ field: EntryField) -> JobHooks.LongRun? {
        guard let map = field.map(of: ["after", "function"]) else { return nil }
        for key in ["after", "function"] where map[key] == nil {
            map.error("no '\(key)'; expected as in {after: 10m, function: app:alert}")
        }
        guard let function = map["function"].flatMap(id), let after = map["after"]?.duration() else { return nil }
        return .call(function, after: after)
    }

    /// Where the ID stands.
    static func path(_ key: String, _ entry: Entry) -> [String] {
        entry.data[key]?.map == nil ? [key] : [key, "function"]
    }

    /// `others`: the other keys that a map may have, which `body` reads.
    private static func function(_ field: EntryField, _ others: [String], _ body: (EntryField) -> Void) -> EntryID? {
        if field.value.map == nil { return id(field) }
        guard let map = field.map(of: ["function"] + others) else { return nil }
        body(map)
        guard let function = map["function"] else {
            map.error("no 'function'; expected the ID of an entry")
            return nil
        }
        return id(function)
    }

    private static func id(_ field: EntryField) -> EntryID? {
        field.value.string.flatMap { EntryID($0) } ?? field.expected("the ID of an entry such as app:alert")
    }
}
