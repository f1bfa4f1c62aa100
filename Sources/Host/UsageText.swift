/// What ArgumentParser says of a command line, whose usage is one line, however long.
package enum UsageText {
    private static let titles = ["USAGE: ", "Usage: "]

    /// With the usage in lines of at most `width` columns.
    package static func fitted(_ text: String, width: Int?) -> String {
        guard let width else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { fitted(line: $0, width) }
            .joined(separator: "\n")
    }

    private static func fitted(line: Substring, _ width: Int) -> String {
        guard let title = titles.first(where: { line.hasPrefix($0) }), line.count > width else { return String(line) }
        let parts = parts(line.dropFirst(title.count))
        // What follows begins below the first argument.
        let command = parts.prefix { $0.first?.isLetter == true }
        let indent = String(
            repeating: " ", count: min(title.count + command.joined(separator: " ").count + 1, width / 2))
        var lines = [title + command.joined(separator: " ")]
        for part in parts.dropFirst(command.count) {
            if lines[lines.count - 1].count + 1 + part.count <= width {
                lines[lines.count - 1] += " " + part
            } else {
                lines.append(indent + part)
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Words, those in brackets together.
    private static func parts(_ text: Substring) -> [String] {
        var parts: [String] = []
        var depth = 0
        for word in text.split(separator: " ") {
            // `<path> ...` is one.
            if depth > 0 || word == "...", !parts.isEmpty {
                parts[parts.count - 1] += " " + word
            } else {
                parts.append(String(word))
            }
            depth += word.count { $0 == "[" } - word.count { $0 == "]" }
        }
        return parts
    }
}
