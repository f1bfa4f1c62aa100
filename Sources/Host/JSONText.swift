import Values

/// A JSON value to be written (RFC 8259), its members in the order in which they are given.
package indirect enum JSONText {
    case null
    case bool(Bool)
    case string(String)
    case number(Int)
    /// JSON has no word for NaN and the infinities: they become strings, as YAML writes them.
    case double(Double)
    case array([JSONText])
    case object([(String, JSONText)])

    package var text: String {
        switch self {
        case .null: "null"
        case .bool(let bool): bool ? "true" : "false"
        case .string(let string): JSONString.quoted(string)
        case .number(let number): String(number)
        case .double(let double): Self.text(of: double)
        case .array(let elements): "[\(elements.map(\.text).joined(separator: ","))]"
        case .object(let members):
            "{\(members.map { "\(JSONString.quoted($0)):\($1.text)" }.joined(separator: ","))}"
        }
    }

    private static func text(of double: Double) -> String {
        double.isFinite ? "\(double)" : JSONString.quoted(Value.double(double).scalarText ?? "")
    }
}
