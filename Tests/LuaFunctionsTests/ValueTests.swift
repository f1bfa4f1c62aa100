import LuaFunctions
import TestSupport
import Testing
import Values

@Suite("Values between the worker and Lua")
struct ValueTests {
    private static func map(_ pairs: (String, Value)...) -> Value { .map(.init(pairs)) }

    @Test(
        "come back as they were",
        arguments: [
            .null, .bool(true), .bool(false), .int(0), .int(.min), .int(.max), .double(1), .double(-0.0), .double(0.1),
            .double(.infinity), .string(""), .string("naïve\0text"), .string("\u{10FFFF}"), .list([]),
            .list([.null]), .list([.null, .int(1), .null]), .list([.list([]), .list([.int(1)])]), map(),
            map(("a", .int(1)), ("b", map(("", .string("x")))), ("z", map())), .list([map(), .list([])]),
            .list((0..<1_000).map { .int($0) }), .string(String(repeating: "é", count: 100_000)),
        ] as [Value])
    func roundTrip(_ value: Value) throws { #expect(try Rig(body: "return ...").call("run", value) == value) }

    @Test("have their keys sorted, and are absent where a map has null")
    func maps() throws {
        let rig = try Rig(body: "return ...")
        let value = Self.map(("b", .int(1)), ("a", .null), ("B", .int(2)), ("aa", .int(3)), ("é", .int(4)))
        #expect(try rig.call("run", value) == Self.map(("B", .int(2)), ("aa", .int(3)), ("b", .int(1)), ("é", .int(4))))
        #expect(try Rig(body: "return (...).a == nil").call("run", value) == .bool(true))
    }

    @Test("that are not a number come back as one that is none")
    func notANumber() throws {
        guard case .double(let number) = try Rig(body: "return ...").call("run", .double(.nan)) else {
            Issue.record("no double")
            return
        }
        #expect(number.isNaN)
    }

    @Test(
        "are what Lua makes of them",
        arguments: [
            ("return math.type((...))", .int(1), .string("integer")),
            ("return math.type((...))", .double(1), .string("float")),
            ("return #(...)", .string("a\0b"), .int(3)), ("return #(...)", .list([.null, .null]), .int(2)),
            ("return (...)[1] == require('json').null", .list([.null]), .bool(true)),
            ("return next((...))", map(), .null), ("local t = ... t.a = nil return t", map(("a", .int(1))), map()),
            ("local t = ... t[1] = 'x' return t", map(), .list([.string("x")])),
            ("local t = ... t[1] = nil return t", .list([.int(1)]), .list([])),
            ("return { [1.0] = 'a', [2] = 'b' }", .null, .list([.string("a"), .string("b")])),
            ("return { n = require('json').null }", .null, map(("n", .null))),
        ] as [(String, Value, Value)])
    func inLua(_ body: String, _ argument: Value, _ expected: Value) throws {
        #expect(try Rig(body: body).call("run", argument) == expected)
    }

    @Test(
        "that are none are refused with their place",
        arguments: [
            ("print", "is a function; expected nil, a boolean, a number, a string or a table"),
            ("coroutine.create(print)", "is a thread; expected nil, a boolean, a number, a string or a table"),
            ("io.stdout", "is a userdata such as a time; expected tostring of it"),
            ("require('time').now()", "is a userdata such as a time; expected tostring of it"),
            (
                "{ a = { 1, { b = print } } }",
                ": .a[2].b is a function; expected nil, a boolean, a number, a string or a table"
            ),
            ("{ 1, x = 2 }", "has both strings and numbers as keys; expected strings, or 1 to n"),
            ("{ a = { 1, x = 2 } }", ": .a has both strings and numbers as keys; expected strings, or 1 to n"),
            ("{ [0] = 1 }", "has a number below 1 as a key; expected strings, or 1 to n"),
            (
                "{ 1, nil, 3 }",
                "is a list with holes; expected the keys 1 to n, with json.null where there is nothing"
            ),
            (
                "{ [math.maxinteger] = 1 }",
                "is a list with holes; expected the keys 1 to n, with json.null where there is nothing"
            ),
            ("{ [true] = 1 }", "has a key that is neither a string nor a whole number; expected strings, or 1 to n"),
            ("{ [1.5] = 1 }", "has a key that is neither a string nor a whole number; expected strings, or 1 to n"),
            ("{ ['\\xFF'] = 1 }", "has a key that is not UTF-8 text"), ("'\\xC0\\x80'", "is not UTF-8 text"),
            ("{ x = '\\xED\\xA0\\x80' }", ": .x is not UTF-8 text"),
            (
                "(function() local t = {} t.t = t return t end)()",
                "has more than 127 tables inside each other; is one inside itself?"
            ),
        ])
    func refused(_ expression: String, _ expected: String) throws {
        let separator = expected.hasPrefix(":") ? "" : " "
        let call = try Rig(body: "return require('funcs').call('f', 1, \(expression))")
        #expect(call.error { _ = try call.call() } == "jobs.lua:1: argument 3 of funcs.call\(separator)\(expected)")
        let json = try Rig(body: "return require('json').encode(\(expression))")
        #expect(json.error { _ = try json.call() } == "the value\(separator)\(expected)")
        #expect(call.host.questions.isEmpty && json.host.questions.isEmpty)
    }

    @Test(
        "are UTF-8, or they are none",
        arguments: [
            ("é", true), ("\\xC3", false), ("\\x80", false), ("\\xC1\\xBF", false), ("\\xE0\\x9F\\xBF", false),
            ("\\xE0\\xA0\\x80", true), ("\\xED\\x9F\\xBF", true), ("\\xED\\xA0\\x80", false),
            ("\\xF0\\x8F\\xBF\\xBF", false), ("\\xF0\\x90\\x80\\x80", true), ("\\xF4\\x8F\\xBF\\xBF", true),
            ("\\xF4\\x90\\x80\\x80", false), ("\\xF5\\x80\\x80\\x80", false), ("\\xE2\\x82", false),
            ("\\xE2\\x82a", false), ("\\xFF", false),
        ])
    func utf8(_ text: String, _ isValid: Bool) throws {
        let rig = try Rig(body: "local _, err = require('json').encode('\(text)') return err")
        #expect(try rig.call() == (isValid ? .null : .string("the value is not UTF-8 text")))
    }

    @Test("are as deep as 128 lists, and no deeper")
    func depth() throws {
        let rig = try Rig(body: "return ...")
        // The list of the arguments is one of them.
        var deep = Value.list([])
        for _ in 1..<ValueCoding.deepest - 1 { deep = .list([deep]) }
        #expect(try rig.call("run", deep) == deep)
        #expect(
            rig.error { _ = try rig.call("run", .list([deep])) }
                == "a value has more than 127 lists and maps inside each other")
    }

    @Test("of an argument of a log line are always shown")
    func lenient() throws {
        let rig = try Rig(
            body: """
                local t = {} t.t = t
                local mixed = { a = { 1, x = 2 } }
                require('logger'):info('x', { deep = { t }, f = { print }, mixed = mixed, bytes = '\\xFF' })
                """)
        _ = try rig.call()
        #expect(rig.host.lines.count == 1)
        let line = rig.host.lines.first ?? ""
        #expect(line.hasPrefix("info x bytes=\u{FFFD} deep=[{\"t\":{\"t\":"))
        #expect(line.contains("\"(table)\"}}"))
        #expect(line.hasSuffix(#"f=["(function)"] mixed={"a":"(table)"}"#))
    }

    @Test("at random come back as they were")
    func fuzz() throws {
        let rig = try Rig(body: "return ...")
        var generator = SeededGenerator(seed: Fuzz.seed)
        for _ in 0..<Fuzz.iterations(3_000) {
            let value = Self.random(&generator, depth: 0)
            #expect(try rig.call("run", value) == value, "FUZZ_SEED=\(Fuzz.seed)")
        }
    }

    /// Without null in maps, and with their keys sorted.
    private static func random(_ generator: inout SeededGenerator, depth: Int) -> Value {
        switch generator.below(depth > 5 ? 6 : 9) {
        case 0: return .null
        case 1: return .bool(generator.chance(2))
        case 2: return .int(Int64(truncatingIfNeeded: generator.next()))
        case 3: return .int(Int64(generator.below(7)) - 3)
        case 4: return .double(Double(generator.below(1_000)) / 8)
        case 5: return .string(text(&generator))
        case 6: return .list((0..<generator.below(6)).map { _ in random(&generator, depth: depth + 1) })
        default:
            var map: [String: Value] = [:]
            for _ in 0..<generator.below(6) {
                let value = random(&generator, depth: depth + 1)
                if value != .null { map[text(&generator)] = value }
            }
            let keys = map.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return .map(.init(keys.map { ($0, map[$0]!) }))
        }
    }

    private static func text(_ generator: inout SeededGenerator) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<generator.below(12) {
            text.append(generator.pick(["a", "\0", "é", "\u{FFFD}", "\u{10000}", "\"", "\n", "1", "中"]))
        }
        return String(text)
    }

    @Test("that Lua makes at random are encoded or refused, and never harm")
    func hostile() throws {
        let rig = try Rig([
            "jobs.lua": """
            local json, logger = require 'json', require 'logger'
            local function random(depth)
              local kind = math.random(depth > 4 and 8 or 12)
              if kind == 1 then return print
              elseif kind == 2 then return string.rep(string.char(math.random(0, 255)), math.random(0, 40))
              elseif kind == 3 then return math.random(-3, 3)
              elseif kind == 4 then return math.random() * 10
              elseif kind == 5 then return io.stdout
              elseif kind == 6 then return json.null
              elseif kind <= 8 then return 'text'
              end
              local t = {}
              for i = 1, math.random(0, 6) do
                local key = math.random(2) == 1 and i or random(5)
                if key ~= nil and key == key then t[key] = random(depth + 1) end
              end
              if math.random(9) == 1 then t[1] = t end
              return t
            end
            return { run = function(seed)
              math.randomseed(seed)
              local value = random(0)
              json.encode(value)
              logger:info('x', { value = value })
              return value
            end }
            """
        ])
        for seed in 0..<Fuzz.iterations(3_000) {
            _ = rig.failure { _ = try rig.call("run", .int(Int64(truncatingIfNeeded: Fuzz.seed) &+ Int64(seed))) }
        }
        #expect(rig.host.lines.count == Fuzz.iterations(3_000))
    }
}
