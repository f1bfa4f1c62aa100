import Clocks
import Shared

/// Reads `lifecycle`. All its keys are ours: one that is not known is an error.
struct LifecycleReader {
    private static let keys = ["restart", "stable_threshold", "stop_timeout"]
    private static let restartKeys = ["backoff_factor", "initial_delay", "jitter", "max_attempts", "max_delay"]
    private static let shortestDuration = Nanoseconds.milliseconds(1)
    private static let mostAttempts = 1_000_000

    private var log: EntryLog

    static func read(_ entry: Entry, _ log: inout EntryLog) -> Lifecycle {
        guard let value = entry.data["lifecycle"] else { return Lifecycle() }
        var reader = LifecycleReader(log: log)
        let lifecycle = reader.lifecycle(value)
        log = reader.log
        return lifecycle
    }

    private mutating func lifecycle(_ value: Value) -> Lifecycle {
        var lifecycle = Lifecycle()
        guard let map = map(value, at: ["lifecycle"], Self.keys) else { return lifecycle }
        let path = ["lifecycle"]
        lifecycle.stopTimeout = duration("stop_timeout", in: map, at: path)
        lifecycle.stableThreshold = duration("stable_threshold", in: map, at: path) ?? lifecycle.stableThreshold
        if let value = map["restart"] { lifecycle.restart = restart(value) }
        return lifecycle
    }

    private mutating func restart(_ value: Value) -> Lifecycle.Restart {
        var restart = Lifecycle.Restart()
        let path = ["lifecycle", "restart"]
        guard let map = map(value, at: path, Self.restartKeys) else { return restart }
        restart.initialDelay = duration("initial_delay", in: map, at: path) ?? restart.initialDelay
        restart.maxDelay = duration("max_delay", in: map, at: path) ?? restart.maxDelay
        restart.backoffFactor = number("backoff_factor", in: map, at: path, 1...100) ?? restart.backoffFactor
        restart.jitter = number("jitter", in: map, at: path, 0...1) ?? restart.jitter
        restart.maxAttempts = count("max_attempts", in: map, at: path) ?? restart.maxAttempts
        checkDelays(restart, map, at: path)
        return restart
    }

    private mutating func checkDelays(_ restart: Lifecycle.Restart, _ map: Value.Map, at path: [String]) {
        guard restart.initialDelay > restart.maxDelay else { return }
        let isDefault = (initial: map["initial_delay"] == nil, max: map["max_delay"] == nil)
        let initial = DurationText.format(restart.initialDelay) + (isDefault.initial ? " (the default)" : "")
        let max = DurationText.format(restart.maxDelay) + (isDefault.max ? " (the default)" : "")
        log.error(
            "lifecycle.restart: initial_delay \(initial) is above max_delay \(max); expected at most that",
            at: path + [isDefault.initial ? "max_delay" : "initial_delay"])
    }

    private mutating func map(_ value: Value, at path: [String], _ keys: [String]) -> Value.Map? {
        let name = path.joined(separator: ".")
        guard let map = value.map else {
            log.error("\(name): expected a map, found \(value.phrase)", at: path)
            return nil
        }
        for key in map.keys where !keys.contains(key) {
            log.error("\(name): unknown key \(KnownKeys.complaint(about: key, keys))", atKey: path + [key])
        }
        return map
    }

    private mutating func duration(_ key: String, in map: Value.Map, at path: [String]) -> Nanoseconds? {
        guard let value = map[key] else { return nil }
        return log.duration(value, at: path + [key], minimum: Self.shortestDuration)
    }

    private mutating func number(
        _ key: String, in map: Value.Map, at path: [String], _ range: ClosedRange<Double>
    ) -> Double? {
        guard let value = map[key] else { return nil }
        let number: Double? =
            switch value {
            case .int(let int): Double(int)
            case .double(let double): double
            default: nil
            }
        if let number, range.contains(number) { return number }
        let name = (path + [key]).joined(separator: ".")
        let bounds = "\(Int(range.lowerBound)) to \(Int(range.upperBound))"
        log.error("\(name): expected a number from \(bounds), found \(value.phrase)", at: path + [key])
        return nil
    }

    private mutating func count(_ key: String, in map: Value.Map, at path: [String]) -> Int? {
        guard let value = map[key] else { return nil }
        if let int = value.int, (0...Int64(Self.mostAttempts)).contains(int) { return Int(int) }
        let name = (path + [key]).joined(separator: ".")
        log.error(
            "\(name): expected a whole number from 0 to \(Self.mostAttempts), found \(value.phrase)", at: path + [key])
        return nil
    }
}
