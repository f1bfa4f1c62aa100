import Clocks
import Values

/// Finds a name for a command: that of the program that matters.
enum CommandName {
    private static let longest = 64
    /// What stands before the program that matters, each with its arguments up to the next `&&`, `||`, `;` or `|`.
    private static let preludes: Set<String> = [
        ":", "[", "[[", "cd", "command", "export", "set", "sleep", "source", "test", "true", "ulimit", "umask", ".",
    ]
    /// What stands directly before the program that matters.
    private static let wrappers: Set<String> = [
        "!", "chronic", "do", "else", "env", "exec", "flock", "if", "ionice", "nice", "nohup", "setsid", "sudo", "then",
        "time", "timeout",
    ]
    private static let interpreters: Set<String> = [
        "bash", "dash", "node", "perl", "php", "python", "python3", "ruby", "sh", "zsh",
    ]
    private static let endings = [".sh", ".bash", ".py", ".pl", ".php", ".rb", ".js"]

    static func of(_ command: String) -> String {
        let programs = ShellWords.parts(of: command).compactMap(program)
        // A script in the command itself says less than a program.
        let chosen = programs.first { $0.isNamed } ?? programs.first
        return valid(chosen?.word ?? ShellWords.parts(of: command).first?.first ?? "") ?? "job"
    }

    /// As far as it can be a name of an entry.
    static func valid(_ word: String) -> String? {
        let bare = word.filter { !"'\"`(){}$".contains($0) }
        var name = bare.split(separator: "/").last.map(String.init) ?? ""
        for ending in endings where name.hasSuffix(ending) { name.removeLast(ending.count) }
        let bytes = name.utf8.prefix(longest).map { isNameByte($0) ? $0 : UInt8(ascii: "-") }
        let trimmed = bytes.drop { $0 == UInt8(ascii: "-") }
        let end = trimmed.lastIndex { $0 != UInt8(ascii: "-") }
        return end.map { String(decoding: trimmed[...$0], as: UTF8.self) }
    }

    /// Not a dot: it parts the components of a name.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte != UInt8(ascii: ".") && EntryID.isValidName(String(decoding: [byte], as: UTF8.self))
    }

    /// The first word that is one; `nil`, if the part is a prelude to another.
    private static func program(_ words: [String]) -> (word: String, isNamed: Bool)? {
        var words = words[...]
        while let word = words.first, isBefore(word) {
            words.removeFirst()
            // flock(1) has a file before its command.
            if last(word) == "flock" { words = words.drop { $0.hasPrefix("-") }.dropFirst() }
        }
        guard let word = words.first, !preludes.contains(word) else { return nil }
        guard interpreters.contains(last(word)) else { return (word, true) }
        guard let script = words.dropFirst().first, !script.hasPrefix("-") else { return (word, false) }
        return (script, true)
    }

    private static func last(_ word: String) -> String { word.split(separator: "/").last.map(String.init) ?? word }

    /// A wrapper, an option, its number or a variable.
    private static func isBefore(_ word: String) -> Bool {
        wrappers.contains(last(word)) || word.hasPrefix("-") || isNumber(word) || word.utf8.contains(UInt8(ascii: "="))
    }

    /// `10`, `5m`.
    private static func isNumber(_ word: String) -> Bool {
        let digits = word.utf8.drop(while: ASCII.isDigit)
        return digits.count < word.utf8.count && (digits.isEmpty || ["s", "m", "h", "d"].contains(Substring(digits)))
    }
}
