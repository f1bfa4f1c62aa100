import Values

/// What a run wrote, line by line.
package enum OutputText {
    /// `isShown`: on a terminal, which would obey what is not meant for it. Elsewhere it is what the run wrote.
    package static func line(_ text: String, isShown: Bool) -> String {
        guard isShown else { return text + "\n" }
        let parts = text.split(separator: "\t", omittingEmptySubsequences: false)
        return parts.map { PrintableText.escape($0) }.joined(separator: "\t") + "\n"
    }
}
