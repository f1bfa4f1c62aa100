import LuaFunctions
import Model
import Testing
import Values

@Suite("A call of a Lua function")
struct CallTests {
    @Test(
        "returns what it returns",
        arguments: [
            ("", .null), ("return nil", .null), ("return nil, nil", .null), ("return 5", .int(5)),
            ("return 5.0", .double(5)), ("return true", .bool(true)), ("return false, 'no error'", .bool(false)),
            ("return 'text', 'more'", .string("text")), ("return ...", .string("first")),
            ("return select('#', ...)", .int(2)), ("return {}", .list([])), ("return 1, 2, 3", .int(1)),
            // A result is for people to read.
            ("return 'a\\xFFb\\xE2\\x82'", .string("a\u{FFFD}b\u{FFFD}\u{FFFD}")),
        ] as [(String, Value)])
    func results(_ body: String, _ expected: Value) throws {
        #expect(try Rig(body: body).call("run", .string("first"), .null) == expected)
    }

    @Test("gets its arguments")
    func arguments() throws {
        let rig = try Rig(body: "local a, b = ... return a.entry .. b[2]")
        let context = Value.map(.init([("entry", .string("app:job"))]))
        #expect(try rig.call("run", context, .list([.int(1), .string("!")])) == .string("app:job!"))
    }

    @Test(
        "that returns nil and an error fails with it",
        arguments: [
            ("return nil, 'disk full'", "disk full"), ("return nil, 5", "5"), ("return nil, false", "false"),
            ("return nil, { message = 'told' }", "told"),
            ("return nil, { text = 'x', message = function(self) return 'method ' .. self.text end }", "method x"),
            ("return nil, setmetatable({}, { __index = { message = 'inherited' } })", "inherited"),
            ("return nil, { code = 5 }", #"{"code":5}"#), ("return nil, { print }", #"["(function)"]"#),
            ("return nil, setmetatable({}, { __tostring = function() return 'text' end })", "text"),
            (
                "return nil, setmetatable({}, { __tostring = function() error('x') end })",
                "an error value that is a table, and has no text"
            ),
        ])
    func refusals(_ body: String, _ expected: String) throws {
        let rig = try Rig(body: body)
        let failure = rig.failure { _ = try rig.call() }
        #expect(failure.map { rig.plain($0.description) } == expected)
        #expect(failure?.traceback == nil)
    }

    @Test(
        "that raises an error fails with its text",
        arguments: [
            ("error('boom')", "jobs.lua:1: boom"), ("error('boom', 0)", "boom"), ("error()", "nil"),
            ("error('')", "jobs.lua:1: "),
            ("error('', 0)", ""), ("error(nil)", "nil"), ("error(12)", "12"), ("error(true)", "true"),
            ("error({ message = 'told' })", "told"), ("error({ 1, { a = 2 } })", #"[1,{"a":2}]"#),
            ("error(setmetatable({}, { __tostring = function() return 'own' end }))", "own"),
            ("local x; return x.y", "jobs.lua:1: attempt to index a nil value (local 'x')"),
            ("coroutine.wrap(function() error('inside', 0) end)()", "jobs.lua:1: inside"),
            ("coroutine.yield(1)", "attempt to yield from outside a coroutine"),
            ("error('a\\xFF', 0)", "a\u{FFFD}"),
            ("return print", "the result is a function; expected nil, a boolean, a number, a string or a table"),
        ])
    func errors(_ body: String, _ expected: String) throws {
        let rig = try Rig(body: body)
        #expect(rig.error { _ = try rig.call() } == expected)
        // The machine is as before.
        #expect(rig.error { _ = try rig.call() } == expected)
    }

    @Test("has a traceback of the user's frames alone")
    func traceback() throws {
        let rig = try Rig([
            "jobs.lua": """
            local function inner() error('x') end
            local t = {}
            function t.middle() inner() end
            return {
              run = function() t.middle() end,
              tail = function() return t.middle() end,
              raw = function() error({}) end,
            }
            """
        ])
        #expect(
            rig.traceback { _ = try rig.call() } == [
                "stack traceback:", "[C]: in function 'error'", "jobs.lua:1: in function 'inner'",
                "jobs.lua:3: in function 'middle'", "jobs.lua:5: in function 'run'",
            ])
        #expect(
            rig.traceback { _ = try rig.call("tail") }?.suffix(2)
                == ["jobs.lua:3: in function 'tail'", "(...tail calls...)"])
        #expect(rig.traceback { _ = try rig.call("raw") }?.count == 3)
        let failure = rig.failure { _ = try rig.call() }
        #expect(failure?.line == 1)
        #expect(failure?.message == "x")
        #expect(failure.map { rig.plain($0.file) } == "jobs.lua")
        #expect(failure.map { rig.plain($0.description).hasPrefix("jobs.lua:1: x\nstack traceback:\n\t[C]") } == true)
    }

    @Test("shows the main chunk and the required file in the traceback of a load")
    func loadTraceback() throws {
        let rig = try Rig(["jobs.lua": "\nrequire 'm' return {}", "m.lua": "\n\nerror('in m')"])
        #expect(rig.error { try rig.load() } == "m.lua:3: in m")
        #expect(
            rig.traceback { try rig.load() } == [
                "stack traceback:", "[C]: in function 'error'", "m.lua:3: in main chunk", "[C]: in function 'require'",
                "jobs.lua:2: in main chunk",
            ])
    }

    @Test("cuts the middle of a deep traceback")
    func deepTraceback() throws {
        let rig = try Rig(body: "local function f(n) if n == 0 then error('x') end f(n - 1) end f(40)")
        let lines = rig.traceback { _ = try rig.call() }
        #expect(lines?.count == 24)
        #expect(lines?[12] == "...\t(skipping 21 levels)")
        #expect(lines?.last == "jobs.lua:1: in function 'run'")
    }

    @Test("replaces an error by a later one of a variable that is closed")
    func closing() throws {
        let rig = try Rig(
            body: "local x <close> = setmetatable({}, { __close = function() error('closing') end }) error('first')")
        #expect(rig.error { _ = try rig.call() } == "jobs.lua:1: closing")
    }

    @Test("may lead back into the machine, and its errors stay apart")
    func nested() throws {
        let rig = try Rig([
            "jobs.lua": """
            local funcs = require 'funcs'
            local function outer(target, ...)
              local value, err = funcs.call(target, ...)
              if err then error('outer: ' .. err, 0) end
              return value
            end
            return {
              run = function(n) return 1 + outer('double', n) end,
              double = function(n) return 2 * n end,
              fails = function() return outer('raises') end,
              raises = function() error('inner') end,
              threads = function() return coroutine.wrap(function() return outer('double', 4) end)() end,
              thread = function() return select(2, coroutine.running()) end,
              inner_thread = function() return coroutine.wrap(function() return outer('thread') end)() end,
              deep = function(n) if n == 0 then return 0 end return 1 + outer('deep', n - 1) end,
            }
            """
        ])
        rig.host.onCall = { [unowned rig] target, arguments in
            do throws(LuaFailure) {
                return .value(
                    try rig.machine.call(LuaFunction(file: rig.path("jobs.lua"), method: target), arguments: arguments))
            } catch {
                return .failure(LuaError(rig.plain(error.summary)))
            }
        }
        #expect(try rig.call("run", .int(5)) == .int(11))
        #expect(try rig.call("threads") == .int(8))
        // It runs on top of the coroutine that asked for it.
        #expect(try rig.call("thread") == .bool(true))
        #expect(try rig.call("inner_thread") == .bool(false))
        #expect(try rig.call("deep", .int(50)) == .int(50))
        #expect(rig.error { _ = try rig.call("fails") } == "outer: jobs.lua:11: inner")
        #expect(rig.traceback { _ = try rig.call("fails") }?.last == "(...tail calls...)")
        // Lua counts the calls of C functions on its stack: without an end of the host's there is one of Lua's.
        #expect(rig.error { _ = try rig.call("deep", .int(1_000)) }?.contains("C stack overflow") == true)
        #expect(try rig.call("run", .int(5)) == .int(11))
    }
}
