package import Model
import Values

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

    private static func cut(_ text: String) -> String {
        let mark = "…"
        guard text.utf8.count > longestError else { return text }
        return text[...].beginning(bytes: longestError - mark.utf8.count) + mark
    }
}
