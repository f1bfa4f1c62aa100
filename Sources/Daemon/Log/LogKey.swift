import Clocks
import Model

/// The keys of the log's records, for what job functions log: their fields stand and look like those of the daemon.
enum LogKey {
    /// All other keys come after these, in alphabetical order.
    private static let ordered =
        [
            "action", "scope", "entry", "by", "uid", "kind", "interval", "schedule", "pid", "thread", "frame", "name",
            "state",
            "call", "wait",
            "registry", "group", "function", "worker", "run", "cause", "attempt", "slot", "lateness_us", "duration_us",
            "outcome", "runs",
            "slots", "first", "last", "count",
        ] + sums + [
            "disabled", "added", "changed", "removed", "unchanged", "location", "note", "path", "controllers",
            "processes", "status", "step", "errno", "after", "for", "at_most", "waiting", "until", "reason",
            "failures", "lines", "bytes", "result", "error", "code", "length", leftOut,
            "retry", "stream", "text", "event",
        ]

    private static let numbers: Set<String> = Set(sums).union([
        "pid", "uid", "thread", "frame", "run", "attempt", "lateness_us", "duration_us", "runs", "slots", "count",
        "disabled",
        "added", "changed", "removed", "unchanged", "errno", "failures", "lines", "bytes", "code", "length", leftOut,
        "waiting",
    ])

    private static let sums = Outcome.allCases.map(\.rawValue) + ["retried", "unknown"]

    /// How many fields of a line that a function logged are not in its record.
    static let leftOut = "left_out"

    /// What every record has of itself.
    private static let own: Set<String> = ["time", "level", "message", leftOut]

    private static let ranks = Dictionary(uniqueKeysWithValues: ordered.enumerated().map { ($1, $0) })

    /// Whether the record has a field of this name itself.
    static func isTaken(_ key: String) -> Bool { own.contains(key) }

    /// Whether the daemon itself gives the field of this name to what a job's function logs.
    static func isOfJobRecord(_ key: String) -> Bool { jobRecord.contains(key) }

    private static let jobRecord: Set<String> = ["entry", "by", "run", "pid"]

    /// Whether the field has nothing that a person needs, as what nearly every run is.
    static func isDetail(_ field: LogFields.Field) -> Bool {
        switch field.key {
        case "slot", "lateness_us", "duration_us", "outcome": true
        case "attempt": field.value == .integer(1)
        case let key: sums.contains(key) && field.value == .integer(0)
        }
    }

    static func isNumber(_ key: String) -> Bool { numbers.contains(key) }

    static func rank(_ key: String) -> Int { ranks[key] ?? .max }

    /// In the order of the keys, whatever order the dictionary has.
    static func fields(_ texts: [String: String]) -> LogFields {
        var fields: LogFields = [:]
        for (_, key) in texts.keys.map({ (rank($0), $0) }).sorted(by: <) {
            fields.add(key, texts[key].map { value(of: key, $0) })
        }
        return fields
    }

    /// A number only where its key is a number's and its text is one.
    static func value(of key: String, _ text: String) -> LogValue {
        isNumber(key) && isInteger(text) ? .digits(text) : .text(text)
    }

    /// As JSON has them: without leading zeros.
    private static func isInteger(_ text: String) -> Bool {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        guard digits.first != UInt8(ascii: "0") || digits.count == 1 else { return false }
        return !digits.isEmpty && digits.allSatisfy(ASCII.isDigit)
    }
}
