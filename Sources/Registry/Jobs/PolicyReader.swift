import Clocks
import Shared

/// Reads the keys of a job entry that bound its runs.
struct PolicyReader {
    static let keys = ["kill_after", "overlap", "timeout"]
    private static let shortestDuration = Nanoseconds.milliseconds(1)

    static func read(_ entry: Entry, _ log: inout EntryLog) -> RunPolicy {
        var policy = RunPolicy()
        policy.timeout = duration("timeout", entry, &log)
        policy.overlap = overlap(entry, &log) ?? policy.overlap
        if let killAfter = duration("kill_after", entry, &log) { policy.killAfter = killAfter }
        checkKillAfter(entry, policy, &log)
        return policy
    }

    private static func duration(_ key: String, _ entry: Entry, _ log: inout EntryLog) -> Nanoseconds? {
        entry.data[key].flatMap { log.duration($0, at: [key], minimum: shortestDuration) }
    }

    private static func overlap(_ entry: Entry, _ log: inout EntryLog) -> RunPolicy.Overlap? {
        guard let value = entry.data["overlap"] else { return nil }
        if let overlap = value.string.flatMap(RunPolicy.Overlap.init(rawValue:)) { return overlap }
        let known = RunPolicy.Overlap.allCases.map(\.rawValue).joined(separator: ", ")
        log.error("overlap: expected one of \(known), found \(value.phrase)", at: ["overlap"])
        return nil
    }

    private static func checkKillAfter(_ entry: Entry, _ policy: RunPolicy, _ log: inout EntryLog) {
        guard entry.data["kill_after"] != nil, entry.data["timeout"] == nil, policy.overlap != .replace else { return }
        log.error(
            "kill_after: nothing ends a run of this job; expected timeout or overlap: replace with it",
            atKey: ["kill_after"])
    }
}
