import Testing
import Values

@Suite("JSON output")
struct JSONOutputTests {
    @Test("is written without spaces, its members in the order in which they were given")
    func structure() {
        let value = Value.object([
            ("b", .list([.int(1), .int(.min), .int(.max)])), ("a", .object([])), ("c", .list([])),
            ("d", .string("x")), ("e", .null),
        ])
        #expect(
            JSONCoding.output(value)
                == #"{"b":[1,-9223372036854775808,9223372036854775807],"a":{},"c":[],"d":"x","e":null}"#)
    }

    @Test("reads back as what was written")
    func roundTrip() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let value = randomValue(&random, depth: 4)
            #expect(try StrictJSON(JSONCoding.output(value)) == value.expected)
        }
    }

    private func randomValue(_ random: inout SystemRandomNumberGenerator, depth: Int) -> Value {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
        case 0: .int(Int64.random(in: .min ... .max, using: &random))
        case 1: .string(String(String.UnicodeScalarView((0..<6).map { _ in scalar(&random) })))
        case 2: .null
        case 3: .bool(Bool.random(using: &random))
        case 4: .double(Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &random)))
        case 5: .list((0..<3).map { _ in randomValue(&random, depth: depth - 1) })
        default: .object((0..<3).map { ("\($0)\n", randomValue(&random, depth: depth - 1)) })
        }
    }

    private func scalar(_ random: inout SystemRandomNumberGenerator) -> Unicode.Scalar {
        Unicode.Scalar(UInt32.random(in: 0..<(Bool.random(using: &random) ? 0x80 : 0xD800), using: &random))!
    }
}

extension Value {
    fileprivate var expected: StrictJSON {
        switch self {
        case .null: .null
        case .bool(let bool): .bool(bool)
        case .double(let double) where double.isFinite: .number("\(double)")
        case .double(let double): .string(double.isNaN ? ".nan" : double < 0 ? "-.inf" : ".inf")
        case .string(let string): .string(string)
        case .int(let int): .number(String(int))
        case .list(let list): .list(list.map(\.expected))
        case .map(let map): .object(zip(map.keys, map.values).map { .init(name: $0, value: $1.expected) })
        }
    }
}
