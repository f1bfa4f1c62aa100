import LuaFunctions
import Model
import Testing
import Values

@Suite("A file of Lua functions")
struct FileTests {
    @Test("is run once, and its state lasts")
    func state() throws {
        let rig = try Rig(["jobs.lua": "local n = 0 return { run = function() n = n + 1 return n end }"])
        try rig.load()
        try rig.load()
        #expect(try rig.call() == .int(1))
        #expect(try rig.call() == .int(2))
    }

    @Test("shares its globals with the worker's other files")
    func others() throws {
        let rig = try Rig([
            "a.lua": "shared = 7 return {}", "b.lua": "return { run = function() return shared end }",
        ])
        try rig.load("a.lua")
        #expect(try rig.call(in: "b.lua") == .int(7))
    }

    @Test(
        "that is none is refused",
        arguments: [
            ("local = 1", "jobs.lua:1: <name> expected near '='"),
            ("return {\n\n x = 1 = 2 }", "jobs.lua:3: '}' expected (to close '{' at line 1) near '='"),
            ("return 'text", "jobs.lua:1: unfinished string near <eof>"),
            ("", "jobs.lua returned nil; expected a table of functions, or a function"),
            ("return 5", "jobs.lua returned number; expected a table of functions, or a function"),
            ("return true", "jobs.lua returned boolean; expected a table of functions, or a function"),
            ("\n error('no')", "jobs.lua:2: no"),
            ("return \(String(repeating: "{", count: 300))", "jobs.lua: C stack overflow"),
            ("\u{1B}Lua", "jobs.lua is compiled Lua; expected its source"),
        ])
    func refused(_ text: String, _ expected: String) throws {
        let rig = try Rig(["jobs.lua": text])
        #expect(rig.error { try rig.load() } == expected)
        // And again: a file that was not loaded is not half there.
        #expect(rig.error { try rig.load() } == expected)
    }

    @Test("that is missing is named as it was given")
    func missing() throws {
        let rig = try Rig()
        #expect(rig.error { try rig.load("x/jobs.lua") } == "open 'x/jobs.lua': No such file or directory")
        #expect(rig.error { try rig.load(".") }?.hasSuffix("not a regular file") == true)
        #expect(rig.files == ["x/jobs.lua", "."])
    }

    @Test("may be corrected after a failure")
    func corrected() throws {
        let rig = try Rig(["jobs.lua": "return {"])
        #expect(rig.error { try rig.load() } != nil)
        try rig.write("return { run = function() return 'now' end }", to: "jobs.lua")
        #expect(try rig.call() == .string("now"))
    }

    @Test("is larger than 4 MiB and refused")
    func large() throws {
        let line = "-- \(String(repeating: "x", count: 1_020))\n"
        let rig = try Rig(["jobs.lua": String(repeating: line, count: 4_097) + "return {}"])
        #expect(rig.error { try rig.load() } == "jobs.lua is larger than 4 MiB; expected a smaller file of Lua")
    }

    @Test(
        "may begin with a byte order mark and a line with #",
        arguments: ["#!/usr/bin/lua\nerror('two')", "\u{FEFF}#!/usr/bin/lua\nerror('two')", "\u{FEFF}\nerror('two')"])
    func header(_ text: String) throws {
        let rig = try Rig(["jobs.lua": text])
        #expect(rig.error { try rig.load() } == "jobs.lua:2: two")
    }

    @Test("with nothing but a line with # is empty")
    func headerAlone() throws {
        let rig = try Rig(["jobs.lua": "# nothing"])
        #expect(rig.error { try rig.load() } == "jobs.lua returned nil; expected a table of functions, or a function")
    }

    @Test("has its whole path in errors, however long it is")
    func longPath() throws {
        let name = "\(String(repeating: "directory/", count: 12))jobs.lua"
        let rig = try Rig([
            name: "return { run = function() error('deep') end,\n other = function() local x = nil + 1 end }"
        ])
        #expect(rig.error { _ = try rig.call(in: name) } == "\(name):1: deep")
        #expect(rig.traceback { _ = try rig.call("other", in: name) }?.last == "\(name):2: in function 'other'")
    }

    @Test("goes through what prepares it, with what it requires")
    func prepared() throws {
        let files = ["jobs.lua": "return { run = function() return 'a' .. require 'm' end }", "m.lua": "return 'a'"]
        let rig = try Rig(files) { $0.map { $0 == UInt8(ascii: "a") ? UInt8(ascii: "b") : $0 } }
        #expect(try rig.call() == .string("bb"))
    }

    @Test("has functions, and a name that is none gets a hint")
    func methods() throws {
        let rig = try Rig([
            "jobs.lua": "return { cleanup = print, report = print, limit = 5 }", "none.lua": "return { 1, 2 }",
        ])
        func error(_ method: String, _ file: String = "jobs.lua") -> String? {
            rig.error { try rig.machine.check(LuaFunction(file: rig.path(file), method: method)) }
        }
        #expect(error("cleanup") == nil)
        #expect(
            error("claenup") == "jobs.lua has no function 'claenup'; did you mean 'cleanup'? It has cleanup, report")
        #expect(error("x") == "jobs.lua has no function 'x'; it has cleanup, report")
        #expect(error("limit") == "'limit' in jobs.lua is a number; expected a function")
        #expect(error("x", "none.lua") == "none.lua has no function 'x', and no other")
        #expect(
            error("cleanup\0") == "jobs.lua has no function 'cleanup\0'; did you mean 'cleanup'? It has cleanup, report"
        )
        #expect(rig.error { _ = try rig.call("limit") } == "'limit' in jobs.lua is a number; expected a function")
    }

    @Test(
        "tell the name of the first parameter",
        arguments: [
            ("function(context, x) end", "context"), ("function(...) end", nil), ("function() end", nil),
            ("print", nil),
            ("function(_) local ctx end", "_"),
        ] as [(String, String?)])
    func parameters(_ function: String, _ name: String?) throws {
        let rig = try Rig(["jobs.lua": "return { run = \(function) }"])
        #expect(try rig.machine.check(LuaFunction(file: rig.path("jobs.lua"), method: "run")) == name)
    }

    @Test("cannot be called while it is being run")
    func early() throws {
        let rig = try Rig(["jobs.lua": "local _, err = require('funcs').call('x') error(err, 0)"])
        rig.host.onCall = { [unowned rig] _, _ in .failure(LuaError(rig.error { _ = try rig.call() } ?? "called")) }
        #expect(
            rig.error { try rig.load() }
                == "jobs.lua is still being run; expected no call of its functions until it returns")
    }
}
