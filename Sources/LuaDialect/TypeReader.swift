/// Reads types. A type has no meaning here: what is asked is where it ends.
///
/// The reader is lenient where nothing depends on it. `typeof(…)` and `@name(…)` are brackets with anything but
/// functions in them: a type has no statements, so that reading one ahead of a decision takes no decision itself.
struct TypeReader: TokenReader {
    /// What stands around a type, and so what may follow it.
    enum Place {
        /// A name of `local`, where `<const>` may follow.
        case local
        /// Where no `[`, `(` or operator of Lua's can follow, or where it belongs to the type.
        case declaration
        /// Behind `::` or `as`, in the middle of an expression.
        case cast
        /// In the brackets of another type.
        case brackets
    }

    var lexer: Lexer
    var place: Place
    var depth: Int
    /// In the bound of `A extends B ? C : D`, where `?` is no suffix if a type follows.
    private var isBound = false

    init(_ lexer: Lexer, _ place: Place, depth: Int) { (self.lexer, self.place, self.depth) = (lexer, place, depth) }

    // MARK: Tokens

    func next() -> Lexer {
        var ahead = lexer
        ahead.advance()
        return ahead
    }

    // MARK: Types

    mutating func type() throws(SyntaxFault) {
        depth += 1
        defer { depth -= 1 }
        guard depth <= NestingLimit.levels else { throw SyntaxFault() }
        try union()
        guard continues(with: "extends") else { return }
        lexer.advance()
        try bound()
        try expect(.question)
        try type()
        try expect(.colon)
        try type()
    }

    private mutating func bound() throws(SyntaxFault) {
        let outer = isBound
        isBound = true
        try union()
        isBound = outer
    }

    /// Whether the name `word` is an operator of the type rather than the begin of the next statement.
    private func continues(with word: StaticString) -> Bool {
        guard lexer.isName(word) else { return false }
        let ahead = next()
        return ahead.token.beginsType && (place == .brackets || !lexer.isOnNewLine || ahead.token == .name)
    }

    private mutating func union() throws(SyntaxFault) {
        if lexer.token == .bar || lexer.token == .ampersand { lexer.advance() }
        try operand()
        while lexer.token == .bar || lexer.token == .ampersand {
            lexer.advance()
            try operand()
        }
    }

    private mutating func operand() throws(SyntaxFault) {
        try primary()
        while try suffix() {}
    }

    private mutating func suffix() throws(SyntaxFault) -> Bool {
        switch lexer.token {
        case .question:
            if isBound, endsBound() { return false }
            lexer.advance()
        case .ellipsis: lexer.advance()
        case .leftBracket: return try index()
        case .at: try annotation()
        default: return false
        }
        return true
    }

    /// Whether the `?` that is next is the one of `A extends B ? C : D`. In `B? | D` it is not.
    private func endsBound() -> Bool {
        let token = next().token
        return token.beginsType && token != .bar && token != .ampersand
    }

    /// `[]`, or `[K]` where it cannot be an index of the expression before the type.
    private mutating func index() throws(SyntaxFault) -> Bool {
        if place == .cast, next().token != .rightBracket { return false }
        try bracketed(until: .rightBracket)
        return true
    }

    /// `@name` or `@name(…)`.
    private mutating func annotation() throws(SyntaxFault) {
        lexer.advance()
        try expect(.name)
        if lexer.token == .leftParen, !lexer.isOnNewLine { try skipParens() }
    }

    /// From `(` past its `)`, with anything but functions in between.
    private mutating func skipParens() throws(SyntaxFault) {
        var open = 0
        repeat {
            switch lexer.token {
            case .leftParen, .leftBracket, .leftBrace: open += 1
            case .rightParen, .rightBracket, .rightBrace: open -= 1
            case .function, .endOfSource, .invalid: throw SyntaxFault()
            default: break
            }
            lexer.advance()
        } while open > 0
    }

    // MARK: Primary types

    private mutating func primary() throws(SyntaxFault) {
        switch lexer.token {
        case .name: try named()
        case .leftParen: try parenthesised()
        case .leftBrace: try bracketed(until: .rightBrace)
        case .less, .shiftLeft: try genericFunction()
        case .ellipsis:
            lexer.advance()
            if lexer.token.beginsType, !lexer.isOnNewLine { try type() }
        case .minus:
            lexer.advance()
            try expect(.number)
        case .number, .string, .nil, .true, .false, .function: lexer.advance()
        default: throw SyntaxFault()
        }
    }

    /// A name, or one of the words that are more than a name for what follows them on their line.
    private mutating func named() throws(SyntaxFault) {
        let ahead = next()
        if !ahead.isOnNewLine {
            switch ahead.token {
            case .leftParen where lexer.isName("fun"): return try fun()
            case .leftParen where lexer.isName("typeof") || lexer.isName("keyof"):
                lexer.advance()
                return try skipParens()
            case .leftBrace where lexer.isName("readonly") || lexer.isName("interface"):
                lexer.advance()
                return try bracketed(until: .rightBrace)
            case .name where lexer.isName("readonly"):
                lexer.advance()
                return try type()
            case .name where lexer.isName("asserts"): if try assertion() { return }
            default: break
            }
        }
        lexer.advance()
        while take(.dot) { try expect(.name) }
        try arguments()
    }

    /// `fun(a: T): R`.
    private mutating func fun() throws(SyntaxFault) {
        lexer.advance()
        try bracketed(until: .rightParen)
        if take(.colon) { try type() }
    }

    /// `asserts x is T`, and `asserts x`, unless a statement begins with that name.
    private mutating func assertion() throws(SyntaxFault) -> Bool {
        var ahead = next()
        ahead.advance()
        if ahead.isName("is"), !ahead.isOnNewLine {
            ahead.advance()
            lexer = ahead
            try type()
            return true
        }
        guard !Self.goesOn(ahead) else { return false }
        lexer = ahead
        return true
    }

    /// Whether the name before is that of a call or an assignment.
    private static func goesOn(_ lexer: Lexer) -> Bool {
        switch lexer.token {
        case .assign, .comma, .dot, .colon, .leftBracket: true
        case .leftParen, .leftBrace, .string: !lexer.isOnNewLine
        default: false
        }
    }

    /// `(T)`, `(T, U)` and `()`, and with `->` after it a function type.
    private mutating func parenthesised() throws(SyntaxFault) {
        try bracketed(until: .rightParen)
        if take(.arrow) { try type() }
    }

    private mutating func genericFunction() throws(SyntaxFault) {
        try genericParameters()
        guard lexer.token == .leftParen else { throw SyntaxFault() }
        try parenthesised()
    }

    // MARK: Lists in angle brackets

    /// `<T, U>` after a name.
    private mutating func arguments() throws(SyntaxFault) {
        guard lexer.token == .less || lexer.token == .shiftLeft else { return }
        if place == .local, isAttribute() { return }
        guard place == .cast else { return try angled() }
        // `x :: number < y` compares.
        let before = self
        do throws(SyntaxFault) { try angled() } catch { self = before }
    }

    /// Whether `<const>` or `<close>` is next.
    private func isAttribute() -> Bool {
        var ahead = next()
        guard ahead.isName("const") || ahead.isName("close") else { return false }
        ahead.advance()
        return ahead.token == .greater
    }

    private mutating func angled() throws(SyntaxFault) {
        lexer.split()
        let outer = enterBrackets()
        repeat { try item() } while take(.comma)
        leaveBrackets(outer)
        try closeAngle()
    }

    private mutating func closeAngle() throws(SyntaxFault) {
        switch lexer.token {
        case .greater, .shiftRight, .greaterOrEqual: lexer.split()
        default: throw SyntaxFault()
        }
    }

    /// `<T, U: Constraint>` after the name of a function or a type.
    mutating func genericParameters() throws(SyntaxFault) {
        lexer.split()
        let outer = enterBrackets()
        repeat { try genericParameter() } while take(.comma)
        leaveBrackets(outer)
        try closeAngle()
    }

    private mutating func genericParameter() throws(SyntaxFault) {
        try expect(.name)
        if take(.ellipsis) { return }
        if lexer.isName("extends") {
            lexer.advance()
            try type()
        } else if take(.colon) {
            try type()
        }
        if take(.assign) { try type() }
    }

    // MARK: Brackets

    private mutating func enterBrackets() -> (Place, Bool) {
        defer { (place, isBound) = (.brackets, false) }
        return (place, isBound)
    }

    private mutating func leaveBrackets(_ outer: (Place, Bool)) { (place, isBound) = outer }

    /// From the opening bracket past the closing one: fields, parameters or types, with `,` or `;` in between.
    mutating func bracketed(until end: Token) throws(SyntaxFault) {
        lexer.advance()
        let outer = enterBrackets()
        while lexer.token != end {
            try item()
            if lexer.token == .comma || lexer.token == .semicolon { lexer.advance() } else { break }
        }
        leaveBrackets(outer)
        try expect(end)
    }
}
