/// Reads JSON to the letter of RFC 8259: what it takes, every reader takes. An object's members keep their order, and a
/// name may occur once.
indirect enum StrictJSON: Hashable {
    case null
    case bool(Bool)
    case string(String)
    /// As it was written.
    case number(String)
    case list([StrictJSON])
    case object([Member])

    struct Member: Hashable {
        let name: String
        let value: StrictJSON
    }

    struct Failure: Error {
        let what: String
        let offset: Int
    }

    init(_ text: String) throws(Failure) {
        var reader = Reader(Array(text.utf8))
        self = try reader.value()
        try reader.end()
    }

    subscript(name: String) -> StrictJSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    var names: [String] {
        guard case .object(let members) = self else { return [] }
        return members.map(\.name)
    }
}

private struct Reader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ what: String) -> StrictJSON.Failure { .init(what: what, offset: position) }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(StrictJSON.Failure) {
        guard take(character) else { throw failure("expected \(character)") }
    }

    mutating func end() throws(StrictJSON.Failure) {
        guard position == bytes.count else { throw failure("expected the end") }
    }

    mutating func value() throws(StrictJSON.Failure) -> StrictJSON {
        switch next {
        case UInt8(ascii: "\""): .string(try string())
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["): try list()
        case UInt8(ascii: "n"): try word("null", .null)
        case UInt8(ascii: "t"): try word("true", .bool(true))
        case UInt8(ascii: "f"): try word("false", .bool(false))
        default: .number(try number())
        }
    }

    private mutating func word(_ word: String, _ value: StrictJSON) throws(StrictJSON.Failure) -> StrictJSON {
        for character in word.unicodeScalars { try expect(character) }
        return value
    }

    private mutating func object() throws(StrictJSON.Failure) -> StrictJSON {
        try expect("{")
        var members: [StrictJSON.Member] = []
        if take("}") { return .object([]) }
        repeat {
            let name = try string()
            guard !members.contains(where: { $0.name == name }) else { throw failure("'\(name)' twice") }
            try expect(":")
            members.append(.init(name: name, value: try value()))
        } while take(",")
        try expect("}")
        return .object(members)
    }

    private mutating func list() throws(StrictJSON.Failure) -> StrictJSON {
        try expect("[")
        var elements: [StrictJSON] = []
        if take("]") { return .list([]) }
        repeat { elements.append(try value()) } while take(",")
        try expect("]")
        return .list(elements)
    }

    private mutating func number() throws(StrictJSON.Failure) -> String {
        let start = position
        _ = take("-")
        let first = position
        try digits()
        guard position == first + 1 || bytes[first] != UInt8(ascii: "0") else { throw failure("a leading zero") }
        if take(".") { try digits() }
        if take("e") || take("E") {
            _ = take("-") || take("+")
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() throws(StrictJSON.Failure) {
        let first = position
        while let digit = next, digit >= 0x30, digit <= 0x39 { position += 1 }
        guard position > first else { throw failure("expected a digit") }
    }

    private mutating func string() throws(StrictJSON.Failure) -> String {
        try expect("\"")
        var content: [UInt8] = []
        while !take("\"") {
            guard let byte = next, byte >= 0x20 else { throw failure("a bare control character") }
            position += 1
            content += byte == UInt8(ascii: "\\") ? try escape() : [byte]
        }
        guard let text = String(validating: content, as: UTF8.self) else { throw failure("no UTF-8") }
        return text
    }

    private mutating func escape() throws(StrictJSON.Failure) -> [UInt8] {
        let simple: [Unicode.Scalar: UInt8] = ["\"": 0x22, "\\": 0x5C, "n": 0x0A, "r": 0x0D, "t": 0x09]
        for (character, byte) in simple where take(character) { return [byte] }
        try expect("u")
        let digits = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self)
        guard digits.utf8.count == 4, let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) else {
            throw failure("expected four hexadecimal digits")
        }
        position += 4
        return Array(String(scalar).utf8)
    }
}
