extension Parser {
    /// What may follow an expression.
    enum Context {
        /// A statement: `as` and `::` may begin it.
        case open
        /// Something else, so that `as` and `::` are casts.
        case enclosed
        /// The expression is itself the begin of a statement and has no casts.
        case target
    }

    mutating func expressions(_ context: Context) throws(SyntaxFault) {
        repeat { try expression(context) } while take(.comma)
    }

    /// Operands with operators in between: which binds closer does not matter here.
    mutating func expression(_ context: Context) throws(SyntaxFault) {
        try enter()
        try operand(context)
        while lexer.token.isBinaryOperator {
            lexer.advance()
            try operand(context)
        }
        leave()
    }

    private mutating func operand(_ context: Context) throws(SyntaxFault) {
        while lexer.token.isUnaryOperator { lexer.advance() }
        switch lexer.token {
        case .name, .leftParen: return try suffixed(context)
        case .number, .string, .nil, .true, .false, .ellipsis: lexer.advance()
        case .leftBrace: try table()
        case .function:
            lexer.advance()
            try functionBody()
        default: throw SyntaxFault()
        }
        while try cast(context) {}
    }

    /// A name or an expression in parentheses with all that follows it.
    mutating func suffixed(_ context: Context) throws(SyntaxFault) {
        if take(.leftParen) {
            try expression(.enclosed)
            try expect(.rightParen)
            form = .value
        } else {
            try expect(.name)
            form = .variable
        }
        while try suffix(context) {}
    }

    private mutating func suffix(_ context: Context) throws(SyntaxFault) -> Bool {
        switch lexer.token {
        case .dot:
            lexer.advance()
            try expect(.name)
            form = .variable
        case .leftBracket:
            try key()
            form = .variable
        case .colon:
            lexer.advance()
            try expect(.name)
            try arguments()
        case .leftParen, .leftBrace, .string: try arguments()
        case .exclamation where isAt(.exclamation): blankToken()
        default: return try cast(context)
        }
        return true
    }

    private mutating func key() throws(SyntaxFault) {
        lexer.advance()
        try expression(.enclosed)
        try expect(.rightBracket)
    }

    mutating func arguments() throws(SyntaxFault) {
        defer { form = .call }
        switch lexer.token {
        case .string: lexer.advance()
        case .leftBrace: try table()
        default:
            try expect(.leftParen)
            if lexer.token != .rightParen { try expressions(.enclosed) }
            try expect(.rightParen)
        }
    }

    private mutating func table() throws(SyntaxFault) {
        lexer.advance()
        while lexer.token != .rightBrace {
            try field()
            if !take(.comma), !take(.semicolon) { break }
        }
        try expect(.rightBrace)
    }

    private mutating func field() throws(SyntaxFault) {
        if lexer.token == .leftBracket {
            try key()
            try expect(.assign)
        } else if lexer.token == .name {
            var ahead = lexer
            ahead.advance()
            if ahead.token == .assign {
                ahead.advance()
                lexer = ahead
            }
        }
        try expression(.enclosed)
    }
}
