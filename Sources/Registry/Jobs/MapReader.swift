import Clocks
import Values

/// Reads a map of an entry in which an unknown key is an error.
struct MapReader {
    let map: Value.Map
    private let path: [String]

    /// Every duration in such a map is at least this long.
    private static let shortestDuration = Nanoseconds.milliseconds(1)

    /// `nil` if it is no map, which is an error, as is each unknown key.
    init?(_ value: Value, at path: [String], keys: [String], _ issues: inout EntryDiagnostics) {
        let name = path.joined(separator: ".")
        guard let map = value.map else {
            issues.error("\(name): expected a map, found \(value.phrase)", at: path)
            return nil
        }
        for key in map.keys where !keys.contains(key) {
            issues.error("\(name): unknown key \(KnownKeys.complaint(about: key, keys))", atKey: path + [key])
        }
        (self.map, self.path) = (map, path)
    }

    func name(_ key: String) -> String { (path + [key]).joined(separator: ".") }

    func duration(_ key: String, _ issues: inout EntryDiagnostics) -> Nanoseconds? {
        map[key].flatMap { issues.duration($0, at: path + [key], minimum: Self.shortestDuration) }
    }

    func number(_ key: String, _ range: ClosedRange<Double>, _ issues: inout EntryDiagnostics) -> Double? {
        guard let value = map[key] else { return nil }
        let number: Double? =
            switch value {
            case .int(let int): Double(int)
            case .double(let double): double
            default: nil
            }
        if let number, range.contains(number) { return number }
        let bounds = "\(Int(range.lowerBound)) to \(Int(range.upperBound))"
        issues.error("\(name(key)): expected a number from \(bounds), found \(value.phrase)", at: path + [key])
        return nil
    }

    func count(_ key: String, _ range: ClosedRange<Int>, _ issues: inout EntryDiagnostics) -> Int? {
        guard let value = map[key] else { return nil }
        if let int = value.int, let count = Int(exactly: int), range.contains(count) { return count }
        issues.error(
            "\(name(key)): expected a whole number from \(range.lowerBound) to \(range.upperBound), found \(value.phrase)",
            at: path + [key])
        return nil
    }

    /// How a delay grows: the keys `initial_delay`, `max_delay`, `backoff_factor` and `jitter`.
    func delays(_ delays: inout DelayKeys, _ issues: inout EntryDiagnostics) {
        delays.initial = duration("initial_delay", &issues) ?? delays.initial
        delays.most = duration("max_delay", &issues) ?? delays.most
        delays.factor = number("backoff_factor", 1...100, &issues) ?? delays.factor
        delays.jitter = number("jitter", 0...1, &issues) ?? delays.jitter
        checkOrder(delays, &issues)
    }

    private func checkOrder(_ delays: DelayKeys, _ issues: inout EntryDiagnostics) {
        guard delays.initial > delays.most else { return }
        let isDefault = (initial: map["initial_delay"] == nil, most: map["max_delay"] == nil)
        let initial = DurationText.format(delays.initial) + (isDefault.initial ? " (the default)" : "")
        let most = DurationText.format(delays.most) + (isDefault.most ? " (the default)" : "")
        issues.error(
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
