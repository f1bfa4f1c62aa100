/// Stands on one token of the source. A copy of it looks ahead, or comes back when a reading was wrong.
struct Lexer {
    let source: UnsafeBufferPointer<UInt8>
    private(set) var token = Token.endOfSource
    /// The token is `start..<end`.
    private(set) var start = 0
    var end = 0
    /// Where the token before ends.
    private(set) var previousEnd = 0
    /// Whether a line ends between the token before and this one.
    private(set) var isOnNewLine = false

    /// On the first token, past a byte order mark and a first line with `#`, which Lua skips in files.
    init(_ source: UnsafeBufferPointer<UInt8>) {
        self.source = source
        if byte(0) == 0xEF, byte(1) == 0xBB, byte(2) == 0xBF { end = 3 }
        if byte(end) == UInt8(ascii: "#") {
            while end < source.count, source[end] != 10 { end += 1 }
        }
        advance()
    }

    mutating func advance() {
        previousEnd = end
        isOnNewLine = false
        token = skipBlanks() ? scan() : .invalid
    }

    /// Leaves the first byte of the token and makes a token of its other bytes: `>>` closes two lists of types.
    mutating func split() {
        end = start + 1
        advance()
    }

    func isName(_ text: StaticString) -> Bool { token == .name && hasText(text) }

    // MARK: Bytes

    /// The byte at `index`; 0, which begins no token, after the end.
    func byte(_ index: Int) -> UInt8 { index < source.count ? source[index] : 0 }

    /// Takes the next byte if it is `wanted`.
    mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard byte(end) == UInt8(ascii: wanted) else { return false }
        end += 1
        return true
    }

    func hasText(_ text: StaticString) -> Bool {
        guard text.utf8CodeUnitCount == end - start else { return false }
        for index in 0..<(end - start) where source[start + index] != text.utf8Start[index] { return false }
        return true
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    static func isInName(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || isDigit(byte) || byte == UInt8(ascii: "_")
    }

    // MARK: Between tokens

    /// Skips blanks and comments; false: a comment does not end.
    private mutating func skipBlanks() -> Bool {
        while true {
            switch byte(end) {
            case 10, 13:
                isOnNewLine = true
                end += 1
            case 9, 11, 12, 32: end += 1
            case UInt8(ascii: "-") where byte(end + 1) == UInt8(ascii: "-"):
                start = end
                end += 2
                if !skipComment() { return false }
            default: return true
            }
        }
    }

    private mutating func skipComment() -> Bool {
        guard let level = longBracketLevel() else {
            skipLine()
            return true
        }
        return skipLongBracket(level)
    }

    private mutating func skipLine() {
        while end < source.count, !Self.isLineEnd(source[end]) { end += 1 }
    }

    // MARK: Long brackets

    /// How many `=` stand in the `[==[` that is next.
    private func longBracketLevel() -> Int? {
        guard byte(end) == UInt8(ascii: "[") else { return nil }
        var index = end + 1
        while byte(index) == UInt8(ascii: "=") { index += 1 }
        return byte(index) == UInt8(ascii: "[") ? index - end - 1 : nil
    }

    private mutating func skipLongBracket(_ level: Int) -> Bool {
        end += level + 2
        while end < source.count {
            guard take("]") else {
                end += 1
                continue
            }
            let first = end
            while take("=") {}
            if end - first == level, take("]") { return true }
        }
        return false
    }

    // MARK: Tokens

    private mutating func scan() -> Token {
        start = end
        guard end < source.count else { return .endOfSource }
        let first = source[end]
        if Self.isDigit(first) || (first == UInt8(ascii: ".") && Self.isDigit(byte(end + 1))) { return scanNumber() }
        if Self.isInName(first) { return scanWord() }
        switch first {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return scanString(first)
        case UInt8(ascii: "["):
            guard let level = longBracketLevel() else { return scanSymbol(first) }
            return skipLongBracket(level) ? .string : .invalid
        default: return scanSymbol(first)
        }
    }

    /// All that Lua takes into a numeral, before it looks whether it is one.
    private mutating func scanNumber() -> Token {
        let isHexadecimal = byte(end) == UInt8(ascii: "0") && byte(end + 1) | 0x20 == UInt8(ascii: "x")
        let exponent = UInt8(ascii: isHexadecimal ? "p" : "e")
        if isHexadecimal { end += 2 }
        while true {
            let next = byte(end)
            if next | 0x20 == exponent {
                end += 1
                if byte(end) == UInt8(ascii: "+") || byte(end) == UInt8(ascii: "-") { end += 1 }
            } else if Self.isInName(next) || next == UInt8(ascii: ".") {
                end += 1
            } else {
                return .number
            }
        }
    }

    private mutating func scanString(_ quote: UInt8) -> Token {
        end += 1
        while end < source.count {
            let next = source[end]
            end += 1
            if next == quote { return .string }
            if next == UInt8(ascii: "\\") { skipEscape() } else if Self.isLineEnd(next) { return .invalid }
        }
        return .invalid
    }

    /// Behind a backslash. Which escapes there are does not matter here, except for the two that span lines.
    private mutating func skipEscape() {
        let next = byte(end)
        end = min(end + 1, source.count)
        if Self.isLineEnd(next) {
            // CR LF and LF CR are one line end.
            if Self.isLineEnd(byte(end)), byte(end) != next { end += 1 }
        } else if next == UInt8(ascii: "z") {
            while byte(end) == 32 || byte(end) &- 9 < 5 { end += 1 }
        }
    }
}
