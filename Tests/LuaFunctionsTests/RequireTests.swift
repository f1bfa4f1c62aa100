import LuaFunctions
import Testing
import Values

@Suite("require")
struct RequireTests {
    @Test("finds files beside the source, with dots or slashes, and packages")
    func files() throws {
        let rig = try Rig([
            "d/jobs.lua": """
            return { run = function()
              return require('util').n + require('lib.deep') + require('lib/deep') + require('pack').n
            end }
            """,
            "d/util.lua": "return { n = 1 }", "d/lib/deep.lua": "return 10",
            // Modules are found from the entry's source, not from the file that requires them.
            "d/pack/init.lua": "return { n = 100 + require('util').n }",
        ])
        #expect(try rig.call(in: "d/jobs.lua") == .int(122))
        #expect(rig.files == ["d/jobs.lua", "d/util.lua", "d/lib/deep.lua", "d/pack/init.lua"])
    }

    @Test("runs a file once, whatever its value, and passes its name and path")
    func once() throws {
        let rig = try Rig([
            "jobs.lua":
                "return { run = function() require 'm' return { require 'm', select(2, require 'm'), seen } end }",
            "m.lua": "seen = (seen or '') .. select('#', ...) .. ...",
        ])
        let expected: [Value] = [.bool(true), .string(rig.path("m.lua")), .string("2m")]
        #expect(try rig.call() == .list(expected))
    }

    @Test("keeps files of two directories apart, though they have one name")
    func directories() throws {
        let job = "return { run = function() return require 'm' end }"
        let rig = try Rig(["a/jobs.lua": job, "b/jobs.lua": job, "a/m.lua": "return 'a'", "b/m.lua": "return 'b'"])
        #expect(try rig.call(in: "a/jobs.lua") == .string("a"))
        #expect(try rig.call(in: "b/jobs.lua") == .string("b"))
        #expect(try rig.call(in: "a/jobs.lua") == .string("a"))
    }

    @Test("has the file's table if the file is loaded")
    func entry() throws {
        let rig = try Rig([
            "jobs.lua":
                "n = (n or 0) + 1 return { five = 5, run = function() return require('jobs').five + n end }"
        ])
        #expect(try rig.call() == .int(6))
    }

    @Test(
        "says what is wrong",
        arguments: [
            (
                "none.at.all",
                "jobs.lua:1: module 'none.at.all' not found; looked for none/at/all.lua and none/at/all/init.lua"
            ),
            (
                "sql",
                "jobs.lua:1: module 'sql' is one of Wippy's and not here; there are ctx, env, errors, funcs, json, logger, "
                    + "registry and time; looked for sql.lua and sql/init.lua"
            ),
            ("../up", "jobs.lua:1: require '../up': expected a name such as util or lib.util, below the file itself"),
            ("/etc/x", "jobs.lua:1: require '/etc/x': expected a name such as util or lib.util, below the file itself"),
            ("", "jobs.lua:1: require '': expected a name such as util or lib.util, below the file itself"),
            ("a..b", "jobs.lua:1: require 'a..b': expected a name such as util or lib.util, below the file itself"),
            ("a\\0b", "jobs.lua:1: require 'a\0b': expected a name such as util or lib.util, below the file itself"),
            ("bad", "bad.lua:1: <name> expected near '='"),
            ("compiled", "jobs.lua:1: compiled.lua is compiled Lua; expected its source"),
            ("raises", "raises.lua:1: no"),
            ("a", "b.lua:1: require 'a': a.lua is still being run; expected no files that require each other"),
        ])
    func errors(_ name: String, _ expected: String) throws {
        let rig = try Rig([
            "jobs.lua": "return { run = function() return require '\(name)' end }", "bad.lua": "local = 1",
            "compiled.lua": "\u{1B}Lua", "raises.lua": "error('no')", "a.lua": "return require 'b'",
            "b.lua": "return require 'a'",
        ])
        #expect(rig.error { _ = try rig.call() } == expected)
        // A module that failed is tried again.
        #expect(rig.error { _ = try rig.call() } == expected)
    }

    @Test("has the standard libraries and the machine's modules, if there is no file of their name")
    func modules() throws {
        let text = """
            local json = require('json')
            return { run = function()
              assert(require('string') == string and require('time') == require('time') and require('json') == json)
              return json.encode(1)
            end }
            """
        let rig = try Rig(["jobs.lua": text, "own/jobs.lua": text, "own/json.lua": "return { encode = tostring }"])
        #expect(try rig.call(in: "own/jobs.lua") == .string("1"))
        #expect(rig.files == ["own/jobs.lua", "own/json.lua"])
        #expect(try rig.call() == .string("1"))
        // What came to be after the load is not what another worker has found.
        try rig.write("error('a file')", to: "json.lua")
        #expect(try rig.call() == .string("1"))
        let next = try Rig(["jobs.lua": text, "json.lua": "error('a file')"])
        next.host.texts[next.path("jobs.lua")] = Array(text.utf8)
        #expect(try next.call() == .string("1"))
    }

    @Test("loads no C")
    func noC() throws {
        let rig = try Rig(
            body:
                "local p = package return { p.path, p.cpath, not p.loadlib, not p.searchers, not p.preload }"
        )
        #expect(try rig.call() == .list([.string(""), .string(""), .bool(true), .bool(true), .bool(true)]))
    }
}
