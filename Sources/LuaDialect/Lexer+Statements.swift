extension Lexer {
    /// Whether a statement may begin here, or the block end.
    var mayBeginStatement: Bool {
        switch token {
        case .semicolon, .doubleColon, .leftParen, .if, .while, .do, .for, .repeat, .local, .return, .break, .goto: true
        case .function: beginsFunctionStatement
        case .name: beginsNamedStatement
        default: token.endsBlock
        }
    }

    /// Whether a statement that began with a call may go on here, or the next one begin.
    var mayFollowCall: Bool { isSuffix || mayBeginStatement }

    private var isSuffix: Bool {
        switch token {
        case .dot, .colon, .leftParen, .leftBrace, .string, .exclamation: return true
        case .leftBracket:
            var ahead = self
            ahead.advance()
            return ahead.token != .rightBracket
        default: return false
        }
    }

    private var beginsFunctionStatement: Bool {
        var ahead = self
        ahead.advance()
        guard ahead.token == .name else { return false }
        ahead.advance()
        switch ahead.token {
        case .leftParen, .dot, .colon, .less: return true
        default: return false
        }
    }

    private var beginsNamedStatement: Bool {
        if declaration != nil { return true }
        var ahead = self
        ahead.advance()
        while ahead.token == .dot || ahead.token == .comma {
            ahead.advance()
            guard ahead.token == .name else { return ahead.token == .leftParen }
            ahead.advance()
        }
        return ahead.isSuffix || ahead.token == .assign
    }

    /// The dialect's declaration that begins here. In plain Lua no name follows a name.
    var declaration: Declaration? {
        var ahead = self
        if isName("export") { ahead.advance() }
        let isType = ahead.isName("type")
        guard isType || ahead.isName("interface") else { return nil }
        ahead.advance()
        guard ahead.token == .name else { return nil }
        return isType ? .type : .interface
    }
}
