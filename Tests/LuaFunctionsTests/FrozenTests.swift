import LuaFunctions
import Testing
import Values

@Suite("A frozen table")
struct FrozenTests {
    @Test(
        "is read as before, and goes out as before",
        arguments: [
            ("t.a + t[1] + #t", .int(5)), ("table.isfrozen(t)", .bool(true)), ("table.isfrozen({})", .bool(false)),
            ("table.freeze(t) == t", .bool(true)), ("table.concat(t, ',')", .string("2,3")),
            ("select('#', unpack(t)) + select(2, table.unpack(t))", .int(5)),
            ("table.freeze({ 1, 2 })", .list([.int(1), .int(2)])),
            ("table.freeze({})", .list([])),
            ("table.freeze({ a = table.freeze({ b = 1 }) })", .map(.init([("a", .map(.init([("b", .int(1))])))]))),
            ("(function() local s = 0 for _, v in ipairs(t) do s = s + v end return s end)()", .int(5)),
            ("(function() local s = 0 for k in pairs(t) do s = s + 1 end return s end)()", .int(3)),
            ("tostring(table.freeze(setmetatable({}, { __tostring = function() return 'own' end })))", .string("own")),
            ("table.freeze(setmetatable({}, { __index = { deep = 7 } })).deep", .int(7)),
            ("getmetatable(table.freeze(setmetatable({}, { mark = 1 }))).mark", .int(1)),
            ("getmetatable(t)", .bool(false)),
            ("require('json').encode(table.freeze({ 1 }))", .string("[1]")),
        ] as [(String, Value)])
    func reading(_ text: String, _ expected: Value) throws {
        #expect(try Rig(body: "local t = table.freeze({ 2, 3, a = 1 }) return \(text)").call() == expected)
    }

    @Test(
        "is not changed",
        arguments: ["t.a = 2", "t.new = 2", "t[1] = nil", "table.insert(t, 1)", "table.remove(t)", "table.sort(t)"])
    func writing(_ text: String) throws {
        let rig = try Rig(body: "local t = table.freeze({ 3, 2, a = 1 }) \(text)")
        #expect(rig.error { _ = try rig.call() }?.contains("of a frozen table") == true)
        let other = try Rig(body: "local t = table.freeze({}) setmetatable(t, {})")
        #expect(other.error { _ = try other.call() } == "jobs.lua:1: cannot change a protected metatable")
    }

    @Test("has its finalizer called once")
    func finalizer() throws {
        let body = """
            local count = 0
            table.freeze(setmetatable({}, { __gc = function() count = count + 1 end }))
            collectgarbage() collectgarbage()
            return count
            """
        #expect(try Rig(body: body).call() == .int(1))
    }

    @Test("can be what a file returns")
    func file() throws {
        let rig = try Rig(["jobs.lua": "return table.freeze({ run = function() return 1 end })"])
        #expect(try rig.call() == .int(1))
        #expect(rig.error { _ = try rig.call("x") } == "jobs.lua has no function 'x'; it has run")
    }
}
