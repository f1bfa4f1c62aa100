package import Values

/// Reads what `source` says: a file's path.
package enum SourcePath {
    private static let scheme = "file://"

    package static func read(_ value: Value, example: String, directory: String) -> Result<String, EntryFailure> {
        guard let text = value.string, text.hasPrefix(scheme), text.utf8.count > scheme.utf8.count else {
            return failure("source: expected a file such as \(example), found \(value.phrase)")
        }
        guard !text.utf8.contains(0) else {
            return failure("source: a path has no NUL; expected a file such as \(example)")
        }
        let path = String(text.dropFirst(scheme.count))
        let most = EntryFunction.longestSource
        guard path.utf8.count <= most else {
            return failure("source: path of \(path.utf8.count) bytes; expected at most \(most)")
        }
        return .success(RegistryPath.resolve(path, in: directory))
    }

    private static func failure(_ message: String) -> Result<String, EntryFailure> {
        .failure(EntryFailure(message, at: ["source"]))
    }
}
