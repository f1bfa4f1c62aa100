/// What is wrong with an entry, and where: for a reader of the registry to place in its file.
package struct EntryFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The keys that lead there, as in `["command", "2"]`.
    package let path: [String]
    /// About the key itself, not its value.
    package let isAboutKey: Bool
    /// The key that the entry lacks: then `message` says what was expected of it.
    package let missing: String?
    package let message: String

    package init(_ message: String, at path: [String], isAboutKey: Bool = false) {
        (self.path, self.isAboutKey, missing, self.message) = (path, isAboutKey, nil, message)
    }

    package init(missing key: String, _ expectation: String) {
        (path, isAboutKey, missing, message) = ([], false, key, expectation)
    }

    init(_ failure: ExecCommand.Failure) {
        let isMissing = failure.path.isEmpty
        (path, isAboutKey, missing) = (failure.path, failure.isAboutKey, isMissing ? "command" : nil)
        message = isMissing ? String(failure.message.dropFirst("no 'command'; ".count)) : failure.message
    }

    package var description: String { missing.map { "no '\($0)'; \(message)" } ?? message }
}
