import Values

/// A file below the directory of a registry that is not read although its name is, or is nearly, that of one that is.
package struct IgnoredFile: Sendable {
    package enum Reason: Sendable {
        /// No regular file; what it is, in words.
        case special(String)
        /// The suffix has upper-case letters.
        case suffix
    }

    let path: String
    private let reason: Reason

    package init(path: String, _ reason: Reason) { (self.path, self.reason) = (path, reason) }

    var diagnostic: Diagnostic {
        let (note, message): (Note, String) =
            switch reason {
            case .special(let kind): (.specialFile, "ignored: \(kind); expected a regular file")
            case .suffix: (.suffixCase, "ignored: expected a name that ends in .yaml or .yml, in lower case")
            }
        return Diagnostic(.note(note), at: .init(file: path, line: 1, column: 1), message)
    }
}
