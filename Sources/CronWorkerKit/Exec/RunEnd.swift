package import Model

/// What a run came to.
package struct RunEnd {
    package let outcome: Outcome
    /// The result, or the error.
    package let text: String
    /// With which its command exited, where that is its error.
    package var code: Int64?
    /// It says itself that another attempt does not help.
    package var isFinal = false
}

extension RunEnd {
    /// In bytes. An alert and a table have room for so much; the line itself is in the log.
    private static let longestError = 200

    /// Of a command that failed. `line`: the last that it wrote.
    static func failed(_ status: String, _ line: String, code: Int64?) -> RunEnd {
        RunEnd(outcome: .failed, text: line.isEmpty ? status : cut("\(status): \(line)"), code: code)
    }

    /// At a scalar's boundary, not a character's: a character may be of any length.
    private static func cut(_ text: String) -> String {
        let (utf8, mark) = (text.utf8, "…")
        guard utf8.count > longestError else { return text }
        var end = utf8.index(utf8.startIndex, offsetBy: longestError - mark.utf8.count)
        while utf8[end] & 0xC0 == 0x80 { utf8.formIndex(before: &end) }
        return text[..<end] + mark
    }
}
