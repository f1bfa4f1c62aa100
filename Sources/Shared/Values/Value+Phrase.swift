extension Value {
    /// What it is, for a message that says what was found.
    package var phrase: String {
        switch self {
        case .null: "nothing"
        case .bool(let bool): "the boolean \(bool)"
        case .int, .double: "the number \(scalarText ?? "")"
        case .string(let string): "the string \(PrintableText.quote(string))"
        case .list: "a list"
        case .map: "a map"
        }
    }

    /// As `phrase`, without what it says.
    package var kindPhrase: String {
        switch self {
        case .null: "nothing"
        case .bool: "a boolean"
        case .int, .double: "a number"
        case .string: "a string"
        case .list: "a list"
        case .map: "a map"
        }
    }
}
