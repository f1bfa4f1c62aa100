import Clocks
import Model
import Values

/// Reads the keys of a job entry that bound its runs.
struct PolicyReader {
    static let keys = ["concurrency", "kill_after", "overlap", "retry", "timeout"] + HookReader.keys
    private static let shortestDuration = Nanoseconds.milliseconds(1)
    private static let mostAttempts = 1_000
    /// What nobody has more jobs than.
    private static let mostRuns = 1_000_000
    private static let longestGroup = 128

    static func read(_ entry: Entry, _ issues: inout EntryDiagnostics) -> RunPolicy {
        var policy = RunPolicy()
        policy.timeout = duration("timeout", entry, &issues)
        policy.overlap = overlap(entry, &issues) ?? policy.overlap
        if let killAfter = duration("kill_after", entry, &issues) { policy.killAfter = killAfter }
        policy.retry = entry.data["retry"].flatMap { retry($0, &issues) }
        policy.concurrency = entry.data["concurrency"].flatMap { concurrency($0, &issues) }
        policy.hooks = HookReader.read(entry, &issues)
        checkKillAfter(entry, policy, &issues)
        return policy
    }

    private static func duration(_ key: String, _ entry: Entry, _ issues: inout EntryDiagnostics) -> Nanoseconds? {
        entry.data[key].flatMap { issues.duration($0, at: [key], minimum: shortestDuration) }
    }

    private static func overlap(_ entry: Entry, _ issues: inout EntryDiagnostics) -> RunPolicy.Overlap? {
        guard let value = entry.data["overlap"] else { return nil }
        if let overlap = value.string.flatMap(RunPolicy.Overlap.init(rawValue:)) { return overlap }
        let known = RunPolicy.Overlap.allCases.map(\.rawValue).joined(separator: ", ")
        issues.error("overlap: expected one of \(known), found \(value.phrase)", at: ["overlap"])
        return nil
    }

    private static func checkKillAfter(_ entry: Entry, _ policy: RunPolicy, _ issues: inout EntryDiagnostics) {
        guard entry.data["kill_after"] != nil, entry.data["timeout"] == nil, policy.overlap != .replace else { return }
        issues.error(
            "kill_after: nothing ends a run of this job; expected timeout or overlap: replace with it",
            atKey: ["kill_after"])
    }

    // MARK: Retry

    private static func retry(_ value: Value, _ issues: inout EntryDiagnostics) -> RunPolicy.Retry? {
        guard let reader = MapReader(value, at: ["retry"], keys: MapReader.delayKeys + ["on"], &issues) else {
            return nil
        }
        var retry = RunPolicy.Retry()
        reader.delays(&retry.delays, attempts: 2...mostAttempts, &issues)
        if let value = reader.map["on"] { retry.outcomes = outcomes(value, &issues) }
        return retry
    }

    private static func outcomes(_ value: Value, _ issues: inout EntryDiagnostics) -> Set<Outcome> {
        let known = RunPolicy.Retry.possibleOutcomes.map(\.rawValue)
        guard let list = value.list, !list.isEmpty else {
            issues.error(
                "retry.on: expected a list of \(known.joined(separator: ", ")), found \(value.phrase)",
                at: ["retry", "on"])
            return []
        }
        var outcomes: Set<Outcome> = []
        for (index, value) in list.enumerated() {
            guard let name = value.string, known.contains(name), let outcome = Outcome(rawValue: name) else {
                issues.error(
                    "retry.on.\(index): expected one of \(known.joined(separator: ", ")), found \(value.phrase)",
                    at: ["retry", "on", "\(index)"])
                continue
            }
            outcomes.insert(outcome)
        }
        return outcomes
    }

    // MARK: Concurrency

    private static func concurrency(_ value: Value, _ issues: inout EntryDiagnostics) -> RunPolicy.Concurrency? {
        let path = ["concurrency"]
        guard let reader = MapReader(value, at: path, keys: ["group", "max", "wait"], &issues) else { return nil }
        let max = reader.count("max", 1...mostRuns, &issues)
        let wait = reader.duration("wait", &issues)
        for key in ["group", "max"] where reader.map[key] == nil {
            issues.error("concurrency: no '\(key)'; expected as in {group: db, max: 2}", at: path)
        }
        guard let group = reader.map["group"] else { return nil }
        guard let name = group.string, !name.isEmpty, name.utf8.count <= longestGroup else {
            issues.error(
                "concurrency.group: expected a name of at most \(longestGroup) bytes, found \(group.phrase)",
                at: path + ["group"])
            return nil
        }
        return max.map { RunPolicy.Concurrency(group: name, max: $0, wait: wait) }
    }
}
