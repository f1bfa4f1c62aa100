import TestSupport

/// Writes a random program by Lua's grammar, with annotations where they may stand, and what is to come of it.
///
/// It is a valid program for Lua's compiler too: names, labels and loops are used as they must be.
struct ProgramGenerator {
    var random: SeededGenerator
    /// Without: plain Lua.
    let annotates: Bool
    private(set) var annotated: [UInt8] = []
    private(set) var expected: [UInt8] = []
    var depth = 0
    var labels = 0
    var isVariadic = true

    init(seed: UInt64, annotates: Bool) {
        (random, self.annotates) = (SeededGenerator(seed: seed), annotates)
        if random.chance(8) { write("#!/usr/bin/lua -- x: T\n") }
        block(2 + random.below(6))
    }

    // MARK: Text

    /// A token, with something before it that keeps it from the one before.
    mutating func emit(_ token: String) {
        if !isApart(token) || random.chance(2) { write(blank()) }
        write(token)
    }

    mutating func emit(all tokens: [String]) { for token in tokens { emit(token) } }

    /// Something that is to be blanked.
    mutating func annotate(_ text: String) {
        guard annotates else { return }
        write(blank())
        annotated += text.utf8
        expected += text.utf8.map { $0 == 10 || $0 == 13 ? $0 : UInt8(ascii: " ") }
        // Blanks keep apart what the annotation kept apart, and `!` from `=`.
        write(" ")
    }

    private mutating func write(_ text: String) {
        annotated += text.utf8
        expected += text.utf8
    }

    /// Whether `token` cannot become one with the byte before.
    private func isApart(_ token: String) -> Bool {
        let separators = Array("(){},;".utf8)
        guard let last = expected.last, let first = token.utf8.first else { return true }
        return separators.contains(last) || separators.contains(first)
    }

    mutating func blank() -> String {
        switch random.below(12) {
        case 0: "\n"
        case 1: "\r\n\t"
        case 2: " -- x: T = y as U\n"
        case 3: " --[[ ::a:: b! ]] "
        case 4: " --[==[\n ]] : T ]==]\u{B}"
        default: " "
        }
    }

    // MARK: Choices

    /// Runs one of `count` choices; the last one alone at a depth where a program would not end.
    mutating func choose(_ count: Int) -> Int { depth > 5 ? count - 1 : random.below(count) }

    mutating func nested(_ body: (inout ProgramGenerator) -> Void) {
        depth += 1
        body(&self)
        depth -= 1
    }

    /// A list with commas.
    mutating func list(_ count: Int, _ element: (inout ProgramGenerator) -> Void) {
        for index in 0..<count {
            if index > 0 { emit(",") }
            element(&self)
        }
    }

    mutating func name() -> String {
        random.pick([
            "a", "b", "foo", "_x1", "type", "as", "interface", "fun", "readonly", "export", "keyof", "typeof", "const",
            "is",
        ])
    }
}
