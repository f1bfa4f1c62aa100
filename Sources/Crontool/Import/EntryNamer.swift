import Values

/// Finds a name for a command, and a new one each time.
struct EntryNamer {
    private var used: Set<String> = []

    private static let longest = 64
    /// What stands before the program that matters, each with its arguments up to the next `&&`, `||`, `;` or `|`.
    private static let preludes: Set<String> = [
        ":", "[", "[[", "cd", "command", "export", "sleep", "source", "test", "true", "umask", ".",
    ]
    /// What stands directly before the program that matters.
    private static let wrappers: Set<String> = [
        "chronic", "do", "env", "exec", "if", "ionice", "nice", "nohup", "setsid", "sudo", "then",
        "time",
    ]
    private static let interpreters: Set<String> = [
        "bash", "dash", "node", "perl", "php", "python", "python3", "ruby", "sh", "zsh",
    ]
    private static let endings = [".sh", ".bash", ".py", ".pl", ".php", ".rb", ".js"]

    mutating func name(for command: String) -> String {
        let base = Self.base(command)
        var (name, number) = (base, 1)
        while !used.insert(name.lowercased()).inserted {
            number += 1
            name = "\(base)-\(number)"
        }
        return name
    }

    private static func base(_ command: String) -> String {
        // A bracket may touch the word that it stands before.
        let parts = command.split { "&|;\n(){}!".contains($0) }.map { $0.split { $0 == " " || $0 == "\t" } }
        let program = parts.lazy.compactMap(program).first ?? parts.first?.first ?? ""
        let name = valid(program)
        return name.isEmpty ? "job" : name
    }

    /// The first word that is one; `nil`, if the part is a prelude to another.
    private static func program(_ words: [Substring]) -> Substring? {
        var words = words[...]
        while let word = words.first, isBefore(word) { words.removeFirst() }
        guard let word = words.first, !preludes.contains(String(word)) else { return nil }
        let name = word.split(separator: "/").last ?? word
        if interpreters.contains(String(name)), let script = words.dropFirst().first, !script.hasPrefix("-") {
            return script
        }
        return word
    }

    /// A wrapper, an option or a variable.
    private static func isBefore(_ word: Substring) -> Bool {
        let name = word.split(separator: "/").last ?? word
        return wrappers.contains(String(name)) || word.hasPrefix("-") || Int(word) != nil || word.contains("=")
    }

    /// The last part of a path, with letters, digits, `_` and `-` only.
    private static func valid(_ program: Substring) -> String {
        let bare = program.filter { !"'\"`(){}$".contains($0) }
        var name = bare.split(separator: "/").last.map(String.init) ?? ""
        for ending in endings where name.hasSuffix(ending) { name.removeLast(ending.count) }
        let bytes = name.utf8.prefix(longest).map { isNameByte($0) ? $0 : UInt8(ascii: "-") }
        let trimmed = bytes.drop { $0 == UInt8(ascii: "-") }
        let end = trimmed.lastIndex { $0 != UInt8(ascii: "-") }
        return end.map { String(decoding: trimmed[...$0], as: UTF8.self) } ?? ""
    }

    /// Not a dot: it parts the components of a name.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte != UInt8(ascii: ".") && EntryID.isValidName(String(decoding: [byte], as: UTF8.self))
    }
}
