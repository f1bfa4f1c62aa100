import TestSupport
import Testing
import Values

@Suite("Values as bytes")
struct ValueCodingTests {
    private func coded(_ value: Value) -> [UInt8] { ValueCoding.bytes(of: value) }

    private func read(_ bytes: [UInt8]) throws -> Value {
        try bytes.withUnsafeBytes {
            var reader = ValueReader($0)
            return try reader.value()
        }
    }

    @Test(
        "read back as they were",
        arguments: [
            .null, .bool(true), .bool(false), .int(.min), .int(.max), .double(-0.0), .double(.infinity), .string(""),
            .string("naïve\0text"), .list([]), .list([.int(1), .list([.null])]), .map(.init()),
            .map(.init([("b", .int(1)), ("a", .map(.init([("", .string("x"))])))])),
        ] as [Value])
    func roundTrip(_ value: Value) throws {
        #expect(try read(coded(value)) == value)
        #expect(ValueCoding.size(of: value) == coded(value).count)
    }

    @Test("are refused where they are cut off")
    func torn() throws {
        let whole = coded(.map(.init([("key", .list([.int(1), .string("text"), .double(2)]))])))
        for length in 0..<whole.count {
            #expect(throws: ValueCoding.Failure.malformed) { try read(Array(whole[..<length])) }
        }
    }

    @Test("are refused where they are not UTF-8 or too deep")
    func refused() throws {
        #expect(throws: ValueCoding.Failure.notUTF8) { try read([5, 1, 0, 0, 0, 0xFF]) }
        var deep = Value.null
        for _ in 0..<ValueCoding.deepest { deep = .list([deep]) }
        #expect(throws: ValueCoding.Failure.tooDeep) { try read(coded(deep)) }
    }

    @Test("that are garbage are never read past their end")
    func garbage() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                UInt8.random(in: 0...(Bool.random(using: &generator) ? 8 : 255), using: &generator)
            }
            _ = try? read(bytes)
        }
    }
}
