import Values

/// Why a search could not be made.
package enum FindFailure: Error, Hashable, Sendable {
    /// `hint` begins with a semicolon or is empty.
    case unknownKey(String, hint: String)
    case tooDeep(String)
    /// A criterion that is a list or a map, as `found` says.
    case notScalar(key: String, found: String)
    case invalidPattern(key: String, pattern: String, problem: String)

    package var message: String {
        switch self {
        case .unknownKey(let key, let hint):
            "unknown criterion \(PrintableText.quote(key)); expected .kind, .name, .ns, .id or meta.<key>\(hint)"
        case .tooDeep(let key):
            "criterion \(PrintableText.quote(key)): expected at most \(Criterion.longestPath) steps between dots"
        case .notScalar(let key, let found):
            "criterion \(PrintableText.quote(key)): expected a text, a number or a boolean, found \(found)"
        case .invalidPattern(let key, let pattern, let problem):
            "criterion \(PrintableText.quote(key)): \(PrintableText.quote(pattern)) is no regular expression: "
                + PrintableText.escape(problem, limit: 200)
        }
    }
}
