import TestSupport

extension ProgramGenerator {
    /// What may follow an expression: a statement, which may begin with `as` or `::`, or something else.
    enum Context {
        case open
        case enclosed
    }

    mutating func expression(_ context: Context) {
        nested {
            $0.operand()
            while $0.random.chance(3) {
                $0.emit(
                    $0.random.pick([
                        "+", "-", "*", "/", "//", "%", "^", "..", "==", "~=", "<", "<=", ">", ">=", "and", "or", "&",
                        "|", "~",
                        "<<", ">>",
                    ]))
                $0.operand()
            }
            // Further inside, a type would take the operator after it.
            if $0.random.chance(5) { $0.cast(context) }
        }
    }

    private mutating func cast(_ context: Context) {
        let word = random.pick(["as", "::"])
        switch context {
        case .enclosed: annotate("\(word) \(type())")
        // Where a statement may follow, `as {}` and `:: a :: b` may be its begin.
        case .open:
            annotate("\(word) \(random.pick(["T", "a.b.C", "Map<K, V>", "42", "fun(a: T): U", "A | {b: C}", "D?"]))")
        }
    }

    private mutating func operand() {
        if random.chance(6) { emit(random.pick(["-", "not", "#", "~"])) }
        switch choose(9) {
        case 0, 1: suffixed()
        case 2: table()
        case 3:
            emit("function")
            function()
        case 4: parenthesised()
        case 5: emit(isVariadic ? "..." : "nil")
        default: literal()
        }
    }

    private mutating func literal() {
        emit(
            random.pick([
                "nil", "true", "false", "a", "as", "type", "0", "42", "3.", ".5", "1e10", "3.14E-2", "0xfF", "0x.8p+1",
                "0xA.P1",
                "''", "'a: T'", "\"b\\\"! as U\"", "'\\z\n  x\\\r\ny\\065\\u{7F}\\x41'", "[[\n: T]]",
                "[==[ ]] as T ]=] ]==]",
            ]))
    }

    private mutating func parenthesised() {
        emit("(")
        expression(.enclosed)
        emit(")")
        if random.chance(2) { suffixes() }
    }

    private mutating func suffixed() {
        emit(name())
        suffixes()
    }

    mutating func suffixes() {
        while random.chance(3), depth < 6 {
            switch random.below(4) {
            case 0: arguments()
            case 1: annotate("!")
            default: index()
            }
        }
    }

    mutating func index() {
        if random.chance(2) {
            emit(all: [".", name()])
        } else {
            emit("[")
            expression(.enclosed)
            emit("]")
        }
        if random.chance(8) { annotate("!") }
    }

    mutating func arguments() {
        if random.chance(3) { emit(all: [":", name()]) }
        switch choose(4) {
        case 0: table()
        case 1: emit(random.pick(["'a'", "\"as\"", "[[::b::]]", "[=[c!]=]"]))
        default:
            emit("(")
            list(depth > 5 ? 0 : random.below(3)) { $0.expression(.enclosed) }
            emit(")")
        }
    }

    private mutating func table() {
        emit("{")
        for _ in 0..<(depth > 5 ? 0 : random.below(4)) {
            field()
            emit(random.pick([",", ";"]))
        }
        if random.chance(3) { field() }
        emit("}")
    }

    private mutating func field() {
        switch random.below(3) {
        case 0: emit(all: [name(), "="])
        case 1:
            emit("[")
            expression(.enclosed)
            emit(all: ["]", "="])
        default: break
        }
        expression(.enclosed)
    }
}
