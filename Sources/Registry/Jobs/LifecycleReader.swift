import Model
import Values

/// Reads `lifecycle`.
struct LifecycleReader {
    private static let keys = ["restart", "stable_threshold", "stop_timeout"]
    private static let mostAttempts = 1_000_000

    static func read(_ entry: Entry, _ issues: inout EntryDiagnostics) -> Lifecycle {
        var lifecycle = Lifecycle()
        let path = ["lifecycle"]
        guard let value = entry.data["lifecycle"], let reader = MapReader(value, at: path, keys: keys, &issues) else {
            return lifecycle
        }
        lifecycle.stopTimeout = reader.duration("stop_timeout", &issues)
        lifecycle.stableThreshold = reader.duration("stable_threshold", &issues) ?? lifecycle.stableThreshold
        if let value = reader.map["restart"],
            let reader = MapReader(value, at: path + ["restart"], keys: MapReader.delayKeys, &issues)
        {
            reader.delays(&lifecycle.restart, attempts: 0...mostAttempts, &issues)
        }
        return lifecycle
    }
}
