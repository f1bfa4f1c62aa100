import TestSupport

extension ProgramGenerator {
    /// The text of a type. It is blanked, and so the blanks in it are part of it.
    mutating func type() -> String {
        nestedType { generator in
            switch generator.choose(16) {
            case 0: generator.type() + "?"
            case 1: generator.type() + "[]"
            case 2: "{\(generator.type())}"
            case 3: "{ [\(generator.type())]: \(generator.type()) }"
            case 4: "{a: \(generator.type()), -- b: c\n b?: \(generator.type()); read c: T,}"
            case 5: "(\(generator.type()) | \(generator.type()))"
            case 6: "A & \(generator.type())\n | \(generator.type())"
            case 7: "(\(generator.type()), b?: \(generator.type()), ...any) -> \(generator.results())"
            case 8: "fun(a: \(generator.type()), ...: T): \(generator.type())"
            case 9: "Map<\(generator.type()), \(generator.type())>"
            case 10: "<T, U: \(generator.type())>(T) -> U"
            case 11: generator.random.pick(["typeof(f(1).x)", "keyof(T)", "readonly {T}", "interface {a: T}", "fun()"])
            case 12: "(A extends \(generator.type()) ? {\(generator.type())} : \(generator.type()))"
            case 13: "number @min(0) @max(100)"
            case 14:
                generator.random.pick(["nil", "true", "'a: b'", " [[c]] ", "-1", "0x10", "function", "{}", "() -> ()"])
            default: generator.random.pick(["T", "string", "any", "a.b.C", "type", "as", "{ --[[ : V ]] U}"])
            }
        }
    }

    /// What a function returns.
    mutating func results() -> String {
        switch random.below(5) {
        case 0: "()"
        case 1: "(\(type()), \(type()))"
        case 2: "(...\(type()))"
        default: type()
        }
    }

    private mutating func nestedType(_ body: (inout ProgramGenerator) -> String) -> String {
        depth += 1
        defer { depth -= 1 }
        return body(&self)
    }
}
