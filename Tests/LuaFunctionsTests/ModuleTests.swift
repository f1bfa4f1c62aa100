import Kernel
import LuaFunctions
import Testing
import Values

@Suite("The modules of a Lua job")
struct ModuleTests {
    private static func entry(_ id: String) -> Value {
        .map(.init([("id", .string(id)), ("kind", .string("function.lua")), ("meta", .map(.init()))]))
    }

    @Test(
        "write to the log",
        arguments: [
            ("logger:info('text')", "info text"), ("logger.info('no self')", "info no self"),
            ("logger:debug('x')", "debug x"), ("logger:warn('x')", "warning x"), ("logger:error('x')", "error x"),
            ("logger:info('x', { b = 1, a = 'two', c = 1.5, d = true })", "info x a=two b=1 c=1.5 d=true"),
            (
                "logger:info('x', { list = { 1, { k = 'v' } }, none = json.null })",
                #"info x list=[1,{"k":"v"}] none=null"#
            ),
            ("logger:info('x', { 'one', 'two' })", "info x 1=one 2=two"),
            (
                "logger:info('x', { at = time.unix(0), for_ = time.parse_duration('90s') })",
                "info x at=1970-01-01T00:00:00Z for_=1m30s"
            ),
            (
                "logger:info('x', { t = setmetatable({}, { __tostring = function() return 'own' end }) })",
                "info x t=own"
            ),
            ("logger:info(12)", "info 12"), ("logger:info(nil)", "info nil"), ("logger:info({} == 1)", "info false"),
            ("logger:with({ a = 1, b = 1 }):with({ b = 2 }):info('x', { c = 3 })", "info x a=1 b=2 c=3"),
            ("logger.with({ a = 1 }):info('x')", "info x a=1"),
            ("logger:with(table.freeze({ a = 1 })):info('x', table.freeze({ b = 2 }))", "info x a=1 b=2"),
            ("logger:named('n'):info('x')", "info x logger=n"),
            ("logger:named('n'):with({ a = 1 }):named('m'):info('x')", "info x a=1 logger=n.m"),
            ("local l = logger:with({ a = 1 }) l:with({ b = 2 }) l:info('x')", "info x a=1"),
            ("logger:info('\\xFFtext\\0')", "info \u{FFFD}text\0"),
        ])
    func logger(_ body: String, _ expected: String) throws {
        let rig = try Rig(
            body: "local logger, time, json = require 'logger', require 'time', require 'json' \(body)")
        _ = try rig.call()
        #expect(rig.host.lines == [expected])
    }

    @Test("log a table that is inside itself twice, as far as it goes")
    func endlessTable() throws {
        let rig = try Rig(body: "local t = {} t.a = t t.b = t require('logger'):info('x', { t = t })")
        _ = try rig.call()
        #expect(rig.host.lines.first?.hasPrefix("info x t={") == true)
    }

    @Test("log the warnings of Lua")
    func warnings() throws {
        let rig = try Rig(
            body: """
                warn('@on') warn('@off') warn('two ', 'parts')
                setmetatable({}, { __gc = function() error('in a finalizer', 0) end }) collectgarbage()
                """)
        _ = try rig.call()
        #expect(rig.host.lines == ["warning two parts", "warning error in __gc (in a finalizer)"])
    }

    @Test("make JSON and read it")
    func json() throws {
        let rig = try Rig([
            "jobs.lua": """
            local json = require 'json'
            return {
              encode = function(v) return json.encode(v) end,
              none = function() return json.encode(nil) end,
              infinite = function() return json.encode(1/0) end,
              decode = function(s) return json.decode(s) end,
              bytes = function() return json.decode(12) end,
            }
            """
        ])
        rig.host.answers = [
            "[1,{}]": .value(.list([.int(1), .map(.init())])), "null": .value(.null), "12": .value(.int(12)),
        ]
        #expect(try rig.call("encode", .map(.init([("a", .list([.int(1), .null]))]))) == .string(#"{"a":[1,null]}"#))
        #expect(try rig.call("none") == .string("null"))
        #expect(rig.error { _ = try rig.call("infinite") } == "a number is not finite")
        #expect(try rig.call("decode", .string("[1,{}]")) == .list([.int(1), .map(.init())]))
        #expect(try rig.call("decode", .string("null")) == .null)
        #expect(try rig.call("bytes") == .int(12))
        #expect(rig.error { _ = try rig.call("decode", .string("{")) } == "no answer to {")
    }

    @Test("call other functions")
    func funcs() throws {
        let rig = try Rig([
            "jobs.lua": """
            local funcs = require 'funcs'
            return {
              run = function(...) return funcs.call('app:other', ...) end,
              wrong = function() return funcs.call('app:none') end,
              unnamed = function() return funcs.call() end,
            }
            """
        ])
        rig.host.answers["app:other"] = .value(.map(.init([("done", .int(3))])))
        #expect(try rig.call("run", .int(1), .null, .list([])) == .map(.init([("done", .int(3))])))
        #expect(rig.host.questions == [.list([.string("app:other"), .int(1), .null, .list([])])])
        #expect(rig.error { _ = try rig.call("wrong") } == "no answer to app:none")
        #expect(
            rig.error { _ = try rig.call("unnamed") }
                == "jobs.lua:5: bad argument #1 to 'call' (string expected, got no value)")
    }

    @Test("call other functions with more in their context, which each executor keeps for itself")
    func executors() throws {
        let rig = try Rig([
            "jobs.lua": """
            local funcs, ctx = require 'funcs', require 'ctx'
            return {
              run = function()
                local plain = funcs.new()
                local first = plain:with_context(table.freeze({ trace = 'a', n = 1 }))
                local second = first:with_context({ n = 2 })
                first:call('app:one', 1, nil)
                second:call('app:two')
                plain:with_context({}):call('app:three')
                return plain:call('app:four')
              end,
              get = function(key) return ctx.get(key) end, all = function() return ctx.all() end,
            }
            """
        ])
        for name in ["one", "two", "three", "four"] { rig.host.answers["app:\(name)"] = .value(.string(name)) }
        #expect(try rig.call() == .string("four"))
        func map(_ n: Int64) -> Value { .map(.init([("n", .int(n)), ("trace", .string("a"))])) }
        #expect(
            rig.host.questions == [
                .list([.string("app:one"), .int(1), .null]), map(1), .list([.string("app:two")]), map(2),
                .list([.string("app:three")]), .list([.string("app:four")]),
            ])
        rig.host.answers["context"] = .value(.map(.init([("run", .int(3))])))
        #expect(try rig.call("get", .string("run")) == .int(3))
        #expect(try rig.call("all") == .map(.init([("run", .int(3))])))
        let failure = rig.failure { _ = try rig.call("get", .string("none")) }
        #expect(failure?.message == "no value 'none' in the context" && failure?.kind == "NOT_FOUND")
    }

    @Test("read the registry")
    func registry() throws {
        let rig = try Rig([
            "jobs.lua": """
            local registry = require 'registry'
            return {
              find = function(c) local found, err = registry.find(c) return found and found[1].id, err end,
              get = function(id) local e, err = registry.get(id) return e and e.kind, err end,
              parse = function(id) local p, err = registry.parse_id(id) return p and p.ns .. '|' .. p.name, err end,
            }
            """
        ])
        rig.host.answers = ["find": .value(.list([Self.entry("a:b")])), "a:b": .value(Self.entry("a:b"))]
        let criteria = Value.map(.init([("meta.type", .string("cron.job"))]))
        #expect(try rig.call("find", criteria) == .string("a:b"))
        #expect(try rig.call("find") == .string("a:b"))
        #expect(rig.host.questions == [criteria, .map(.init())])
        #expect(try rig.call("get", .string("a:b")) == .string("function.lua"))
        #expect(rig.error { _ = try rig.call("get", .string("a:x")) } == "no answer to a:x")
        #expect(try rig.call("parse", .string("app.jobs:job.x")) == .string("app.jobs|job.x"))
        for text in ["", "x", ":x", "x:"] {
            #expect(
                rig.error { _ = try rig.call("parse", .string(text)) } == "'\(text)' is no ID; expected namespace:name")
        }
    }

    @Test("read the environment")
    func environment() throws {
        let rig = try Rig(
            body: "local env = require 'env' local v, err = env.get(...) return { v or err, env.get_all()[...] == v }")
        rig.host.answers["variable WLUA_PORT"] = .value(.string("8080"))
        rig.host.answers["variables"] = .value(
            .map(.init([("WLUA_PORT", .string("8080")), ("PATH", .string("not this"))])))
        #expect(try rig.call("run", .string("WLUA_PORT")) == .list([.string("8080"), .bool(true)]))
        let path = try #require(ThisProcess.environment("PATH"))
        #expect(try rig.call("run", .string("PATH")) == .list([.string(path), .bool(true)]))
        #expect(
            try rig.call("run", .string("NO_SUCH_VARIABLE"))
                == .list([.string("no variable 'NO_SUCH_VARIABLE' in the environment"), .bool(true)]))
    }

    @Test(
        "say what they have when they are asked for more",
        arguments: [
            (
                "require('time').after('1s')",
                """
                time.after is not available in a job: a worker runs one function at a time; time has APRIL, AUGUST, \
                DATE_ONLY, DATE_TIME, DECEMBER, FEBRUARY, FRIDAY, HOUR, JANUARY, JULY, JUNE, KITCHEN, MARCH, MAY, \
                MICROSECOND, MILLISECOND, MINUTE, MONDAY, NANOSECOND, NOVEMBER, OCTOBER, RFC1123, RFC1123Z, RFC3339, \
                RFC3339NANO, RFC822, RFC822Z, RFC850, SATURDAY, SECOND, SEPTEMBER, STAMP, STAMP_MICRO, STAMP_MILLI, \
                STAMP_NANO, SUNDAY, THURSDAY, TIME_ONLY, TUESDAY, WEDNESDAY, date, fixed_zone, load_location, localtz, \
                now, parse, parse_duration, sleep, unix, utc
                """
            ),
            ("require('json').parse", "json.parse is not available in a job; json has decode, encode, null"),
            (
                "require('env').set('a', 'b')",
                "env.set is not available in a job: the environment is read, not written; env has get, get_all"
            ),
            (
                "require('funcs').async('a')",
                "funcs.async is not available in a job: a function is called and waited for; funcs has call, new"
            ),
            (
                "require('registry').snapshot()",
                "registry.snapshot is not available in a job: it is read, not written; registry has find, get, parse_id"
            ),
            (
                "require('logger'):trace('x')",
                "logger.trace is not available in a job; logger has debug, error, info, named, warn, with"
            ),
            (
                "require('time').now():week()",
                """
                Time.week is not available in a job; Time has add, add_date, after, before, clock, date, day, equal, \
                format, format_rfc3339, hour, in_local, in_location, is_zero, location, minute, month, nanosecond, round, \
                second, sub, truncate, unix, unix_nano, utc, weekday, year, year_day
                """
            ),
        ])
    func unknown(_ expression: String, _ expected: String) throws {
        let rig = try Rig(body: "local x = \(expression)")
        #expect(rig.error { _ = try rig.call() } == "jobs.lua:1: \(expected)")
    }

    @Test(
        "know when they are called wrongly",
        arguments: [
            ("require('logger'):info()", "bad argument #1 to 'info' (value expected)"),
            ("require('logger'):info('x', 5)", "bad argument #2 to 'info' (table expected, got number)"),
            ("require('logger'):named()", "bad argument #1 to 'named' (string expected, got no value)"),
            ("require('registry').find('x')", "bad argument #1 to 'find' (table expected, got string)"),
            ("require('json').decode({})", "bad argument #1 to 'decode' (string expected, got table)"),
            ("require('env').get()", "bad argument #1 to 'get' (string expected, got no value)"),
        ])
    func misuse(_ body: String, _ expected: String) throws {
        let rig = try Rig(body: body)
        #expect(rig.error { _ = try rig.call() } == "jobs.lua:1: \(expected)")
    }
}
