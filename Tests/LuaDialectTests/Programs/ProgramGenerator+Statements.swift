import TestSupport

extension ProgramGenerator {
    mutating func block(_ count: Int, isLoop: Bool = false) {
        for _ in 0..<count { nested { $0.statement() } }
        switch random.below(isLoop ? 8 : 12) {
        case 0:
            emit("return")
            if random.chance(2) { list(1 + random.below(2)) { $0.expression(.enclosed) } }
            if random.chance(2) { emit(";") }
        case 1 where isLoop: emit("break")
        default: break
        }
    }

    private mutating func body(isLoop: Bool = false) {
        block(random.below(3), isLoop: isLoop)
        emit("end")
    }

    private mutating func statement() {
        switch choose(15) {
        case 0: ifStatement()
        case 1: whileStatement()
        case 2: forStatement()
        case 3: repeatStatement()
        case 4: doStatement()
        case 5: functionStatement()
        case 6, 7: declaration()
        case 8, 9: local()
        case 10: gotoStatement()
        case 11: emit(";")
        case 12: call()
        default: assignment()
        }
    }

    // MARK: Compound statements

    private mutating func ifStatement() {
        emit("if")
        for index in 0...random.below(3) {
            if index > 0 { emit("elseif") }
            expression(.enclosed)
            emit("then")
            block(random.below(2))
        }
        if random.chance(2) {
            emit("else")
            block(1)
        }
        emit("end")
    }

    private mutating func whileStatement() {
        emit("while")
        expression(.enclosed)
        emit("do")
        body(isLoop: true)
    }

    private mutating func doStatement() {
        emit("do")
        body()
    }

    private mutating func forStatement() {
        emit("for")
        if random.chance(2) {
            variable()
            emit("=")
            list(2 + random.below(2)) { $0.expression(.enclosed) }
        } else {
            list(1 + random.below(3)) { $0.variable() }
            emit("in")
            expression(.enclosed)
        }
        emit("do")
        body(isLoop: true)
    }

    private mutating func variable() {
        emit(name())
        if random.chance(2) { annotate(": " + type()) }
    }

    private mutating func repeatStatement() {
        emit("repeat")
        for _ in 0..<random.below(3) { nested { $0.statement() } }
        emit("until")
        expression(.open)
    }

    private mutating func gotoStatement() {
        labels += 1
        let label = "l\(labels)"
        emit(all: ["do", "goto", label])
        if random.chance(2) { assignment() }
        emit(all: ["::", label, "::"])
        for _ in 0..<random.below(2) { nested { $0.statement() } }
        emit("end")
    }

    // MARK: Declarations

    private mutating func declaration() {
        guard annotates else { return local() }
        switch random.below(4) {
        case 0: annotate("export type \(name()) = " + type())
        case 1: annotate("interface \(name()): A, B\n function m(self: A, b?: \(type())): \(type())\n end")
        case 2: annotate("type \(name())<T, U: \(type())> = \(type())")
        default: annotate("type \(name()) =\n | \(type())\n | B")
        }
    }

    private mutating func local() {
        emit("local")
        if random.chance(3) {
            emit(all: ["function", name()])
            return function()
        }
        list(1 + random.below(3)) { $0.attributed() }
        guard random.chance(2) else { return }
        emit("=")
        list(1 + random.below(2)) { $0.expression(.open) }
    }

    /// A name of a `local`. One with an attribute has a name that nothing assigns to.
    private mutating func attributed() {
        guard random.chance(4) else { return variable() }
        emit("constant")
        let isBefore = random.chance(2)
        if isBefore { annotate(": " + type()) }
        emit(all: ["<", "const", ">"])
        if !isBefore { annotate(": " + type()) }
    }

    private mutating func functionStatement() {
        emit(all: ["function", name()])
        while random.chance(2) { emit(all: [".", name()]) }
        if random.chance(3) { emit(all: [":", name()]) }
        function()
    }

    /// From the type parameters to `end`.
    mutating func function() {
        let outer = isVariadic
        isVariadic = random.chance(2)
        if random.chance(4) { annotate("<T, U: \(type())>") }
        emit("(")
        let count = random.below(3)
        list(count) { $0.parameter() }
        if isVariadic {
            if count > 0 { emit(",") }
            emit("...")
            if random.chance(2) { annotate(": " + type()) }
        }
        emit(")")
        if random.chance(2) { annotate(": " + results()) }
        nested { $0.body() }
        isVariadic = outer
    }

    private mutating func parameter() {
        emit(name())
        switch random.below(4) {
        case 0: annotate("?: " + type())
        case 1: annotate(": " + type())
        default: break
        }
    }

    // MARK: Statements of expressions

    private mutating func call() {
        if random.chance(4) {
            // A parenthesis would call what is before it.
            emit(all: [";", "("])
            expression(.enclosed)
            emit(")")
        } else {
            emit(name())
        }
        suffixes()
        arguments()
    }

    private mutating func assignment() {
        list(1 + random.below(2)) { $0.target() }
        emit("=")
        list(1 + random.below(2)) { $0.expression(.open) }
    }

    private mutating func target() {
        emit(name())
        guard random.chance(2) else { return }
        suffixes()
        index()
    }
}
