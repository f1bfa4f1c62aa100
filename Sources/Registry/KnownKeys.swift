import Values

/// The words of an error about an unknown key.
enum KnownKeys {
    /// A misspelt key is not much longer than the one that was meant.
    private static let longestSlip = 64

    static func nearest(to key: String, _ known: [String]) -> String? {
        key.utf8.count > longestSlip ? nil : NearestName.of(key, among: known)
    }

    /// The known key that `key` is but for one letter: two swapped are one.
    static func slip(of key: String, _ known: [String]) -> String? {
        key.utf8.count > longestSlip ? nil : NearestName.slip(of: key, among: known)
    }

    static func complaint(about key: String, _ known: [String]) -> String {
        let hint = nearest(to: key, known).map { "did you mean '\($0)'?" }
        return "\(PrintableText.quote(key)); " + (hint ?? "expected one of \(known.joined(separator: ", "))")
    }
}
