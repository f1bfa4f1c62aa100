/// What a token is. Its text stays in the source.
enum Token: UInt8 {
    case endOfSource
    /// Bytes that begin no token, and strings and comments without an end.
    case invalid
    case name, number, string

    // Reserved words.
    case and, `break`, `do`, `else`, elseif, end, `false`, `for`, function, goto, `if`, `in`
    case local, `nil`, not, or, `repeat`, `return`, then, `true`, until, `while`

    case plus, minus, star, slash, doubleSlash, percent, caret, hash
    case ampersand, tilde, bar, shiftLeft, shiftRight
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    case assign, leftParen, rightParen, leftBrace, rightBrace, leftBracket, rightBracket
    case doubleColon, colon, semicolon, comma, dot, concat, ellipsis

    // Known to the dialect alone. In plain Lua their bytes stand nowhere but in strings and comments.
    case arrow, question, exclamation, at
}

extension Token {
    var isUnaryOperator: Bool {
        switch self {
        case .minus, .not, .hash, .tilde: true
        default: false
        }
    }

    var isBinaryOperator: Bool {
        switch self {
        case .plus, .minus, .star, .slash, .doubleSlash, .percent, .caret, .ampersand, .tilde, .bar, .shiftLeft,
            .shiftRight, .concat, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or:
            true
        default: false
        }
    }

    var endsBlock: Bool {
        switch self {
        case .endOfSource, .end, .else, .elseif, .until: true
        default: false
        }
    }

    var beginsType: Bool {
        switch self {
        case .name, .number, .string, .nil, .true, .false, .function, .minus, .leftParen, .leftBrace, .less, .bar,
            .ampersand, .ellipsis:
            true
        default: false
        }
    }
}
