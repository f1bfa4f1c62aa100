/// Goes through a source token by token.
protocol TokenReader {
    var lexer: Lexer { get set }
}

extension TokenReader {
    /// Whether the next token is this one, which is taken then.
    mutating func take(_ token: Token) -> Bool {
        guard lexer.token == token else { return false }
        lexer.advance()
        return true
    }

    mutating func expect(_ token: Token) throws(SyntaxFault) {
        if !take(token) { throw SyntaxFault() }
    }
}
