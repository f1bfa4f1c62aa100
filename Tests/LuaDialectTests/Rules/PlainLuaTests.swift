import LuaDialect
import Testing

@Suite("Plain Lua")
struct PlainLuaTests {
    /// The annotation behind each source shows that all of it was read.
    @Test(
        "comes through byte for byte",
        arguments: [
            "", ";;;", "local a <const>, b <close> = 1, f()", "goto done ::done::",
            "x = a // b ~= c ~ d >> 1 << 2 & ~3 | 4",
            "x = 3 + 3. + .5 + 1e5 + 1E-5 + 0xA + 0Xa.bP-3 + 0x.1p4 + 0x3e+1", "x = a..b, ...", "x = not #-~a ^ -b",
            "a.b.c, d[1], e().f = 1, 2", "f() f{} f'' f[[]] a:b() a:b{} a:b'' a:b[[]]",
            "f{1, 2; 3, a = 1, ['b'] = 2, }",
            "if a then elseif b then else end", "while a do break end", "repeat local x until x",
            "for i = 1, 2, 3 do end",
            "for k, v in next, t do end", "function a.b.c:d(...) return ... end", "local function f(a, b) return end",
            "do return end", "x = [[a]b]] .. [=[ ]] ]=] .. [==[\n]=]]==]",
            "x = 'a\\'b\\\\' .. \"a\\\"b\" .. '\\\n\\\r\n\\z \n\t x'",
            "--[[a\nb]] x = 1 --[=[ ]] ]=] --[ c\n--[==d\n--", "x = a --[[b]].c", "x = {f = function() end}",
            "x = a[b[c[d]]]", "(f or g)()", ";(f)()", "x = y\n(f)()", "x = -1 - -1", "x = a<b, c>d", "x = 'é' -- ü",
            "local x\t\u{B}\u{C}= 1\r\n\ry = 2\n\r",
        ])
    func rows(source: String) {
        #expect(plain(source) == source)
        check(source + "\nlocal probe«: T»")
    }

    @Test("may have a byte order mark and a first line with `#`, which is skipped")
    func firstLine() {
        check("\u{FEFF}local x«: T»")
        check("#!/usr/bin/lua it's: T\nlocal x«: T»")
        check("\u{FEFF}# local x: T\rlocal y: T\nlocal x«: T»")
        check("x = 1\n# local x: T")
        #expect(plain("#") == "#")
    }
}
