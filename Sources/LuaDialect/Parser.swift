/// Reads Lua 5.4 by its grammar, from left to right, and blanks the annotations that stand between.
///
/// What is read is the program without its annotations. Where the two could differ, for the parenthesis that begins a
/// statement and would become the arguments of a call, a `;` is left among the blanks.
struct Parser: TokenReader {
    var lexer: Lexer
    private(set) var output: [UInt8]
    private(set) var depth = 0
    /// Of the name or parentheses with suffixes that were read last.
    var form = Form.value
    /// Without the dialect: reads ahead whether something is plain Lua.
    private(set) var isPlain = false

    enum Form {
        case variable
        case call
        case value
    }

    init(source: UnsafeBufferPointer<UInt8>, output: [UInt8]) { (lexer, self.output) = (Lexer(source), output) }

    mutating func read() {
        // A fault ends the reading, and that is all that there is to do about it.
        do throws(SyntaxFault) { try block() } catch {}
    }

    // MARK: Tokens

    mutating func enter() throws(SyntaxFault) {
        depth += 1
        if depth > NestingLimit.levels { throw SyntaxFault() }
    }

    mutating func leave() { depth -= 1 }

    // MARK: Annotations

    /// Whether the next token is `token` and begins an annotation.
    func isAt(_ token: Token) -> Bool { lexer.token == token && !isPlain }

    func isAt(_ word: StaticString) -> Bool { !isPlain && lexer.isName(word) }

    func types(in place: TypeReader.Place) -> TypeReader { TypeReader(lexer, place, depth: depth) }

    /// Blanks from `start` to the end of the last token that was read.
    mutating func blank(from start: Int) {
        for index in start..<lexer.previousEnd where output[index] != 10 && output[index] != 13 { output[index] = 32 }
    }

    /// Blanks the token that is next.
    mutating func blankToken() {
        let start = lexer.start
        lexer.advance()
        blank(from: start)
    }

    /// Keeps what is after the blanks from `start` from becoming the arguments of what is before them.
    mutating func separate(at start: Int) {
        if lexer.token == .leftParen { output[start] = UInt8(ascii: ";") }
    }

    /// `: T`, if it is there.
    mutating func typeAnnotation(in place: TypeReader.Place) throws(SyntaxFault) {
        guard isAt(.colon) else { return }
        var reader = types(in: place)
        reader.lexer.advance()
        try reader.type()
        finish(reader)
    }

    mutating func genericParameters() throws(SyntaxFault) {
        guard isAt(.less) else { return }
        var reader = types(in: .declaration)
        try reader.genericParameters()
        finish(reader)
    }

    mutating func returnTypes() throws(SyntaxFault) {
        guard isAt(.colon) else { return }
        var reader = types(in: .declaration)
        reader.lexer.advance()
        try reader.types()
        finish(reader)
    }

    /// Goes to where `reader` is and blanks what it has read.
    mutating func finish(_ reader: TypeReader) {
        let start = lexer.start
        lexer = reader.lexer
        blank(from: start)
    }

    /// Whether the arguments of a call are next and, read without the dialect, may end a statement.
    func isPlainCall() -> Bool {
        var ahead = self
        ahead.isPlain = true
        do throws(SyntaxFault) { try ahead.arguments() } catch { return false }
        return ahead.lexer.mayFollowCall
    }
}
