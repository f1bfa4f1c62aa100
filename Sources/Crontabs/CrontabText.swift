import Clocks

/// Tells the sorts of words and lines of a crontab apart.
package enum CrontabText {
    static func trimmed(_ text: some StringProtocol) -> String {
        withoutBlanksAtEnd(text.drop { $0 == " " || $0 == "\t" })
    }

    package static func withoutBlanksAtEnd(_ text: some StringProtocol) -> String {
        let end = text.unicodeScalars.lastIndex { $0 != " " && $0 != "\t" }
        return end.map { String(text[...$0]) } ?? ""
    }

    /// `@reboot` and `@every 10s` have no use for a time zone.
    static func goesByClock(_ schedule: String) -> Bool { schedule != "@reboot" && !schedule.hasPrefix("@every") }

    /// A line that says nothing: `-----`.
    static func isRule(_ comment: String) -> Bool { !comment.contains { $0.isLetter || $0.isNumber } }

    static func isPicture(_ comment: String) -> Bool { isRule(comment) || isColumnHeader(comment) }

    /// A line of those that Debian and others put above the columns to explain them.
    static func isColumnHeader(_ comment: String) -> Bool {
        if comment.hasPrefix("|") || comment.hasPrefix(".-") { return true }
        let words = comment.split { $0 == " " || $0 == "\t" }
        return words.starts(with: ["m", "h"]) || words.starts(with: ["*", "*", "*", "*", "*"])
    }

    /// `2026 …`: other schedulers have a sixth or seventh field for it.
    static func beginsWithYear(_ command: String) -> Bool {
        let word = command.prefix { $0 != " " && $0 != "\t" }
        return word.utf8.count == 4 && (Int(word).map { (1970...2199).contains($0) } ?? false)
    }

    /// A name or a number. `:group`, which some crons take, is part of it.
    package static func isUser(_ word: String) -> Bool {
        guard let first = word.utf8.first, first != UInt8(ascii: "-"), word.utf8.count <= 128 else { return false }
        return word.utf8.allSatisfy { isNameByte($0) }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || byte >= 0x80 || "0123456789_.-$:@\\".utf8.contains(byte)
    }
}
