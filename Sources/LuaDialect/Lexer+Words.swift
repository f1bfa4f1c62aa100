extension Lexer {
    mutating func scanWord() -> Token {
        while Self.isInName(byte(end)) { end += 1 }
        return reservedWord() ?? .name
    }

    // Without a table, which would stand in the memory of every worker.
    private func reservedWord() -> Token? {
        switch end - start {
        case 2: reserved2()
        case 3: reserved3()
        case 4: reserved4()
        case 5: reserved5()
        case 6: hasText("elseif") ? .elseif : hasText("repeat") ? .repeat : hasText("return") ? .return : nil
        case 8: hasText("function") ? .function : nil
        default: nil
        }
    }

    private func reserved2() -> Token? {
        if hasText("if") { return .if }
        if hasText("do") { return .do }
        if hasText("or") { return .or }
        return hasText("in") ? .in : nil
    }

    private func reserved3() -> Token? {
        if hasText("end") { return .end }
        if hasText("and") { return .and }
        if hasText("not") { return .not }
        if hasText("nil") { return .nil }
        return hasText("for") ? .for : nil
    }

    private func reserved4() -> Token? {
        if hasText("then") { return .then }
        if hasText("else") { return .else }
        if hasText("true") { return .true }
        return hasText("goto") ? .goto : nil
    }

    private func reserved5() -> Token? {
        if hasText("local") { return .local }
        if hasText("false") { return .false }
        if hasText("while") { return .while }
        if hasText("until") { return .until }
        return hasText("break") ? .break : nil
    }

    mutating func scanSymbol(_ first: UInt8) -> Token {
        end += 1
        switch Unicode.Scalar(first) {
        case "(": return .leftParen
        case ")": return .rightParen
        case "{": return .leftBrace
        case "}": return .rightBrace
        case "[": return .leftBracket
        case "]": return .rightBracket
        case ",": return .comma
        case ";": return .semicolon
        case "?": return .question
        case "@": return .at
        case ":": return take(":") ? .doubleColon : .colon
        case ".": return take(".") ? (take(".") ? .ellipsis : .concat) : .dot
        case "=": return take("=") ? .equal : .assign
        case "<": return take("<") ? .shiftLeft : take("=") ? .lessOrEqual : .less
        case ">": return take(">") ? .shiftRight : take("=") ? .greaterOrEqual : .greater
        // Another language's `~=` is no assertion with an assignment after it.
        case "!": return take("=") ? .invalid : .exclamation
        default: return scanOperator(first)
        }
    }

    private mutating func scanOperator(_ first: UInt8) -> Token {
        switch Unicode.Scalar(first) {
        case "+": .plus
        case "-": take(">") ? .arrow : .minus
        case "*": .star
        case "/": take("/") ? .doubleSlash : .slash
        case "%": .percent
        case "^": .caret
        case "#": .hash
        case "&": .ampersand
        case "|": .bar
        case "~": take("=") ? .notEqual : .tilde
        default: .invalid
        }
    }
}
