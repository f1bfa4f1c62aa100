import Clocks
import Model
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

    static let delayKeys = ["backoff_factor", "initial_delay", "jitter", "max_attempts", "max_delay"]

    /// How delays grow, and how many attempts there are.
    func delays(_ rule: inout DelayRule, attempts: ClosedRange<Int>, _ issues: inout EntryDiagnostics) {
        rule.initialDelay = duration("initial_delay", &issues) ?? rule.initialDelay
        rule.maxDelay = duration("max_delay", &issues) ?? rule.maxDelay
        rule.backoffFactor = number("backoff_factor", 1...100, &issues) ?? rule.backoffFactor
        rule.jitter = number("jitter", 0...1, &issues) ?? rule.jitter
        checkOrder(rule, &issues)
        rule.maxAttempts = count("max_attempts", attempts, &issues) ?? rule.maxAttempts
    }

    private func checkOrder(_ rule: DelayRule, _ issues: inout EntryDiagnostics) {
        guard rule.initialDelay > rule.maxDelay else { return }
        let isDefault = (initial: map["initial_delay"] == nil, most: map["max_delay"] == nil)
        let initial = DurationText.format(rule.initialDelay) + (isDefault.initial ? " (the default)" : "")
        let most = DurationText.format(rule.maxDelay) + (isDefault.most ? " (the default)" : "")
        issues.error(
            "\(path.joined(separator: ".")): initial_delay \(initial) is above max_delay \(most); expected at most that",
            at: path + [isDefault.initial ? "max_delay" : "initial_delay"])
    }
}
