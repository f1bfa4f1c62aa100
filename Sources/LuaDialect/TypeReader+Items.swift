extension TypeReader {
    /// `T`, `name: T`, `name?: T`, `read name: T`, `[K]: V` or `...: T`.
    mutating func item() throws(SyntaxFault) {
        if lexer.token == .leftBracket { return try indexer() }
        skipModifier()
        if takeLabel() { return try type() }
        if lexer.token == .ellipsis, next().token == .colon {
            lexer.advance()
            lexer.advance()
        }
        try type()
    }

    private mutating func indexer() throws(SyntaxFault) {
        try bracketed(until: .rightBracket)
        _ = take(.question)
        try expect(.colon)
        try type()
    }

    private mutating func skipModifier() {
        guard lexer.isName("read") || lexer.isName("write") || lexer.isName("readonly") else { return }
        var ahead = self
        ahead.lexer.advance()
        if ahead.takeLabel() { lexer.advance() }
    }

    /// Takes `name:` or `name?:`.
    mutating func takeLabel() -> Bool {
        guard lexer.token == .name else { return false }
        var ahead = next()
        if ahead.token == .question { ahead.advance() }
        guard ahead.token == .colon else { return false }
        ahead.advance()
        lexer = ahead
        return true
    }
}
