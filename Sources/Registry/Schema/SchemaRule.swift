import Model
import Schedules
import Values

/// What JSON Schema says of one value. Rules that stand in many places are named.
enum SchemaRule {
    static let any = Value.bool(true)
    static let nothing = Value.bool(false)
    static let null = type("null")

    static func type(_ names: String..., more: [(String, Value)] = []) -> Value {
        .object([("type", names.count == 1 ? .string(names[0]) : list(names))] + more)
    }

    static func list(_ words: [String]) -> Value { .list(words.map { .string($0) }) }

    static func text(_ pattern: String? = nil, least: Int? = nil, most: Int? = nil) -> Value {
        type(
            "string",
            more: bounds("minLength", least, "maxLength", most) + (pattern.map { [("pattern", .string($0))] } ?? []))
    }

    static func choice(_ words: [String]) -> Value { .object([("enum", list(words))]) }

    static let flag = type("boolean")

    static func integer(_ range: ClosedRange<Int>) -> Value {
        type("integer", more: bounds("minimum", range.lowerBound, "maximum", range.upperBound))
    }

    static func number(_ range: ClosedRange<Double>) -> Value {
        type("number", more: [("minimum", .double(range.lowerBound)), ("maximum", .double(range.upperBound))])
    }

    static func items(_ rule: Value, least: Int? = nil, most: Int? = nil) -> Value {
        type("array", more: [("items", rule)] + bounds("minItems", least, "maxItems", most))
    }

    private static func bounds(_ least: String, _ from: Int?, _ most: String, _ to: Int?) -> [(String, Value)] {
        [(least, from), (most, to)].compactMap { name, bound in bound.map { (name, .int(Int64($0))) } }
    }

    static func either(_ rules: Value...) -> Value { .object([("anyOf", .list(rules))]) }

    /// A default is taken away by it.
    static func orNull(_ rule: Value) -> Value { either(rule, null) }

    // MARK: Maps

    /// With these keys and no others.
    static func map(_ keys: [(String, Value)], required: [String] = []) -> Value {
        type(
            "object",
            more: [("properties", .object(keys)), ("additionalProperties", nothing)] + self.required(required))
    }

    static func required(_ keys: [String]) -> [(String, Value)] {
        keys.isEmpty ? [] : [("required", list(keys))]
    }

    /// What has one of the keys.
    static func has(anyOf keys: [String]) -> Value {
        .object([("anyOf", .list(keys.map { .object(required([$0])) }))])
    }

    // MARK: With names

    static let duration = named("duration")
    static let size = named("size")
    static let entryID = named("entryID")
    static let name = named("name")

    static func named(_ name: String) -> Value { .object([("$ref", .string("#/definitions/\(name)"))]) }

    private static let namePattern = "[A-Za-z0-9_.-]{1,128}"

    static let definitions: [(String, Value)] = [
        ("duration", text(DurationText.pattern)),
        ("size", either(integer(0...Int.max), text(SizeText.pattern))),
        ("entryID", text("^\(namePattern):\(namePattern)$")),
        ("name", text("^\(namePattern)$")),
    ]
}
