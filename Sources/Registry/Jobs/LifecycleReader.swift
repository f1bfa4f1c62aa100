import Model
import Values

/// Reads `lifecycle`.
struct LifecycleReader {
    private static let keys = ["restart", "stable_threshold", "stop_timeout"]
    private static let mostAttempts = 1_000_000

    static func read(_ entry: Entry, _ issues: inout EntryDiagnostics) -> Lifecycle {
        var lifecycle = Lifecycle()
        guard let value = entry.data["lifecycle"],
            let reader = MapReader(value, at: ["lifecycle"], keys: keys, &issues)
        else { return lifecycle }
        lifecycle.stopTimeout = reader.duration("stop_timeout", &issues)
        lifecycle.stableThreshold = reader.duration("stable_threshold", &issues) ?? lifecycle.stableThreshold
        if let value = reader.map["restart"] { lifecycle.restart = restart(value, &issues) }
        return lifecycle
    }

    private static func restart(_ value: Value, _ issues: inout EntryDiagnostics) -> Lifecycle.Restart {
        let path = ["lifecycle", "restart"]
        var restart = Lifecycle.Restart()
        guard let reader = MapReader(value, at: path, keys: DelayKeys.names, &issues) else { return restart }
        var delays = DelayKeys(
            initial: restart.initialDelay, most: restart.maxDelay, factor: restart.backoffFactor,
            jitter: restart.jitter)
        reader.delays(&delays, &issues)
        (restart.initialDelay, restart.maxDelay) = (delays.initial, delays.most)
        (restart.backoffFactor, restart.jitter) = (delays.factor, delays.jitter)
        restart.maxAttempts = reader.count("max_attempts", 0...mostAttempts, &issues) ?? restart.maxAttempts
        return restart
    }
}
