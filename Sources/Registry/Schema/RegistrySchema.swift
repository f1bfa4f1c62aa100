package import Values

/// What a registry file may look like, as a JSON Schema (draft 7), for editors. It is made of the tables that the reader
/// uses. What it cannot say is left to `cronsupd --check`: what follows from other files, from the machine, from two keys
/// together or from a misspelling of more than one letter.
package enum RegistrySchema {
    package static let document: Value = .object([
        ("$schema", .string("http://json-schema.org/draft-07/schema#")),
        ("title", .string("A registry file of cronsupd")),
        ("type", .string("object")),
        ("required", SchemaRule.list(["namespace"])),
        (
            "properties",
            .object([
                ("namespace", SchemaRule.name), ("version", version), ("apiVersion", SchemaRule.nothing),
            ])
        ),
        ("if", .object(SchemaRule.required(["entries"]))),
        ("then", file),
        ("else", EntryRules(beside: DefinitionFile.headKeys).rule),
        ("definitions", .object(SchemaRule.definitions + [("jobMeta", MetaRules.rule)])),
    ])

    /// As JSON, to be read by people too.
    package static var text: String { IndentedJSON.text(of: document) + "\n" }

    private static let version = SchemaRule.either(SchemaRule.text(least: 1), SchemaRule.type("number"))

    private static let file: Value = {
        let meta = FileMeta.ownKeys.map { ($0, SchemaRule.nothing) }
        let rules: [String: Value] = [
            "entries": SchemaRule.items(EntryRules(beside: []).rule),
            "meta": SchemaRule.type("object", "null", more: [("properties", .object(meta))]),
        ]
        return .object([
            ("properties", .object(DefinitionFile.knownKeys.map { ($0, rules[$0] ?? SchemaRule.any) })),
            ("patternProperties", .object([("^x-", SchemaRule.any)])), ("additionalProperties", SchemaRule.nothing),
        ])
    }()
}

/// Maps and lists over several lines.
private enum IndentedJSON {
    static func text(of value: Value, indent: String = "") -> String {
        let inner = indent + "  "
        switch value {
        case .list(let list) where list.contains { $0.map != nil }:
            return "[\n" + list.map { inner + text(of: $0, indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
        case .map(let map) where !map.isEmpty:
            let members = zip(map.keys, map.values).map { key, value in
                "\(inner)\(JSONCoding.output(.string(key))): \(text(of: value, indent: inner))"
            }
            return "{\n" + members.joined(separator: ",\n") + "\n\(indent)}"
        default: return JSONCoding.output(value)
        }
    }
}
