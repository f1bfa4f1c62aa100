extension Parser {
    /// Takes `:: T` or `as T` after an expression, if it is one there: what plain Lua can read is plain Lua.
    ///
    /// True: a suffix may follow.
    mutating func cast(_ context: Context) throws(SyntaxFault) -> Bool {
        guard isCast(context) else { return false }
        var reader = types(in: .cast)
        reader.lexer.advance()
        let start = lexer.start
        try reader.type()
        finish(reader)
        guard context == .open, lexer.token == .leftParen else { return true }
        separate(at: start)
        return false
    }

    private func isCast(_ context: Context) -> Bool {
        guard context != .target else { return false }
        if isAt(.doubleColon) { return context == .enclosed || !isLabel() }
        if isAt("as") { return context == .enclosed || !isStatement() }
        return false
    }

    /// Whether `:: name ::` is next, and a statement or the end of the block after it.
    private func isLabel() -> Bool {
        var ahead = lexer
        ahead.advance()
        guard ahead.token == .name else { return false }
        ahead.advance()
        guard ahead.token == .doubleColon else { return false }
        ahead.advance()
        return ahead.mayBeginStatement
    }

    /// Whether `as` is a variable that begins a statement.
    private func isStatement() -> Bool {
        var ahead = self
        ahead.lexer.advance()
        switch ahead.lexer.token {
        case .leftParen, .leftBrace, .string: return !ahead.isType() || ahead.isPlainCall()
        default: return !ahead.lexer.token.beginsType
        }
    }

    private func isType() -> Bool {
        var reader = types(in: .cast)
        do throws(SyntaxFault) { try reader.type() } catch { return false }
        return true
    }
}
