import Clocks
import Values

/// Reads a map of an entry all of whose keys are ours: one that is not known is an error.
struct MapReader {
    let map: Value.Map
    private let path: [String]

    /// At least as long is every duration in such a map.
    private static let shortestDuration = Nanoseconds.milliseconds(1)

    /// `nil` if it is no map, which goes to the log, as unknown keys do.
    init?(_ value: Value, at path: [String], keys: [String], _ log: inout EntryLog) {
        let name = path.joined(separator: ".")
        guard let map = value.map else {
            log.error("\(name): expected a map, found \(value.phrase)", at: path)
            return nil
        }
        for key in map.keys where !keys.contains(key) {
            log.error("\(name): unknown key \(KnownKeys.complaint(about: key, keys))", atKey: path + [key])
        }
        (self.map, self.path) = (map, path)
    }

    func name(_ key: String) -> String { (path + [key]).joined(separator: ".") }

    func duration(_ key: String, _ log: inout EntryLog) -> Nanoseconds? {
        map[key].flatMap { log.duration($0, at: path + [key], minimum: Self.shortestDuration) }
    }

    func number(_ key: String, _ range: ClosedRange<Double>, _ log: inout EntryLog) -> Double? {
        guard let value = map[key] else { return nil }
        let number: Double? =
            switch value {
            case .int(let int): Double(int)
            case .double(let double): double
            default: nil
            }
        if let number, range.contains(number) { return number }
        let bounds = "\(Int(range.lowerBound)) to \(Int(range.upperBound))"
        log.error("\(name(key)): expected a number from \(bounds), found \(value.phrase)", at: path + [key])
        return nil
    }

    func count(_ key: String, _ range: ClosedRange<Int>, _ log: inout EntryLog) -> Int? {
        guard let value = map[key] else { return nil }
        if let int = value.int, let count = Int(exactly: int), range.contains(count) { return count }
        log.error(
            "\(name(key)): expected a whole number from \(range.lowerBound) to \(range.upperBound), found \(value.phrase)",
            at: path + [key])
        return nil
    }

    /// How a delay grows: the keys `initial_delay`, `max_delay`, `backoff_factor` and `jitter`.
    func delays(_ delays: inout DelayKeys, _ log: inout EntryLog) {
        delays.initial = duration("initial_delay", &log) ?? delays.initial
        delays.most = duration("max_delay", &log) ?? delays.most
        delays.factor = number("backoff_factor", 1...100, &log) ?? delays.factor
        delays.jitter = number("jitter", 0...1, &log) ?? delays.jitter
        checkOrder(delays, &log)
    }

    private func checkOrder(_ delays: DelayKeys, _ log: inout EntryLog) {
        guard delays.initial > delays.most else { return }
        let isDefault = (initial: map["initial_delay"] == nil, most: map["max_delay"] == nil)
        let initial = DurationText.format(delays.initial) + (isDefault.initial ? " (the default)" : "")
        let most = DurationText.format(delays.most) + (isDefault.most ? " (the default)" : "")
        log.error(
            "\(path.joined(separator: ".")): initial_delay \(initial) is above max_delay \(most); expected at most that",
            at: path + [isDefault.initial ? "max_delay" : "initial_delay"])
    }
}

/// What `restart` and `retry` have alike.
struct DelayKeys {
    static let names = ["backoff_factor", "initial_delay", "jitter", "max_attempts", "max_delay"]

    var initial: Nanoseconds
    var most: Nanoseconds
    var factor: Double
    var jitter: Double
}
