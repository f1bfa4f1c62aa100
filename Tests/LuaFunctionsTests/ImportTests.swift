import LuaFunctions
import Model
import Testing
import Values

@Suite("The imports of a Lua file")
struct ImportTests {
    private func imports(_ pairs: [String: String]) -> [LuaImport] {
        pairs.sorted { $0.key < $1.key }.map { LuaImport($0.key, EntryID($0.value)!) }
    }

    /// `libraries`: by their IDs, the file and what it imports.
    private func rig(
        _ files: [String: String], _ libraries: [String: (file: String, imports: [String: String])]
    ) throws -> Rig {
        let rig = try Rig(files)
        for (id, library) in libraries {
            rig.host.libraries[id] = LuaFile(rig.path(library.file), imports: imports(library.imports))
        }
        return rig
    }

    private func call(_ rig: Rig, _ pairs: [String: String]) throws -> Value {
        try rig.machine.call(
            LuaFunction(LuaFile(rig.path("jobs.lua"), imports: imports(pairs)), method: "run"), arguments: [])
    }

    @Test("are found before files and modules, by each file in those of its own entry")
    func order() throws {
        let rig = try rig(
            [
                "jobs.lua": """
                local json, dates = require('json'), require('dates')
                return { run = function() return json.name .. dates.name() .. require('util') .. require('x') end }
                """,
                "dates.lua": "error('a file of the name')", "util.lua": "return require('x') .. 'u'",
                "lib/dates.lua": """
                local x = require('x')
                local M = { name = function() return x .. require('util') end }
                return M
                """,
                "lib/util.lua": "return 'lib'", "lib/x1.lua": "return 'X1'", "x2.lua": "return 'X2'",
                "lib/json.lua": "return { name = 'j' }",
            ],
            [
                "app:dates": ("lib/dates.lua", ["x": "app:x1"]), "app:x1": ("lib/x1.lua", [:]),
                "app:x2": ("x2.lua", [:]), "app:json": ("lib/json.lua", [:]),
            ])
        let result = try call(rig, ["json": "app:json", "dates": "app:dates", "x": "app:x2"])
        #expect(result == .string("jX1libX2uX2"))
        // Another entry of the same file, which imports something else.
        let other = try call(rig, ["json": "app:json", "dates": "app:dates", "x": "app:x1"])
        #expect(other == .string("jX1libX1uX1"))
    }

    @Test("are one instance for all who import an entry, whose globals are those of all")
    func instance() throws {
        let rig = try rig(
            [
                "jobs.lua": """
                shared = 1
                local a, b = require('a'), require('b')
                return { run = function() return { a.next(), b(), shared, select(2, require 'a'), _G.require('b')() } end }
                """,
                "a.lua": "local n = 0 shared = shared + 1 return { next = function() n = n + 1 return n end }",
                "b.lua": "return require('a').next",
            ], ["app:a": ("a.lua", [:]), "app:b": ("b.lua", ["a": "app:a"])])
        let result = try call(rig, ["a": "app:a", "b": "app:b"])
        #expect(result == .list([.int(1), .int(2), .int(2), .string(rig.path("a.lua")), .int(3)]))
    }

    @Test("are those of the file also for a call by another, in a coroutine, as a tail call")
    func callers() throws {
        let rig = try rig(
            [
                "jobs.lua": """
                local lib = require('lib')
                return { run = function()
                  local co = coroutine.wrap(function() return lib.get('x') end)
                  local _, raw = pcall(lib.require, 'x')
                  return lib.get('x') .. co() .. raw .. require('x')
                end }
                """,
                "lib.lua": "return { get = function(name) return require(name) end, require = require }",
                "one.lua": "return 1", "two.lua": "return 2",
            ], ["app:lib": ("lib.lua", ["x": "app:one"]), "app:one": ("one.lua", [:]), "app:two": ("two.lua", [:])])
        #expect(try call(rig, ["lib": "app:lib", "x": "app:two"]) == .string("1112"))
    }

    @Test("that are not there, or import each other, are errors at the call")
    func errors() throws {
        let rig = try rig(
            [
                "jobs.lua": "return { run = function() return require('a') end }", "a.lua": "return require('b')",
                "b.lua": "return require('a')",
            ], ["app:a": ("a.lua", ["b": "app:b"]), "app:b": ("b.lua", ["a": "app:a"])])
        #expect(
            rig.error { _ = try call(rig, ["a": "app:none"]) }
                == "jobs.lua:1: require 'a': no entry 'app:none' in the registry")
        #expect(
            rig.error { _ = try call(rig, ["a": "app:a"]) }
                == "b.lua:1: require 'a': a.lua is still being run; expected no files that require each other")
    }

    @Test("can be anything that a file returns; a file of a function must return a table or a function")
    func values() throws {
        let rig = try rig(
            [
                "jobs.lua": "return function(...) return require('n') + require('t').n + select('#', ...) end",
                "n.lua": "return 5", "t.lua": "return { n = 6 }", "nothing.lua": "", "text.lua": "return 'x'",
            ], ["app:n": ("n.lua", [:]), "app:t": ("t.lua", [:])])
        #expect(try call(rig, ["n": "app:n", "t": "app:t"]) == .int(11))
        for name in ["n", "nothing"] { try rig.machine.load(library: LuaFile(rig.path("\(name).lua"))) }
        #expect(
            rig.error { try rig.load("text.lua") }
                == "text.lua returned string; expected a table of functions, or a function")
    }
}
