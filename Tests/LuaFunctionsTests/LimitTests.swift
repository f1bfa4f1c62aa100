import LuaFunctions
import Testing
import Values

@Suite("Past a limit, a Lua function")
struct LimitTests {
    private static let functions = """
        local funcs, json, logger = require 'funcs', require 'json', require 'logger'
        local function forever() return 1 + forever() end
        local function nest(n) local ok, err = pcall(nest, n + 1) if not ok then error(err, 0) end end
        local function wrap(n) return coroutine.wrap(function() return wrap(n + 1) end)() end
        local function again(s) return (s:gsub('.', again)) end
        local function compare() table.sort({ 1, 2, 3, 4 }, compare) return true end
        local raising = setmetatable({}, { __tostring = function() error('no text') end })
        return {
          ok = function(...) return ... end,
          huge = function() return string.rep('x', 1 << 40):len() end,
          grow = function() local t = {} for i = 1, 1 << 20 do t[i] = string.rep('x', 1 << 20) .. i end end,
          forever = forever,
          nest = function() nest(0) end,
          wrap = function() wrap(0) end,
          gsub = function() again('a') end,
          sort = compare,
          tostring = function() error(raising) end,
          message = function() error(setmetatable({}, { __index = function() error('no field') end })) end,
          handler = function() return xpcall(error, function() error('again') end) end,
          finalizer = function()
            for i = 1, 100 do setmetatable({}, { __gc = function() funcs.call('x') error('late') end }) end
            for i = 1, 1000 do json.encode({ i, { 'text' .. i } }) logger:info('x', { i = i }) end
            collectgarbage()
          end,
          large = function() return string.rep('x', (1 << 31) - 100):len() end,
          pattern = function() return string.rep('a', 300000):find(string.rep('a?', 300000) .. 'b') end,
          unpack = function() return table.unpack({}, 1, 1e7) end,
          braces = function() local s = 'return ' .. string.rep('{', 300) return load(s) end,
        }
        """

    @Test(
        "has an error, and the machine goes on",
        arguments: [
            ("huge", "jobs.lua:10: resulting string too large"), ("grow", "not enough memory"),
            ("large", "not enough memory"),
            ("forever", "jobs.lua:2: stack overflow"),
            ("nest", "C stack overflow"), ("wrap", "C stack overflow"), ("gsub", "C stack overflow"),
            ("sort", "C stack overflow"), ("tostring", "an error value that is a table, and has no text"),
            ("message", "an error value that is a table, and has no text"),
            ("pattern", "jobs.lua:26: pattern too complex"),
            ("unpack", "jobs.lua:27: too many results to unpack"),
            ("braces", "C stack overflow"),
        ])
    func errors(_ method: String, _ expected: String) throws {
        let rig = try Rig(["jobs.lua": Self.functions])
        let error = rig.error { _ = try rig.call(method) }
        #expect(
            error == expected || (expected == "C stack overflow" && error?.hasSuffix(expected) == true),
            "\(error ?? "")")
        #expect(try rig.call("ok", .int(1)) == .int(1))
        rig.machine.collectGarbage()
        rig.machine.collectGarbage()
        #expect(rig.machine.memory < 64 << 20)
    }

    @Test("survives errors in message handlers and finalizers")
    func inside() throws {
        let rig = try Rig(["jobs.lua": Self.functions])
        #expect(try rig.call("handler") == .bool(false))
        _ = try rig.call("finalizer")
        #expect(rig.host.lines.filter { $0.hasPrefix("info x i=") }.count == 1_000)
        // Of each finalizer, amid the questions of others.
        #expect(rig.host.lines.filter { rig.plain($0) == "warning error in __gc (jobs.lua:21: late)" }.count == 100)
    }

    @Test("asks nothing of a host that is gone, in a finalizer")
    func closing() throws {
        let host: FakeHost
        do {
            let rig = try Rig(body: "keep = setmetatable({}, { __gc = function() require('funcs').call('x') end })")
            host = rig.host
            _ = try rig.call()
        }
        #expect(host.questions.isEmpty)
    }

    @Test("leaves nothing behind, called 100,000 times")
    func calls() throws {
        let rig = try Rig([
            "jobs.lua":
                "return { ok = function(...) local all = { ..., text = { 1, 2 } } return all[1], all.text end }"
        ])
        let context = Value.map(.init([("entry", .string("app:job")), ("list", .list([.int(1), .map(.init())]))]))
        func rounds(_ count: Int) throws -> Int {
            for _ in 0..<count { _ = try rig.call("ok", context) }
            rig.machine.collectGarbage()
            return rig.machine.memory
        }
        let before = try rounds(100)
        #expect(try rounds(100_000) <= before + 256)
    }

    @Test("leaves nothing behind, failing in every way")
    func failures() throws {
        let rig = try Rig([
            "jobs.lua": """
            local json, funcs, logger, time = require 'json', require 'funcs', require 'logger', require 'time'
            local ways = {
              function() error('x') end, function() error({}) end, function() return nil, 'x' end,
              function() return print end, function() funcs.call(1, print) end,
              function() funcs.call('x') error('y') end,
              function() json.encode(print) error() end, function() json.decode('[') error({ message = 'z' }) end,
              function() require 'none' end, function() time.sleep('x') end, function() logger:info('x', 5) end,
              function() return require 'bad' end, function() return time.now() end, function() return nil, {} end,
              function() local t <close> = setmetatable({}, { __close = error }) error('first') end,
              function() return { a = '\\xFF', 1 } end, function() coroutine.wrap(error)('x') end,
              function() time.after() end,
            }
            return { run = function(n) return ways[n % #ways + 1]() end }
            """, "bad.lua": "return return",
        ])
        func rounds(_ count: Int) -> Int {
            var failed = 0
            for n in 0..<count where rig.error({ _ = try rig.call("run", .int(Int64(n))) }) != nil { failed += 1 }
            #expect(failed == count)
            rig.host.lines = []
            rig.machine.collectGarbage()
            return rig.machine.memory
        }
        let before = rounds(500)
        #expect(rounds(20_000) <= before + 256)
    }

    @Test("of memory is told at the limit")
    func memory() throws {
        let rig = try Rig(["jobs.lua": Self.functions])
        #expect(rig.machine.memory == 0)
        _ = try rig.call("ok")
        #expect((10_000..<100_000).contains(rig.machine.memory))
    }
}
