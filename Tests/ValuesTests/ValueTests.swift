import Testing
import Values

@Suite("A value")
struct ValueTests {
    @Test(
        "has the text that a person would write, if it is a scalar",
        arguments: [
            (.null, "null"), (.bool(true), "true"), (.bool(false), "false"), (.int(-5), "-5"), (.double(1.5), "1.5"),
            (.double(2), "2.0"), (.double(.infinity), ".inf"), (.double(-.infinity), "-.inf"), (.double(.nan), ".nan"),
            (.string("x"), "x"), (.list([]), nil), (.map(.init()), nil),
        ] as [(Value, String?)])
    func scalarText(value: Value, text: String?) {
        #expect(value.scalarText == text)
    }

    @Test("is only what it is")
    func accessors() {
        let map = Value.map(.init([("a", .int(1))]))
        #expect(map["a"]?.int == 1)
        #expect(map["b"] == nil)
        #expect(Value.int(1)["a"] == nil)
        #expect(Value.int(1).string == nil)
        #expect(Value.string("x").string == "x")
        #expect(Value.bool(true).bool == true)
        #expect(Value.list([.null]).list == [.null])
    }
}

@Suite("A map")
struct ValueMapTests {
    @Test("keeps the order of its keys through changes")
    func order() {
        var map = Value.Map([("b", .int(1)), ("a", .int(2)), ("c", .int(3))])
        map["a"] = .int(9)
        map["b"] = nil
        map["d"] = .int(4)
        map["none"] = nil
        #expect(map.keys == ["a", "c", "d"])
        #expect(map.values == [.int(9), .int(3), .int(4)])
        #expect(map.count == 3)
        #expect(!map.isEmpty)
    }

    @Test("can be made of keys that are known to be unique")
    func unique() {
        #expect(Value.Map(uniqueKeys: ["a"], values: [.null]) == Value.Map([("a", .null)]))
    }

    @Test("lets the last of equal keys win")
    func repeated() {
        #expect(Value.Map([("a", .int(1)), ("a", .int(2))]) == Value.Map([("a", .int(2))]))
    }
}
