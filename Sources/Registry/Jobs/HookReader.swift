import Model
import Values

/// Reads `on_failure`, `on_recovery` and `on_late`: the ID of an entry, or a map with it as `function`.
struct HookReader {
    static let keys = ["on_failure", "on_late", "on_recovery"]
    private static let mostFailures = 1_000_000

    static func read(_ entry: Entry, _ issues: inout EntryDiagnostics) -> JobHooks {
        var hooks = JobHooks()
        hooks.onFailure = function("on_failure", entry, ["failures"], &issues) { reader, issues in
            hooks.failures = reader.count("failures", 1...mostFailures, &issues) ?? hooks.failures
        }
        hooks.onRecovery = function("on_recovery", entry, [], &issues) { _, _ in }
        hooks.onLate = function("on_late", entry, ["after"], &issues) { reader, issues in
            hooks.lateAfter = reader.duration("after", &issues) ?? hooks.lateAfter
        }
        return hooks
    }

    /// Where the ID stands.
    static func path(_ key: String, _ entry: Entry) -> [String] {
        entry.data[key]?.map == nil ? [key] : [key, "function"]
    }

    /// `others`: the other keys that a map may have, which `body` reads.
    private static func function(
        _ key: String, _ entry: Entry, _ others: [String], _ issues: inout EntryDiagnostics,
        _ body: (MapReader, inout EntryDiagnostics) -> Void
    ) -> EntryID? {
        guard let value = entry.data[key] else { return nil }
        if value.map == nil { return id(value, at: [key], &issues) }
        guard let reader = MapReader(value, at: [key], keys: ["function"] + others, &issues) else { return nil }
        body(reader, &issues)
        guard let function = reader.map["function"] else {
            issues.error("\(key): no 'function'; expected the ID of an entry", at: [key])
            return nil
        }
        return id(function, at: [key, "function"], &issues)
    }

    private static func id(_ value: Value, at path: [String], _ issues: inout EntryDiagnostics) -> EntryID? {
        if let id = value.string.flatMap({ EntryID($0) }) { return id }
        let name = path.joined(separator: ".")
        issues.error("\(name): expected the ID of an entry such as app:alert, found \(value.phrase)", at: path)
        return nil
    }
}
