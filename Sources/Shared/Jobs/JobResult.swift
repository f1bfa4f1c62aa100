public import Values

/// The result of a run: a text in one line for people, such as `7 files removed`, or any value for a function that
/// calls the function. The log has room for somewhat less than 4,096 bytes of its `text`; a caller gets all of the
/// `value`.
public struct JobResult: Hashable, Sendable, ExpressibleByStringInterpolation {
    public let value: Value

    public init(_ text: String) { value = .string(text) }
    public init(_ value: Value) { self.value = value }
    public init(stringLiteral text: String) { value = .string(text) }

    /// For the log: a list or a map as JSON, nothing for null. Lists and maps can be 128 deep inside each other.
    public var text: String {
        switch value {
        case .null: ""
        case .list, .map: (try? JSONCoding.text(of: value)) ?? "a value too deep for JSON"
        default: value.scalarText ?? ""
        }
    }
}
