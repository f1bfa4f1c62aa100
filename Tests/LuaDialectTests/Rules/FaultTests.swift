import LuaDialect
import Testing

@Suite("What is not valid")
struct FaultTests {
    @Test(
        "stays for Lua to report, and all after it",
        arguments: [
            "local x«: T» = = local y: U", "local x«: T» x y local z: U", "x = 'a\nlocal y: T", "x = [[ local y: T",
            "x = [=[ ]] local y: T", "--[[ local y: T", "x = $ local y: T", "x = y != z local w: T",
            "local x: local y: T",
            "local x: {a: T local y: T", "function f(a«: T», b: , c: U) end", "type X = \nlocal y: T",
            "type X local y: T",
            "interface A function m( end local y: T", "interface A local y: T", "return x local y: T",
            "f(x as ) local y: T",
            "end local y: T", "local x«: T» return x«!», (", "if x «as T» do local y: T end", "x = y as ] local z: T",
            "x as T = 1 local z: T", "x :: T = 1 local z: T", "local x <const: T> = 1", "x = y as {a: T, z",
            "local x: A<B",
            "local x: @min", "local x: T@", "local x: T @min(function() end)", "local x: T @min(1", "x = 1 y: T = 2",
            "\u{0}local x: T",
            "x = {a: T}", "x = a ? b : c", "for i«: T» do end local y: T", "local x«: A».1 = 2", "f(x) = 1 local y: T",
            "(x) = 1 local y: T", "x local y: T", "local x: (A -> B",
        ])
    func faults(marked: String) { check(marked) }

    @Test("may be any of the beginnings of a program")
    func beginnings() {
        let program = Array(
            "local x: {T} = y as Map<K, V>\ntype A = 'b'\nfunction f<T>(a: T): () return [[c]]! end".utf8)
        for count in 0...program.count {
            let result = LuaDialect.plain(Array(program[..<count]))
            #expect(result.count == count)
            #expect(result.lastIndex(of: 10) == program[..<count].lastIndex(of: 10))
        }
    }
}
