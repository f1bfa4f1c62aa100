/// A job entry as text.
struct JobText {
    var name: String
    var method = "tick"
    /// `nil`: `meta` has a schedule.
    var interval: String? = "1s"
    /// More of `meta`.
    var meta: [String: String] = [:]
    /// What stands beside `kind`.
    var data: [String: String] = [:]
    /// `key: value`, as in `restart: {initial_delay: 100ms}`.
    var lifecycle: [String] = []

    var id: String { "test:\(name)" }

    var text: String {
        var lines = ["  - name: \(name)", "    kind: function.swift", "    method: \(method)", "    meta:"]
        lines += ["      type: cron.job"] + (interval.map { ["      interval: \($0)"] } ?? [])
        lines += meta.sorted { $0.key < $1.key }.map { "      \($0.key): \($0.value)" }
        lines += data.sorted { $0.key < $1.key }.map { "    \($0.key): \($0.value)" }
        if !lifecycle.isEmpty { lines += ["    lifecycle:"] + lifecycle.map { "      \($0)" } }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Workers of this kind are started again soon, and as often as it takes.
    static let quickRestart = ["restart: {initial_delay: 50ms, max_delay: 200ms, max_attempts: 0}"]
    /// A worker of this kind is not started again while a test runs.
    static let noRestart = ["restart: {initial_delay: 1h, max_delay: 1h}"]
}

enum RegistryText {
    static func file(_ jobs: [JobText]) -> String {
        "version: \"1.0\"\nnamespace: test\nentries:\n" + (jobs.isEmpty ? "  []\n" : jobs.map(\.text).joined())
    }
}
