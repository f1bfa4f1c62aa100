import Values

/// A job entry as text.
struct JobText {
    var name: String
    var kind = "function.swift"
    /// `nil`: its kind has none.
    var method: String? = "tick"
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
        var lines = ["  - name: \(name)", "    kind: \(kind)"] + (method.map { ["    method: \($0)"] } ?? [])
        lines += ["    meta:"]
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

extension JobText {
    /// Of a Lua file beside the registry's.
    static func lua(
        _ name: String, _ method: String, in file: String = "jobs.lua", interval: String = "100ms",
        data: [String: String] = [:]
    ) -> JobText {
        let data = data.merging(["source": "file://\(file)"]) { $1 }
        return JobText(name: name, kind: "function.lua", method: method, interval: interval, data: data)
    }

    /// A text for the shell. Without an interval it runs once, when the daemon starts.
    static func shell(
        _ name: String, _ command: String, interval: String? = nil, data: [String: String] = [:]
    ) -> JobText {
        exec(name, RegistryText.quoted(command), interval: interval, data: data)
    }

    /// A program and its arguments.
    static func program(
        _ name: String, _ words: [String], interval: String? = nil, data: [String: String] = [:]
    ) -> JobText {
        let list = words.map(RegistryText.quoted).joined(separator: ", ")
        return exec(name, "[\(list)]", interval: interval, data: data)
    }

    private static func exec(
        _ name: String, _ command: String, interval: String?, data: [String: String]
    ) -> JobText {
        JobText(
            name: name, kind: "function.exec", method: nil, interval: interval,
            meta: interval == nil ? ["schedule": "'@reboot'", "at_start": "true"] : [:],
            data: data.merging(["command": command]) { $1 })
    }
}

enum RegistryText {
    /// A string in YAML, whose quoted strings are JSON's and more.
    static func quoted(_ text: String) -> String { JSONString.quoted(text) }

    static func file(_ jobs: [JobText]) -> String {
        "version: \"1.0\"\nnamespace: test\nentries:\n" + (jobs.isEmpty ? "  []\n" : jobs.map(\.text).joined())
    }
}
