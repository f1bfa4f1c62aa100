import Testing

@Suite("Annotations")
struct AnnotationTests {
    @Test("are overwritten byte for byte, so that all else stays at its line and column")
    func places() {
        let annotated = "local name: string, age: number? = 'Ada', 36\nlocal function f(a: {number},\r\n\tb: T): R end"
        let expected = "local name        , age          = 'Ada', 36\nlocal function f(a          ,\r\n\tb   )    end"
        #expect(plain(annotated) == expected)
    }

    @Test(
        "of locals stand after the name, before or after its attribute",
        arguments: [
            "local x«: T»",
            "local x«: T» = 1",
            "local x«:T»=1",
            "local x«: Map<K, V>»= 1",
            "local x«: Map<K, Set<V>>»= 1",
            "local a«: T», b«: U» = 1, 2",
            "local a, b«: U», c = 1, 2",
            "local a«: T» <const> = 1",
            "local a <const>«: T» = 1",
            "local a«: m.T?» <close>, b«: U» <const> = f(), 2",
            "local a«: Map<K, V>» <const> = 1",
            "local x«: number @min(0) @max(100)» = 1",
            "local x«: string @pattern('[)]', {1, 2}) @trim» = 'a'",
            "local x«: T»\n(f or g)()",
            "local x«: fun»\n(f or g)()",
            "local x«: number @trim»\n(f or g)()",
        ])
    func locals(marked: String) { check(marked) }

    @Test(
        "of parameters stand after the name or the dots",
        arguments: [
            "function f(a«: T», b«: U») return a end",
            "function f(a«?: T», b«?») return a end",
            "function f(a, ...«: T») return ... end",
            "function f(...«: {T}») return ... end",
            "function m.n.f(a«: T») end",
            "function m:f(a«: T», self«: U») end",
            "local function f(a«: T») end",
            "x = function(a«: T», b) end",
            "f(function(a«: T») end, {g = function(b«: U») end})",
            "function f(\n  a«: T», -- one: T\n  b«?: {\n    c: U,\n  }»,\n  ...«: V»\n) end",
        ])
    func parameters(marked: String) { check(marked) }

    @Test(
        "of results stand after the parameters",
        arguments: [
            "function f()«: T» return 1 end",
            "function f()«: (A, B?)» return 1, 2 end",
            "function f()«: A, B» return 1, 2 end",
            "function f()«: A, B,\n  C» return 1, 2 end",
            "function f()«: ()» end",
            "function f()«: ...T» end",
            "function f()«: asserts x is string» end",
            "local function f()«: T» return end",
            "x = function()«: T» return 1 end",
            "f(function()«: A, B» end, 2)",
            "function m:f(a«: T»)«: U» return self end",
            "function f()«:\n  T» return 1 end",
        ])
    func results(marked: String) { check(marked) }

    @Test(
        "of results end where the body begins",
        arguments: [
            "function f()«: string»\n(g or h)() end",
            "function f()«: fun»\n(g or h)() end",
            "function f()«: A»\ng() end",
            "function f()«: A» g() end",
            "function f()«: A»\n::top:: end",
            "function f()«: A»; end",
            "function f()«: asserts»\nx = is end",
            "function f(x)«: asserts x» return x end",
            "function f(x)«: asserts x»\n(g or h)() end",
            "function f(x)«: asserts x» y = 1 end",
            "function f(x)«: asserts x»\nis(x) end",
            "f(function(x)«: asserts x» end)",
            "function f()«: asserts» x = 1 end",
            "function f()«: asserts» x.y = 1 end",
            "function f()«: asserts» x, y = 1, 2 end",
            "function f()«: asserts» x() end",
            "function f()«: A»\nextends(B) end",
            "function f()«: A»\nextends = B end",
            "function f()«: A»\n«type B = C» end",
            "function f()«: readonly»\nx = 1 end",
            "function f()«: Map\n  <K, V>» return end",
            "function f()«: A\n  | B\n  & C» return end",
            "function f()«: a\n  .b» return end",
            "function f()«: A\n  ?» return end",
            "function f()«: function» end",
        ])
    func bodies(marked: String) { check(marked) }

    @Test(
        "of loop variables stand after the name",
        arguments: [
            "for i«: number» = 1, 10 do end",
            "for k«: string», v«: number» in pairs(t) do f(k) end",
            "for k, v«: {[string]: T}» in pairs(t) do end",
        ])
    func loops(marked: String) { check(marked) }

    @Test(
        "of type parameters stand after the name of a function, or after `function`",
        arguments: [
            "local function f«<T>»(x«: T»)«: T» return x end",
            "function M.f«<T: Constraint, U>»(x«: T», y«: U») end",
            "function M:f«<T extends {a: U}, U = V>»(x«: T») end",
            "x = function«<T>»(x«: T») return x end",
            "function f«<T...>»(...«: T...») end",
            "function f«<T: Map<A, B>>»() end",
        ])
    func generics(marked: String) { check(marked) }

    @Test(
        "in strings and comments are text",
        arguments: [
            "-- local x: T = 1",
            "--[[ local x: T ]] local x«: U»",
            "--[==[ local x: T ]] ]==] local x«: U»",
            "--[==\nlocal x«: T»",
            "x = 'local x: T = y as U'",
            "x = \"a :: b\\\" as c! \\\\\" local y«: T»",
            "x = [[ function f(a: T): U ]] local y«: T»",
            "x = [=[ x as T ]] ]=] local y«: T»",
            "x = 'a\\z\n  : T\\\n : U\\\r\n : V' local y«: T»",
            "f 'a: T' { 'b as T' } [[c :: T]]",
        ])
    func text(marked: String) { check(marked) }

    @Test(
        "go with the comments in them, and comments after them stay",
        arguments: [
            "local x«: --[[ why ]] T» --[[ because ]] = 1",
            "local x«: { -- fields\n  a: T, -- one\r\n  b: U, -- ünd\n}» -- end\n= 1",
        ])
    func comments(marked: String) { check(marked) }
}
