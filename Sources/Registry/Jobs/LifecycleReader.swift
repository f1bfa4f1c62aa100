import Model
import Values

/// Reads `lifecycle`.
struct LifecycleReader {
    private static let keys = ["restart", "stable_threshold", "stop_timeout"]
    private static let mostAttempts = 1_000_000

    static func read(_ entry: Entry, _ log: inout EntryLog) -> Lifecycle {
        var lifecycle = Lifecycle()
        let path = ["lifecycle"]
        guard let value = entry.data["lifecycle"], let reader = MapReader(value, at: path, keys: keys, &log) else {
            return lifecycle
        }
        lifecycle.stopTimeout = reader.duration("stop_timeout", &log)
        lifecycle.stableThreshold = reader.duration("stable_threshold", &log) ?? lifecycle.stableThreshold
        if let value = reader.map["restart"] { lifecycle.restart = restart(value, path + ["restart"], &log) }
        return lifecycle
    }

    private static func restart(_ value: Value, _ path: [String], _ log: inout EntryLog) -> Lifecycle.Restart {
        var restart = Lifecycle.Restart()
        guard let reader = MapReader(value, at: path, keys: DelayKeys.names, &log) else { return restart }
        var delays = DelayKeys(
            initial: restart.initialDelay, most: restart.maxDelay, factor: restart.backoffFactor,
            jitter: restart.jitter)
        reader.delays(&delays, &log)
        (restart.initialDelay, restart.maxDelay) = (delays.initial, delays.most)
        (restart.backoffFactor, restart.jitter) = (delays.factor, delays.jitter)
        restart.maxAttempts = reader.count("max_attempts", 0...mostAttempts, &log) ?? restart.maxAttempts
        return restart
    }
}
