import Schedules
import Values

/// What may stand in the `meta` of a job.
enum MetaRules {
    static let keys: [(String, Value)] = JobKeys.metaKeys.map { ($0, rule(of: $0)) }

    private static func rule(of key: String) -> Value {
        switch key {
        case "align", "at_start", "enabled": SchemaRule.flag
        case "interval": SchemaRule.duration
        case "schedule": SchemaRule.text(least: 1)
        case "seconds": SchemaRule.choice(ScheduleReader.secondsWords)
        case "starts_at", "ends_at": SchemaRule.text("^[0-9]{4}-")
        case "jitter", "splay": SchemaRule.orNull(SchemaRule.duration)
        case "timezone": SchemaRule.orNull(SchemaRule.type("string"))
        default: SchemaRule.any
        }
    }

    static var rule: Value {
        SchemaRule.type(
            "object",
            more: [
                ("properties", .object(keys)),
                (
                    "patternProperties",
                    .object([(SlipPattern.of(JobKeys.metaKeys, others: ["type"]), SchemaRule.nothing)])
                ),
                ("oneOf", .list(JobKeys.ruleKeys.map { .object(SchemaRule.required([$0])) })),
                ("allOf", .list([excluding("seconds", with: "interval"), excluding("align", with: "schedule")])),
            ])
    }

    private static func excluding(_ key: String, with other: String) -> Value {
        .object([
            ("if", .object(SchemaRule.required([other]))),
            ("then", .object([("properties", .object([(key, SchemaRule.nothing)]))])),
        ])
    }
}
