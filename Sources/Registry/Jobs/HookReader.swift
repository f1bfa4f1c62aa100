import Clocks
import Model
import Values

/// Reads `on_failure`, `on_recovery`, `on_late` and `on_success`, the ID of an entry, or a map with it as `function`; `on_long` and
/// `on_short`, such maps; and `ping`.
struct HookReader {
    static let keys = ["on_failure", "on_late", "on_long", "on_recovery", "on_short", "on_success", "ping"]
    /// Those of a function that is only called: whom its failures are told.
    static let keysOfFunctions = ["on_failure", "on_recovery"]
    static let mostFailures = 1_000_000
    /// More often, it is a storm.
    static let shortestReminder = Nanoseconds.seconds(1)

    static func read(_ data: EntryField) -> JobHooks {
        var hooks = JobHooks()
        hooks.onFailure = data["on_failure"].flatMap {
            function($0, ["failures", "remind"]) {
                hooks.failures = $0["failures"]?.integer(1...mostFailures) ?? hooks.failures
                hooks.remind = $0["remind"]?.duration(minimum: shortestReminder)
            }
        }
        hooks.onRecovery = data["on_recovery"].flatMap { function($0, []) { _ in } }
        hooks.onLate = data["on_late"].flatMap {
            function($0, ["after"]) { hooks.lateAfter = $0["after"]?.duration() ?? hooks.lateAfter }
        }
        hooks.onLong = data["on_long"].flatMap { timed($0, "after", example: "10m") }
        hooks.onShort = data["on_short"].flatMap { timed($0, "under", example: "1s") }
        hooks.onSuccess = data["on_success"].flatMap { function($0, []) { _ in } }
        hooks.ping = data["ping"].flatMap(PingReader.read)
        return hooks
    }

    private static func timed(_ field: EntryField, _ limit: String, example: String) -> JobHooks.TimedHook? {
        guard let map = field.map(of: [limit, "function"]) else { return nil }
        for key in [limit, "function"] where map[key] == nil {
            map.error("no '\(key)'; expected as in {\(limit): \(example), function: app:alert}")
        }
        guard let function = map["function"].flatMap(id), let after = map[limit]?.duration() else { return nil }
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

    static func id(_ field: EntryField) -> EntryID? {
        field.value.string.flatMap { EntryID($0) } ?? field.expected("the ID of an entry such as app:alert")
    }
}
