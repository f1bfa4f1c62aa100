/// The shells that ask for completions.
package enum UserShell: String, CaseIterable, Sendable {
    case bash, zsh, fish
}

/// A command line as far as it is typed, and which of its words is to be completed.
package struct TypedLine: Sendable {
    /// Without its directory.
    package let program: String
    /// After the program, without quotes.
    package let words: [String]
    /// The index of the word that is to be completed, which ends at the cursor.
    package let current: Int
    /// How many bytes at its beginning the shell does not replace.
    package let keptBytes: Int

    /// `words`: from the program on, as the shell has them. `nil`: there is no word of the number `current` after it.
    package init?(_ shell: UserShell, words: [String], current: Int) {
        guard current > 0, current < words.count, let first = words.first else { return nil }
        program = first.split(separator: "/").last.map(String.init) ?? first
        guard shell == .bash else {
            (self.words, self.current, keptBytes) = (Array(words.dropFirst()), current - 1, 0)
            return
        }
        let joined = JoinedWords(words.dropFirst(), current: current)
        self.words = joined.words.map(QuotedWord.text(of:))
        self.current = joined.current
        keptBytes = QuotedWord.text(of: joined.kept).utf8.count
    }

    package var word: String { words[current] }
}

/// Bash breaks words at `:`, `=` and `@` too, and replaces what stands after the last of these.
private struct JoinedWords {
    private(set) var words: [String] = []
    private(set) var current = 0
    /// What stands before the part of the current word that is replaced.
    private(set) var kept = ""

    init(_ parts: ArraySlice<String>, current: Int) {
        var isOpen = false
        for index in parts.indices {
            let part = parts[index]
            let isBreak = !part.isEmpty && part.utf8.allSatisfy { ":=@".utf8.contains($0) }
            // Nothing of ours has an @ but at its beginning, as @daily.
            let joins = isOpen || isBreak && !part.hasPrefix("@") && !words.isEmpty
            if index == current {
                self.current = joins ? words.count - 1 : words.count
                kept = (joins ? words[words.count - 1] : "") + (isBreak ? part : "")
            }
            if !joins {
                words.append(part)
            } else if index <= current || self.current != words.count - 1 {
                // What stands after the cursor is no part of its word.
                words[words.count - 1] += part
            }
            isOpen = isBreak
        }
    }
}

/// A word with quotes and backslashes, as shells have them. One that is not closed yet is closed by the end.
enum QuotedWord {
    static func text(of word: String) -> String {
        var text: [UInt8] = []
        var quote: UInt8?
        var isEscaped = false
        for byte in word.utf8 {
            if isEscaped {
                // Between double quotes it takes the meaning of these few alone.
                if quote != nil, !"\"\\$`".utf8.contains(byte) { text.append(UInt8(ascii: "\\")) }
                text.append(byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "'") {
                isEscaped = true
            } else if byte == quote {
                quote = nil
            } else if quote == nil, byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
            } else {
                text.append(byte)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
