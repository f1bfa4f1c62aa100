import Model
import Values

/// What may stand under each key beside the kind of a job.
enum KeyRules {
    /// A reader knows a key that the schema does not: a mistake of this program.
    static func rule(of key: String) -> Value {
        guard let rule = rules[key] else { preconditionFailure("no rule in the schema for the key '\(key)'") }
        return rule
    }

    private static let rules: [String: Value] = Dictionary(
        uniqueKeysWithValues: policy + process + surroundings + function + free)

    /// What people say to each other, and what functions are given.
    private static let free: [(String, Value)] = ["args", "comment", "modules"].map { ($0, SchemaRule.any) }

    // MARK: Runs

    private static let policy: [(String, Value)] =
        [
            ("timeout", SchemaRule.duration), ("kill_after", SchemaRule.duration),
            ("overlap", SchemaRule.choice(RunPolicy.Overlap.allCases.map(\.rawValue))),
            ("catch_up", catchUp), ("starting_deadline", SchemaRule.duration),
            ("on_lost", SchemaRule.choice(RunPolicy.OnLost.allCases.map(\.rawValue))),
            ("claim", SchemaRule.flag), ("history", history), ("concurrency", concurrency), ("retry", retry),
            ("lifecycle", lifecycle),
            ("output", keys(PolicyReader.outputKeys, SchemaRule.integer(0...OutputBounds.mostLines))),
        ] + hooks

    private static let catchUpSlots = SchemaRule.choice(RunPolicy.CatchUp.Slots.allCases.map(\.rawValue))

    private static let catchUp = SchemaRule.either(
        catchUpSlots,
        SchemaRule.map(
            [
                ("slots", catchUpSlots), ("max", SchemaRule.integer(1...PolicyReader.mostCaughtUp)),
                ("spread", SchemaRule.duration),
            ], required: ["slots"]))

    private static let history = SchemaRule.map([
        ("runs", SchemaRule.integer(HistoryReader.runs)), ("failures", SchemaRule.integer(HistoryReader.failures)),
        ("age", SchemaRule.duration),
        ("output", SchemaRule.choice(RunPolicy.History.Output.allCases.map(\.rawValue))),
        ("text", SchemaRule.choice(RunPolicy.History.Text.allCases.map(\.rawValue))),
    ])

    private static let concurrency = SchemaRule.map(
        [
            ("group", SchemaRule.text(least: 1, most: PolicyReader.longestGroup)),
            ("max", SchemaRule.integer(1...PolicyReader.mostRuns)), ("wait", SchemaRule.duration),
        ], required: PolicyReader.requiredOfConcurrency)

    private static let retry = SchemaRule.map(
        delays(2...PolicyReader.mostAttempts) + [
            ("on", SchemaRule.items(SchemaRule.choice(RunPolicy.Retry.possibleOutcomes.map(\.rawValue)), least: 1))
        ])

    private static let lifecycle = SchemaRule.map(
        [
            ("restart", SchemaRule.orNull(SchemaRule.map(nullable(delays(0...LifecycleReader.mostAttempts))))),
            ("stable_threshold", SchemaRule.orNull(SchemaRule.duration)),
            ("stop_timeout", SchemaRule.orNull(SchemaRule.duration)),
        ] + LifecycleReader.foreignKeys.map { ($0, SchemaRule.any) })

    private static func delays(_ attempts: ClosedRange<Int>) -> [(String, Value)] {
        DelayReader.keys.map { key in
            switch key {
            case "backoff_factor": (key, SchemaRule.number(DelayReader.factors))
            case "jitter": (key, SchemaRule.number(DelayReader.jitters))
            case "max_attempts": (key, SchemaRule.integer(attempts))
            default: (key, SchemaRule.duration)
            }
        }
    }

    private static let hooks: [(String, Value)] = HookReader.keys.map { key in
        let function = ("function", SchemaRule.entryID)
        switch key {
        case "on_failure":
            let failures = ("failures", SchemaRule.integer(1...HookReader.mostFailures))
            return (key, hook([function, failures, ("remind", SchemaRule.duration)]))
        case "on_short":
            return (key, SchemaRule.map([function, ("under", SchemaRule.duration)], required: ["under", "function"]))
        case "ping": return (key, ping)
        case "on_late": return (key, hook([function, ("after", SchemaRule.duration)]))
        case "on_long":
            return (key, SchemaRule.map([function, ("after", SchemaRule.duration)], required: ["after", "function"]))
        default: return (key, hook([function]))
        }
    }

    private static let url = SchemaRule.text(least: 1, most: PingReader.longestURL)
    private static let ping = SchemaRule.either(
        url,
        SchemaRule.map(
            [
                ("url", url), ("function", SchemaRule.entryID), ("every", SchemaRule.duration),
                ("events", SchemaRule.items(SchemaRule.choice(PingEvent.allCases.map(\.rawValue)), least: 1)),
            ], required: ["url"]))

    private static func hook(_ keys: [(String, Value)]) -> Value {
        SchemaRule.either(SchemaRule.entryID, SchemaRule.map(keys, required: ["function"]))
    }

    // MARK: The process

    /// A name or a number.
    private static let account = SchemaRule.type("string", "integer")

    private static let process: [(String, Value)] = [
        ("user", account), ("group", account), ("supplementary_groups", SchemaRule.items(account)),
        ("umask", SchemaRule.text("^[0-7]{1,4}$")), ("nice", SchemaRule.integer(ProcessReader.niceRange)),
        ("oom_score_adj", SchemaRule.integer(ProcessReader.scoreRange)), ("no_new_privileges", SchemaRule.flag),
        ("limits", SchemaRule.map(nullable(limits))),
    ]

    private static let limits: [(String, Value)] =
        ProcessSettings.Limit.Resource.allCases.map { ($0.rawValue, limit($0)) }
        + GroupLimitsReader.keys.map { key in
            (key, key == GroupLimitsReader.processors ? SchemaRule.number(GroupLimitsReader.range) : SchemaRule.size)
        }

    private static func limit(_ resource: ProcessSettings.Limit.Resource) -> Value {
        switch resource {
        case .cpuTime: SchemaRule.duration
        case .openFiles, .processes: SchemaRule.integer(1...ProcessReader.mostCounted)
        case .addressSpace, .fileSize, .core: SchemaRule.size
        }
    }

    private static let path = SchemaRule.text(least: 1)

    private static let surroundings: [(String, Value)] = [
        ("working_directory", path),
        ("environment", SchemaRule.type("object", more: [("additionalProperties", scalar)])),
        ("environment_file", SchemaRule.either(path, SchemaRule.items(path, most: EnvironmentReader.mostFiles))),
        ("environment_inherit", SchemaRule.flag),
    ]

    private static let scalar = SchemaRule.type("string", "number", "boolean", "null")

    // MARK: The function

    private static let function: [(String, Value)] = [
        ("method", SchemaRule.text(least: 1, most: EntryFunction.longestMethod)),
        ("source", SchemaRule.text("^(file://.+|\(CompanionFunction.program))$")),
        (
            "imports",
            SchemaRule.either(
                SchemaRule.null, SchemaRule.items(SchemaRule.any, most: 0),
                SchemaRule.type("object", more: [("additionalProperties", SchemaRule.entryID)]))
        ),
        (
            "command",
            SchemaRule.either(
                SchemaRule.text(least: 1),
                SchemaRule.items(
                    SchemaRule.type("string", "number", "boolean"), least: 1, most: ExecCommand.mostArguments))
        ),
        ("shell", SchemaRule.text("^/")), ("stdin", SchemaRule.type("string")),
        ("success_codes", SchemaRule.items(SchemaRule.integer(0...255), least: 1)),
        (
            "leftovers",
            SchemaRule.either(
                SchemaRule.choice(["kill", "leave"]),
                SchemaRule.map([("leave", SchemaRule.duration)], required: ["leave"]))
        ),
    ]

    private static func keys(_ names: [String], _ rule: Value) -> Value { SchemaRule.map(names.map { ($0, rule) }) }

    private static func nullable(_ keys: [(String, Value)]) -> [(String, Value)] {
        keys.map { ($0.0, SchemaRule.orNull($0.1)) }
    }
}
