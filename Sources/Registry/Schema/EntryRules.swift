import Model
import Schedules
import Values

/// What an entry may look like.
struct EntryRules {
    /// The keys of the file that stand beside those of an entry which is alone in it.
    let beside: [String]

    private static let ownKeys = ["name", "kind", "meta"]
    private var outside: [(String, Value)] { (Self.ownKeys + beside).map { ($0, SchemaRule.any) } }

    var rule: Value {
        SchemaRule.type(
            "object",
            more: [
                ("required", SchemaRule.list(["name", "kind"])),
                (
                    "properties",
                    .object([
                        ("name", SchemaRule.name), ("kind", SchemaRule.text(least: 1)),
                        ("meta", SchemaRule.type("object", "null")),
                    ])
                ),
                (
                    "allOf",
                    .list([
                        job, when(kind: CrontabEntries.kind, then: wrapped(crontab)),
                        when(kind: JobDefaults.kind, then: defaults),
                    ])
                ),
            ])
    }

    // MARK: Jobs

    private var job: Value {
        let kinds = FunctionKind.allCases.map { when(kind: $0.rawValue, then: wrapped(keys(of: $0))) }
        return .object([
            ("if", Self.isJob),
            (
                "then",
                .object([
                    (
                        "properties",
                        .object([
                            ("kind", SchemaRule.choice(FunctionKind.allCases.map(\.rawValue))),
                            ("meta", SchemaRule.named("jobMeta")),
                        ])
                    ),
                    ("allOf", .list(kinds)),
                ])
            ),
        ])
    }

    private static let isJob: Value = {
        let type = Value.object([("const", .string(Entry.jobType))])
        let types = Value.object([("type", .string("array")), ("contains", type)])
        let meta = Value.object([
            ("type", .string("object")), ("required", SchemaRule.list(["type"])),
            ("properties", .object([("type", SchemaRule.either(type, types))])),
        ])
        return .object([
            ("required", SchemaRule.list(["meta"])), ("properties", .object([("meta", meta)])),
        ])
    }()

    private func when(kind: String, then rule: Value) -> Value {
        let condition = Value.object([("kind", .object([("const", .string(kind))]))])
        return .object([
            ("if", .object([("required", SchemaRule.list(["kind"])), ("properties", condition)])), ("then", rule),
        ])
    }

    /// The keys that are a kind's, which may stand in `data`.
    private struct Keys {
        var rules: [(String, Value)]
        var required: [String] = []
        /// Of those that begin so, and those that look so.
        var patterns: [(String, Value)] = []
        /// Others are errors.
        var isClosed = true
    }

    private func keys(of kind: FunctionKind) -> Keys {
        let known = JobKeys.known(of: kind)
        var keys = Keys(rules: known.map { ($0, SchemaRule.orNull(KeyRules.rule(of: $0))) })
        keys.required = EntryFunction.requiredKeys(of: kind)
        keys.rules = keys.rules.map { keys.required.contains($0.0) ? ($0.0, KeyRules.rule(of: $0.0)) : $0 }
        if kind == .exec {
            keys.rules += JobKeys.foreignKeys.filter { !known.contains($0) }.map { ($0, SchemaRule.any) }
            keys.patterns = [(Self.freePattern, SchemaRule.any)]
        } else {
            // A function may have keys of its own, unless they look like misspelt keys of ours.
            let others = Self.ownKeys + beside + [DataWrapper.key] + Schedule.metaKeys
            keys.patterns = [(SlipPattern.of(known, others: others), SchemaRule.nothing)]
            keys.isClosed = false
        }
        return keys
    }

    private static let freePattern = "^x-"

    /// Beside the kind, or where that has none of the function's keys in `data`.
    private func wrapped(_ keys: Keys) -> Value {
        let function = DataWrapper.functionKeys
        let inner = Value.object([
            ("type", .string("object")), ("anyOf", SchemaRule.has(anyOf: function)["anyOf"] ?? .null),
        ])
        let isWrapped = Value.object([
            ("required", SchemaRule.list([DataWrapper.key])), ("properties", .object([(DataWrapper.key, inner)])),
            ("not", SchemaRule.has(anyOf: function)),
        ])
        var rest = keys
        rest.required = []
        let wrapper = [(DataWrapper.key, Self.rule(of: keys, []))]
        return .object([
            ("if", isWrapped), ("then", Self.rule(of: rest, outside + wrapper)), ("else", Self.rule(of: keys, outside)),
        ])
    }

    private static func rule(of keys: Keys, _ outside: [(String, Value)]) -> Value {
        .object(
            SchemaRule.required(keys.required) + [("properties", .object(keys.rules + outside))]
                + (keys.patterns.isEmpty ? [] : [("patternProperties", .object(keys.patterns))])
                + (keys.isClosed ? [("additionalProperties", SchemaRule.nothing)] : []))
    }

    // MARK: Other kinds

    private var crontab: Keys {
        let rules = CrontabEntries.keys.map { key in
            switch key {
            case "format": (key, SchemaRule.choice(CrontabEntries.formats))
            case "user": (key, SchemaRule.type("string"))
            default: (key, KeyRules.rule(of: key))
            }
        }
        return Keys(rules: rules, required: ["source"], patterns: [(Self.freePattern, SchemaRule.any)])
    }

    private var defaults: Value {
        let keys = Keys(
            rules: DefaultsReader.keys.map { ($0, KeyRules.rule(of: $0)) },
            patterns: [(Self.freePattern, SchemaRule.any)])
        let ofJobs = Schedule.metaKeys.filter { !JobDefaults.metaKeys.contains($0) }
        let meta =
            MetaRules.keys.filter { JobDefaults.metaKeys.contains($0.0) } + ofJobs.map { ($0, SchemaRule.nothing) }
        return .object([
            ("allOf", .list([Self.rule(of: keys, outside)])),
            ("properties", .object([("meta", .object([("properties", .object(meta))]))])),
        ])
    }
}
