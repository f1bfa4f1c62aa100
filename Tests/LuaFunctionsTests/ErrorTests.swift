import LuaFunctions
import Testing
import Values

@Suite("An error as a value")
struct ErrorTests {
    /// What an expression is, with `err` as an error that has all parts.
    private func value(_ text: String) throws -> Value {
        try Rig(
            body: """
                local err = errors.new{ message = 'no such user', kind = errors.NOT_FOUND, retryable = false,
                    details = { id = 5 } }
                return \(text)
                """
        ).call()
    }

    @Test(
        "has its parts, and is its text where a text is wanted",
        arguments: [
            ("err:message()", .string("no such user")), ("err:kind()", .string("NOT_FOUND")),
            ("err:retryable()", .bool(false)), ("err:details()", .map(.init([("id", .int(5))]))),
            ("tostring(err)", .string("no such user")), ("'a: ' .. err .. '!'", .string("a: no such user!")),
            ("#err", .int(12)), ("err:match('%w+$')", .string("user")),
            ("err:upper():lower()", .string("no such user")),
            ("string.format('%s', err)", .string("no such user")), ("type(err)", .string("userdata")),
            ("err:stack():match('jobs.lua:1')", .string("jobs.lua:1")), ("err.none", .null), ("err[1]", .null),
            ("{ err, err }", .list([.string("no such user"), .string("no such user")])),
            ("errors.is(err, errors.NOT_FOUND)", .bool(true)), ("errors.is(err, errors.INVALID)", .bool(false)),
            ("errors.is('NOT_FOUND', errors.NOT_FOUND)", .bool(false)), ("require('errors') ~= nil", .bool(true)),
            ("errors.new('x'):kind() .. tostring(errors.new('x'):retryable())", .string("UNKNOWNnil")),
            ("errors.new('x'):message()", .string("x")), ("errors.new(errors.INVALID, 'y'):kind()", .string("INVALID")),
            ("errors.new(errors.INVALID, 'y'):message()", .string("y")),
            ("errors.new('a', 'b'):message()", .string("a")),
            ("errors.new{ message = 'm' }:kind()", .string("UNKNOWN")), ("tostring(errors.new(5))", .string("5")),
            ("tostring(errors.wrap(err, 'load'))", .string("load: no such user")),
            ("errors.wrap(err, 'load'):kind()", .string("NOT_FOUND")),
            ("errors.wrap(err, 'load'):retryable()", .bool(false)), ("errors.wrap(err, 'load'):details().id", .int(5)),
            ("tostring(errors.wrap('text', 'load'))", .string("load: text")),
            ("errors.wrap('text', 'load'):kind()", .string("UNKNOWN")),
            ("select(2, pcall(error, err)):kind()", .string("NOT_FOUND")),
        ] as [(String, Value)])
    func parts(_ text: String, _ expected: Value) throws {
        #expect(try value(text) == expected)
    }

    @Test(
        "is not made of anything else",
        arguments: [
            ("errors.new()", "bad argument #1 to 'new' (value expected)"),
            ("errors.new{}", "errors.new: no 'message' in the table; expected a text"),
            (
                "errors.new{ message = 'm', retryable = 'no' }",
                "errors.new: 'retryable' is a string; expected a boolean"
            ),
            ("errors.new{ message = 'm', kind = 5 }", "errors.new: 'kind' is a number; expected a string"),
            ("errors.wrap(err)", "bad argument #2 to 'wrap' (string expected, got no value)"),
            ("err.kind('x')", "bad argument #1 to 'kind' (error expected, got string)"),
            (
                "errors.TIMED_OUT",
                "errors.TIMED_OUT is not available in a job; errors has ALREADY_EXISTS, CANCELED, CONFLICT, INTERNAL, "
                    + "INVALID, NOT_FOUND, PERMISSION_DENIED, RATE_LIMITED, TIMEOUT, UNAVAILABLE, UNKNOWN, is, new, wrap"
            ),
        ])
    func refusals(_ text: String, _ expected: String) throws {
        let rig = try Rig(body: "local err = errors.new('x') return \(text)")
        #expect(
            rig.error { _ = try rig.call() }?.hasSuffix(expected) == true, "\(rig.error { _ = try rig.call() } ?? "")")
    }

    @Test("goes out of a function with all that it says, returned or raised", arguments: ["return nil,", "error("])
    func failures(_ way: String) throws {
        let end = way == "error(" ? ")" : ""
        let rig = try Rig(
            body: """
                local details = { at = 'x', run = print }
                \(way) errors.new{ message = 'gone', kind = errors.NOT_FOUND, retryable = false, details = details } \(end)
                """)
        let failure = try #require(rig.failure { _ = try rig.call() })
        #expect(failure.message == "gone" && failure.kind == "NOT_FOUND" && failure.isRetryable == false)
        #expect(failure.details == .map(.init([("at", .string("x")), ("run", .string("(function)"))])))
        #expect((failure.traceback != nil) == (way == "error("))
        // One that says less.
        for text in ["return nil, 'text'", "error('text')", "return nil, { message = 'text', retryable = false }"] {
            let plain = try Rig(body: text)
            let failure = try #require(plain.failure { _ = try plain.call() })
            #expect(failure.kind == nil && failure.isRetryable == nil && failure.details == .null)
        }
    }

    @Test("comes from the modules, and through a call of another function, with its kind")
    func modules() throws {
        let rig = try Rig([
            "jobs.lua": """
            local funcs, json, time, registry = require 'funcs', require 'json', require 'time', require 'registry'
            local function kind(value, err) return value == nil and err:kind() .. ': ' .. err end
            return {
              run = function()
                local _, err = funcs.call('app:other', 1)
                return { kind(json.encode(print)), kind(time.parse_duration('x')), kind(registry.parse_id('x')),
                  kind(funcs.call('app:none')), err:kind(), tostring(err:retryable()), err:details().n }
              end,
              other = function() return nil, errors.new{ message = 'm', kind = 'CONFLICT', retryable = true,
                details = { n = 3 } } end,
            }
            """
        ])
        rig.host.onCall = { [unowned rig] target, arguments in
            guard target == "app:other" else { return .failure("no entry") }
            do {
                return .value(try rig.call("other"))
            } catch {
                guard let failure = error as? LuaFailure else { return .failure("\(error)") }
                var described = LuaError(failure.message, kind: failure.kind)
                (described.isRetryable, described.details) = (failure.isRetryable, failure.details)
                return .failure(described)
            }
        }
        let result = try #require(try rig.call().list)
        #expect(
            result.map { $0.scalarText ?? "" } == [
                "INVALID: the value is a function; expected nil, a boolean, a number, a string or a table",
                "INVALID: 'x' is no duration; expected numbers with units d, h, m, s, ms, us, ns, as in 1h30m",
                "INVALID: 'x' is no ID; expected namespace:name", "UNKNOWN: no entry", "CONFLICT", "true", "3",
            ])
    }
}
