import Testing

@Suite("Casts")
struct CastTests {
    @Test(
        "stand after any simple expression",
        arguments: [
            "x = y «:: T»", "x = y «as T»", "x = 1 «:: T», 'a' «as T», nil «as T», {} «:: T», ... «:: T»",
            "x = f(y)[1].z «as T»", "x = y:m() «:: T»", "x = y:m 'a' «:: T»", "x = y:m {} «as T»",
            "x = -y «as T» + #z «:: U»",
            "x = function() end «as T»", "x = (y «as T»).z", "(x «as T»):m()", "(x «:: T»).y = 1", "x = y «::T» .. 'z'",
            "local u = data «as User»", "local u = data «as m.User» local v = 1", "x = y «as A | B»", "x = y «as -1»",
            "x = y «as fun(a: T): U»", "x = y «as function»\nz = 1", "x = y «as <T>(T) -> T»",
        ])
    func places(marked: String) { check(marked) }

    @Test(
        "follow one another",
        arguments: ["x = y «:: any» «:: T»", "x = y «as any» «as T»", "f(x «:: a» «:: b» «as c»)"])
    func chains(marked: String) { check(marked) }

    @Test(
        "are what `::` and `as` are in brackets, in headers and after `return`",
        arguments: [
            "f(x «:: a», y «as b»)", "x = {y «:: a», z «as b»; w = v «as c», [k «as d»] = u «:: e»}", "x[y «as T»] = 1",
            "if x «as (A)» then elseif y «:: T» then end", "while x «:: {T}» do end",
            "for i = x «:: T», y «as U» do end",
            "for k, v in f(x) «as {T}» do end", "return x «:: a»", "do return x «as {string}» end",
            "x = (y «as {string}»)",
            "return (x «:: a» «:: b»)", "f(x «:: a» «:: (b)»)", "return x «:: a» «:: (B | C)»",
        ])
    func brackets(marked: String) { check(marked) }

    @Test(
        "with `::` give way to labels",
        arguments: [
            "x = y ::a::", "x = y ::a:: foo()", "x = y ::a:: ::b::", "x = y ::a:: b = 1", "x = y ::a:: b.c = 1",
            "x = y ::a:: b, c = 1", "x = y ::a:: b, c.d = 1", "x = y ::a:: goto a", "x = y ::a:: (f)()",
            "x = y ::a:: f 'b'",
            "x = y ::a:: f {}", "x = y ::a:: b[1] = 2", "x = y ::a:: b:c()", "x = y ::a:: local z", "x = y ::a:: ;",
            "do x = y ::a:: end", "repeat until x ::a::", "repeat x = y ::a:: until z", "f() ::a:: g()",
            "local x ::a::",
            "x = y ::a:: function b() end", "x = y ::a:: function b.c() end", "f(function() x = y ::a:: end)",
            "x = y ::a:: return", "x = y ::a:: b«!».c = 1", "x = y ::a:: «type B = C»",
            "x = y ::a:: function f«<T>»() end",
            "x = y ::type:: ::as:: as = 1",
        ])
    func labels(marked: String) { check(marked) }

    @Test(
        "with `::` stand where no label can",
        arguments: [
            "local n = x «:: number»\n::continue::", "local n = x «:: number» ::continue:: f()",
            "x = y «:: a» ::b:: ::c::",
            "x = y «:: Map<K, V>»\n::continue::", "x = y «:: a» «:: b» ::c::", "x = y «:: any» «:: {T}»",
            "x = y «:: a», z «:: b»",
            "x = y «:: any» «:: T» z = 1", "repeat until x «:: a»", "x = y «:: a.b» ::c::",
            "f(x) ::a:: y = z «:: b» ::c::",
            "x = y «:: any» «:: 'a'»", "x = y «:: any» «:: nil»", "x = y «:: any» «:: function»", "x = y «:: a?» ::b::",
        ])
    func beside(marked: String) { check(marked) }

    @Test(
        "with `as` give way to the variable",
        arguments: [
            "x = y\nas = 3", "x = y as = 3", "x = y as(z)", "x = y as.x = 1", "x = y as:m()", "x = y as, b = 1, 2",
            "x = y as[1] = 2", "x = y as 's'", "x = y as {string}", "x = y as {}", "x = y as [[s]]", "x = y as()",
            "x = y as(A | B)", "x = y as(A | B).c = 1", "x = y as {string} z = 1", "x = y as(z)(w)", "as = as",
            "local as = as",
            "x = as as = as", "f(as)", "as(x)", "as.as:as(as)", "x = {as = as, as, [as] = as}", "repeat until x as(y)",
            "x = y as(z)«!».w = 1", "x = y as(function(a«: T») end)", "x = y as {z «as T»}", "local x as = 1",
            "function as(as) return as end", "goto as ::as::", "x = y as(z) «type A = B»", "f() as = 1",
        ])
    func variables(marked: String) { check(marked) }

    @Test(
        "with `as` stand where no statement can",
        arguments: [
            "local u = data «as {name: string}»", "local u = data «as {[K]: V}»\nf()", "x = y «as (A | B)?»",
            "x = y «as (A?)»",
            "x = y «as {string}?»", "x = y «as (A) -> B»", "x = y «as {string}» «as T»", "x = y «as (A | B)[]»\nf()",
            "x = y «as {T}», z", "x = y «as {T}» + 1", "x = y «as 'a' | 'b'»", "x = y «as T» as = 3",
            "x = y «as T»\nas(z)",
            "x = y «as as»", "x = y «as {typeof(z as T)}»", "repeat until x «as T»",
        ])
    func statements(marked: String) { check(marked) }

    @Test(
        "take an operator for one of types, and `<` for one of Lua where no type arguments are",
        arguments: [
            "x = y «as A | b»", "x = y «as A & b»", "if x «as number» < 5 then end", "x = y «:: number» < z and w",
            "x = y «:: A<B>»", "x = y «:: number» - 1", "x = y «as number» // 2 ~ z", "x = y «:: A» <= z",
            "x = y «:: A» << 1",
        ])
    func operators(marked: String) { check(marked) }

    @Test("leave a semicolon where the next parenthesis would call what is before them")
    func semicolons() {
        #expect(plain("x = y :: T\n(f or g)()") == "x = y ;   \n(f or g)()")
        #expect(plain("x = y as T\n(f or g)()") == "x = y ;   \n(f or g)()")
        #expect(plain("x = y as T (f or g)()") == "x = y ;    (f or g)()")
        #expect(plain("x = 'y' :: any as T\n(f or g)()") == "x = 'y'        ;   \n(f or g)()")
    }

    @Test(
        "without a type are assertions",
        arguments: [
            "x = y«!»", "x = y«!».z«!»[1]«!»:m()«!»", "f«!»(x«!», y«!»)", "x«!».y = 1", "x«!»:m()",
            "x.y«!».z, w«!»[1] = 1, 2",
            "x = (y)«!»", "x = f(y)«!» + 1", "x = y«!»«!»", "x = y«!» «as T»", "x = y«!» == z",
            "x = y«!» «:: T» ::a::", "x«!» = 1",
        ])
    func assertions(marked: String) { check(marked) }

    @Test(
        "are no type arguments of calls, which compare",
        arguments: ["f(g<T>(x))", "x = f<T>(x)", "x = f < T > (x)", "f(g<T, U>(x))"])
    func typeArguments(source: String) { check(source) }
}
