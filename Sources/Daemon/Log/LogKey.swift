import Model

/// The keys of the log's records: in which order they stand, and which have numbers for values.
enum LogKey {
    /// All other keys come after these, in alphabetical order.
    private static let ordered =
        [
            "entry", "kind", "interval", "schedule", "pid", "thread", "frame", "name", "state", "call", "wait",
            "registry",
            "function", "worker", "run", "attempt", "slot",
            "lateness_us",
            "duration_us", "outcome", "runs", "count",
        ] + outcomes + [
            "added", "changed", "removed", "unchanged", "location", "path", "controllers", "processes", "status",
            "step",
            "errno", "after", "failures", "lines",
            "bytes", "result", "error", "length", "retry", "stream", "text", "event",
        ]

    private static let numbers: Set<String> = Set(outcomes).union([
        "pid", "thread", "frame", "run", "attempt", "lateness_us", "duration_us", "runs", "count", "added", "changed",
        "removed", "unchanged", "errno",
        "failures", "lines", "bytes", "length",
    ])

    private static let outcomes = Outcome.allCases.map(\.rawValue)

    /// What every record has of itself.
    private static let own: Set<String> = ["time", "level", "message"]

    private static let ranks = Dictionary(uniqueKeysWithValues: ordered.enumerated().map { ($1, $0) })

    /// Whether the record has a field of this name itself.
    static func isTaken(_ key: String) -> Bool { own.contains(key) }

    static func isNumber(_ key: String) -> Bool { numbers.contains(key) }

    static func rank(_ key: String) -> Int { ranks[key] ?? .max }
}
