extension TypeReader {
    /// `type Name<T> = …`, from `type`.
    mutating func typeDeclaration() throws(SyntaxFault) {
        lexer.advance()
        try expect(.name)
        if lexer.token == .less { try genericParameters() }
        try expect(.assign)
        try type()
    }

    /// `interface Name: Base … end`, from `interface`.
    mutating func interface() throws(SyntaxFault) {
        lexer.advance()
        try expect(.name)
        if lexer.token == .less { try genericParameters() }
        if lexer.token == .colon || lexer.isName("extends") {
            lexer.advance()
            try types()
        }
        while !take(.end) { try member() }
    }

    /// `function name(self, a: T): R` or `name: T`.
    private mutating func member() throws(SyntaxFault) {
        if take(.semicolon) || take(.comma) { return }
        if takeLabel() { return try type() }
        try expect(.function)
        try expect(.name)
        if lexer.token == .less { try genericParameters() }
        guard lexer.token == .leftParen else { throw SyntaxFault() }
        try bracketed(until: .rightParen)
        if take(.colon) { try types() }
    }

    /// Types with commas in between, as a function returns them.
    mutating func types() throws(SyntaxFault) {
        repeat { try type() } while take(.comma)
    }
}
