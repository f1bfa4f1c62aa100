import Testing

@Suite("Declarations of types")
struct DeclarationTests {
    @Test(
        "go as a whole",
        arguments: [
            "«type Name = T»",
            "«type Name = T» local x = 1",
            "«type Name<A, B: C> = Map<A, B>»\nx = 1",
            "«type Name =\n  | 'a'\n  | 'b'»\nx = 1",
            "«type Name =\n  & A\n  & {b: B}»\nx = 1",
            "«type Name = {\r\n  a: T,\r\n}»\r\nx = 1",
            "«export type Name = T»\nexport = 1",
            "«type type = as»\n«type as = type»",
            "do «type A = B»; «type C = D» end",
            "x = y\n«type A = B»\nz = y",
            "«type F = fun»\nx = 1",
            "if x then «type A = B» else «type C = D» end",
        ])
    func types(marked: String) { check(marked) }

    @Test(
        "of interfaces go as a whole",
        arguments: [
            "«interface A end»",
            "«interface A\n  function m(self: A, a: T): R\n  function n()\nend»\nx = 1",
            "«interface A<T>: B, C<T>\n  function m<U>(self, a?: U, ...: any): (R, S)\n  name: string\nend»\nx = 1",
            "«interface A extends B\n  function m(): function\n  function n(): A, B\nend»\nx = 1",
            "«export interface A end»",
        ])
    func interfaces(marked: String) { check(marked) }

    @Test(
        "begin with words that are else ordinary names",
        arguments: [
            "type(x)", "type = 1", "local type = type", "t.type = 1", "type 'x'", "type {1}", "type.x = 1",
            "type[1] = 2",
            "type:f()", "type, x = 1, 2", "x = type\nFoo = 1", "x = type y = 1", "function type() end",
            "::type:: goto type",
            "interface(x)", "interface = 1", "local interface", "interface 'x'", "interface.x = 1",
            "x = interface y = 1",
            "export = 1", "export(x)", "x = export type = 1", "local function type(type) end", "for type = 1, 2 do end",
        ])
    func words(source: String) { check(source) }

    @Test("leave a semicolon where the next parenthesis would call what is before them")
    func semicolons() {
        #expect(plain("x = y\ntype A = B\n(f or g)()") == "x = y\n;         \n(f or g)()")
        #expect(plain("x = y\ninterface A end (f or g)()") == "x = y\n;               (f or g)()")
    }
}
