extension Parser {
    mutating func block() throws(SyntaxFault) {
        while !lexer.token.endsBlock {
            if lexer.token == .return { return try returnStatement() }
            try statement()
        }
    }

    private mutating func returnStatement() throws(SyntaxFault) {
        lexer.advance()
        // No label can follow: what looks like one is a cast.
        if !lexer.token.endsBlock, lexer.token != .semicolon { try expressions(.enclosed) }
        _ = take(.semicolon)
        if !lexer.token.endsBlock { throw SyntaxFault() }
    }

    private mutating func statement() throws(SyntaxFault) {
        try enter()
        switch lexer.token {
        case .semicolon, .break: lexer.advance()
        case .doubleColon: try label()
        case .goto:
            lexer.advance()
            try expect(.name)
        case .local: try local()
        case .function: try functionStatement()
        case .name: try named()
        case .leftParen: try expressionStatement()
        default: try compound()
        }
        leave()
    }

    /// The statements with blocks.
    private mutating func compound() throws(SyntaxFault) {
        switch lexer.token {
        case .if: try ifStatement()
        case .while: try whileStatement()
        case .do:
            lexer.advance()
            try blockToEnd()
        case .for: try forStatement()
        case .repeat: try repeatStatement()
        default: throw SyntaxFault()
        }
    }

    private mutating func blockToEnd() throws(SyntaxFault) {
        try block()
        try expect(.end)
    }

    private mutating func label() throws(SyntaxFault) {
        lexer.advance()
        try expect(.name)
        try expect(.doubleColon)
    }

    // MARK: Compound statements

    private mutating func ifStatement() throws(SyntaxFault) {
        repeat {
            lexer.advance()
            try expression(.enclosed)
            try expect(.then)
            try block()
        } while lexer.token == .elseif
        if take(.else) { try block() }
        try expect(.end)
    }

    private mutating func whileStatement() throws(SyntaxFault) {
        lexer.advance()
        try expression(.enclosed)
        try expect(.do)
        try blockToEnd()
    }

    private mutating func repeatStatement() throws(SyntaxFault) {
        lexer.advance()
        try block()
        try expect(.until)
        try expression(.open)
    }

    private mutating func forStatement() throws(SyntaxFault) {
        lexer.advance()
        repeat {
            try expect(.name)
            try typeAnnotation(in: .declaration)
        } while take(.comma)
        if !take(.assign) { try expect(.in) }
        try expressions(.enclosed)
        try expect(.do)
        try blockToEnd()
    }

    // MARK: Declarations

    private mutating func local() throws(SyntaxFault) {
        lexer.advance()
        if take(.function) {
            try expect(.name)
            return try functionBody()
        }
        repeat {
            try expect(.name)
            try attribute()
            try typeAnnotation(in: .local)
            try attribute()
        } while take(.comma)
        if take(.assign) { try expressions(.open) }
    }

    /// `<const>` or `<close>`.
    private mutating func attribute() throws(SyntaxFault) {
        guard take(.less) else { return }
        try expect(.name)
        try expect(.greater)
    }

    private mutating func functionStatement() throws(SyntaxFault) {
        lexer.advance()
        try expect(.name)
        while take(.dot) { try expect(.name) }
        if take(.colon) { try expect(.name) }
        try functionBody()
    }

    /// From the generic parameters or the `(` to `end`.
    mutating func functionBody() throws(SyntaxFault) {
        try genericParameters()
        try expect(.leftParen)
        if lexer.token != .rightParen {
            repeat { try parameter() } while take(.comma)
        }
        try expect(.rightParen)
        try returnTypes()
        try blockToEnd()
    }

    private mutating func parameter() throws(SyntaxFault) {
        if !take(.ellipsis) {
            try expect(.name)
            if isAt(.question) { blankToken() }
        }
        try typeAnnotation(in: .declaration)
    }

    /// A declaration of the dialect, or a statement that begins with a name.
    private mutating func named() throws(SyntaxFault) {
        guard let declaration = lexer.declaration, !isPlain else { return try expressionStatement() }
        let start = lexer.start
        var reader = types(in: .declaration)
        if reader.lexer.isName("export") { reader.lexer.advance() }
        switch declaration {
        case .type: try reader.typeDeclaration()
        case .interface: try reader.interface()
        }
        finish(reader)
        separate(at: start)
    }

    /// A call or an assignment.
    private mutating func expressionStatement() throws(SyntaxFault) {
        try suffixed(.target)
        guard form != .call else { return }
        try checkTarget()
        while take(.comma) {
            try suffixed(.target)
            try checkTarget()
        }
        try expect(.assign)
        try expressions(.open)
    }

    private func checkTarget() throws(SyntaxFault) {
        if form != .variable { throw SyntaxFault() }
    }
}
