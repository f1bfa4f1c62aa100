import Testing

@Suite("Types")
struct TypeTests {
    /// At each place where a type may stand.
    private func check(type: String) {
        LuaDialectTests.check("local x«: \(type)» = 1")
        LuaDialectTests.check("local x«: \(type)» <const> = 1")
        LuaDialectTests.check("function f(a«: \(type)», b«?: \(type)») return a end")
        LuaDialectTests.check("function f()«: \(type)» return a end")
        LuaDialectTests.check("«type X = \(type)»\nlocal y«: {\(type)}»")
        LuaDialectTests.check("f(a «as \(type)», b «:: \(type)»)")
        LuaDialectTests.check("return a «as \(type)», b «:: \(type)»")
    }

    @Test("are names", arguments: ["T", "a.b.C", "any", "type", "as", "fun", "interface", "readonly", "function"])
    func names(type: String) { check(type: type) }

    @Test("are literals", arguments: ["nil", "true", "false", "42", "-1", "0x1p4", "'a'", "\"b: T\"", "[[c]]"])
    func literals(type: String) { check(type: type) }

    @Test(
        "have arguments",
        arguments: ["A<B>", "Map<string, {T}>", "A<B<C>>", "A<B<C<D>>>", "a.B<C?>", "A<(B, C), ...D>"])
    func arguments(type: String) { check(type: type) }

    @Test("are optional", arguments: ["T?", "{T}?", "A<B>?", "(A | B)?", "T??"])
    func optionals(type: String) { check(type: type) }

    @Test(
        "are unions and intersections",
        arguments: [
            "A | B", "A & B", "| A | B", "& A & B", "A | B & C?", "'a' | 'b' | nil", "A\n  | B\n  | C",
            "\n  | A\n  | B",
        ])
    func unions(type: String) { check(type: type) }

    @Test("are arrays", arguments: ["T[]", "T[][]", "{T}", "{{T}}", "(A | B)[]", "T?[]"])
    func arrays(type: String) { check(type: type) }

    @Test(
        "are tables",
        arguments: [
            "{}", "{[K]: V}", "{a: T}", "{a: T, b?: U}", "{a: T; b: U;}", "{a: T, b: U,}", "{read c: V, write d: V}",
            "{[string]: {[number]: T}}", "{a: (b: T) -> U, [K]: V}", "{\n  a: T, -- a: b\n  b: U\n}",
            "{read: T, type: U}",
            "{[K[L]]: M}", "{read}",
        ])
    func tables(type: String) { check(type: type) }

    @Test(
        "are functions",
        arguments: [
            "() -> ()", "(A) -> B", "(A, B) -> (C, D)", "(a: T, b?: U, ...V) -> R", "(...: any) -> R", "() -> () -> A",
            "(A) -> B | C", "<T>(T) -> T", "<T, U: V>(T, U) -> ...T", "fun()", "fun(): R", "fun(a: T, b?: U): R",
            "fun(a: fun(): T, ...: any): fun()", "((A) -> B)?", "(...any) -> T", "fun(...)",
        ])
    func functions(type: String) { check(type: type) }

    @Test(
        "are operators on types",
        arguments: [
            "typeof(x.y[1])", "keyof(T)", "readonly {T}", "readonly T[]", "interface {a: T}", "A extends B ? C : D",
            "A extends B? ? C : D", "A extends B ? C : D extends E ? F : G", "(A extends (B) ? C? : D)",
            "T @min(1) | U",
            "{a: T @min(0), b: U @check(f(1))}", "(asserts x is T)", "(asserts x)",
        ])
    func operators(type: String) { check(type: type) }

    @Test(
        "index other types where no expression could be indexed",
        arguments: [
            "local x«: T['a']» = 1", "function f(a«: T[K]»)«: T[K][L]» end", "«type X = T['a']»",
            "x = y «:: {T[K]}»", "x = (y «as T»[1])", "x = y «:: T[]»[1]", "x = y «as T»[1]",
        ])
    func indices(marked: String) { LuaDialectTests.check(marked) }
}
