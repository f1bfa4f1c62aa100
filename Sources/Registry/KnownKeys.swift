import Values

/// The words of an error about an unknown key.
enum KnownKeys {
    /// A misspelt key is not much longer than the one that was meant.
    private static let longestSlip = 64
    /// More are not read, and of so many the nearest are shown.
    private static let mostShown = 10
    private static let nearestShown = 5

    /// For people, and for anchors.
    static func isFree(_ key: String) -> Bool { key.hasPrefix("x-") }

    static func nearest(to key: String, _ known: [String]) -> String? {
        key.utf8.count > longestSlip ? nil : NearestName.of(key, among: known)
    }

    /// The known key that `key` is but for one letter: two swapped are one.
    static func slip(of key: String, _ known: [String]) -> String? {
        key.utf8.count > longestSlip ? nil : NearestName.slip(of: key, among: known)
    }

    static func complaint(about key: String, _ known: [String]) -> String {
        let hint = nearest(to: key, known).map { "did you mean '\($0)'?" }
        return "\(PrintableText.quote(key)); " + (hint ?? "expected one of \(list(nearestTo: key, known))")
    }

    private static func list(nearestTo key: String, _ known: [String]) -> String {
        guard known.count > mostShown else { return known.joined(separator: ", ") }
        let shown =
            key.utf8.count > longestSlip
            ? Array(known.prefix(nearestShown)) : NearestName.nearest(nearestShown, to: key, among: known)
        return shown.joined(separator: ", ") + " and \(known.count - shown.count) more"
    }
}
