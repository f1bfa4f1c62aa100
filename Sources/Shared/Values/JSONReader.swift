import Clocks

/// Reads one JSON text, byte by byte, and nothing beyond the end of its bytes.
struct JSONReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    private let dialect: JSONCoding.Dialect

    init(_ bytes: UnsafeRawBufferPointer, _ dialect: JSONCoding.Dialect) {
        (self.bytes, self.dialect) = (bytes, dialect)
    }

    mutating func document() throws(JSONCoding.Failure) -> Value {
        let value = try value(depth: 0)
        guard next == nil else { throw expected("the end") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONCoding.Failure) -> Value {
        let first = next
        guard depth < ValueCoding.deepest else {
            throw expected("lists and objects at most \(ValueCoding.deepest) deep inside each other")
        }
        switch first {
        case UInt8(ascii: "{"): return .map(try object(depth))
        case UInt8(ascii: "["): return .list(try list(depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "N") where dialect == .exact: return try word("NaN", .double(.nan))
        case UInt8(ascii: "I") where dialect == .exact: return try word("Infinity", .double(.infinity))
        default: return try number()
        }
    }

    private mutating func word(_ word: StaticString, _ value: Value) throws(JSONCoding.Failure) -> Value {
        for index in 0..<word.utf8CodeUnitCount {
            guard byte == word.utf8Start[index] else { throw expected("'\(word)'") }
            position += 1
        }
        return value
    }

    // MARK: Lists and objects

    private mutating func list(_ depth: Int) throws(JSONCoding.Failure) -> [Value] {
        position += 1
        if take(UInt8(ascii: "]")) { return [] }
        var values: [Value] = []
        repeat { values.append(try value(depth: depth + 1)) } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw expected("',' or ']'") }
        return values
    }

    private mutating func object(_ depth: Int) throws(JSONCoding.Failure) -> Value.Map {
        position += 1
        var members = JSONMembers()
        if take(UInt8(ascii: "}")) { return members.map }
        repeat {
            guard next == UInt8(ascii: "\"") else { throw expected("a string as key") }
            let key = try string()
            guard take(UInt8(ascii: ":")) else { throw expected("':'") }
            members.add(key, try value(depth: depth + 1))
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw expected("',' or '}'") }
        return members.map
    }

    // MARK: Numbers

    private mutating func number() throws(JSONCoding.Failure) -> Value {
        let start = position
        var isInteger = true
        guard takeByte(UInt8(ascii: "-")) || isDigit else { throw expected("a value") }
        if dialect == .exact, byte == UInt8(ascii: "I") { return try word("Infinity", .double(-.infinity)) }
        if !takeByte(UInt8(ascii: "0")) { try digits() }
        if takeByte(UInt8(ascii: ".")) {
            isInteger = false
            try digits()
        }
        if takeByte(UInt8(ascii: "e")) || takeByte(UInt8(ascii: "E")) {
            isInteger = false
            if !takeByte(UInt8(ascii: "-")) { takeByte(UInt8(ascii: "+")) }
            try digits()
        }
        let text = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
        if isInteger, let int = Int64(text) { return .int(int) }
        guard let double = Double(text), double.isFinite else {
            throw expected("a number of at most 1.8e308", at: start)
        }
        return .double(double)
    }

    private mutating func digits() throws(JSONCoding.Failure) {
        guard isDigit else { throw expected("a digit") }
        while isDigit { position += 1 }
    }

    private var isDigit: Bool { byte.map(ASCII.isDigit) ?? false }

    // MARK: Strings

    private mutating func string() throws(JSONCoding.Failure) -> String {
        position += 1
        let start = position
        skipPlain()
        if byte == UInt8(ascii: "\"") {
            let text = String(checking: UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
            return try closed(text, from: start)
        }
        return try escapedString(from: start)
    }

    private mutating func escapedString(from start: Int) throws(JSONCoding.Failure) -> String {
        var content = [UInt8](bytes[start..<position])
        while byte == UInt8(ascii: "\\") {
            position += 1
            try appendEscape(to: &content)
            let rest = position
            skipPlain()
            content.append(contentsOf: bytes[rest..<position])
        }
        guard byte == UInt8(ascii: "\"") else { throw expected(byte == nil ? "'\"'" : "an escape in the string") }
        return try closed(content.withUnsafeBytes { String(checking: $0) }, from: start)
    }

    /// Goes to the first byte that does not stand for itself.
    private mutating func skipPlain() {
        while let byte, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position += 1 }
    }

    /// Takes the closing quotation mark.
    private mutating func closed(_ text: String?, from start: Int) throws(JSONCoding.Failure) -> String {
        guard let text else { throw expected("a string in UTF-8", at: start) }
        position += 1
        return text
    }

    private mutating func appendEscape(to content: inout [UInt8]) throws(JSONCoding.Failure) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(bytes[position])
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            position += 1
            return content.append(contentsOf: String(try escapedScalar()).utf8)
        default: throw expected(#"one of " \ / b f n r t u after '\'"#)
        }
        position += 1
    }

    private mutating func escapedScalar() throws(JSONCoding.Failure) -> Unicode.Scalar {
        let unit = try codeUnit()
        guard unit & 0xFC00 == 0xD800 else { return Unicode.Scalar(unit) ?? "\u{FFFD}" }
        let afterHigh = position
        guard takeByte(UInt8(ascii: "\\")), takeByte(UInt8(ascii: "u")) else {
            position = afterHigh
            return "\u{FFFD}"
        }
        let low = try codeUnit()
        if low & 0xFC00 == 0xDC00 { return Unicode.Scalar(0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF) ?? "\u{FFFD}" }
        // The second escape may begin a pair of its own.
        position = afterHigh
        return "\u{FFFD}"
    }

    private mutating func codeUnit() throws(JSONCoding.Failure) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = byte.flatMap(ASCII.hexadecimal) else { throw expected("four hexadecimal digits") }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }

    // MARK: Bytes

    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// The first byte that is no white space.
    private var next: UInt8? {
        mutating get {
            while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
            return byte
        }
    }

    private mutating func take(_ wanted: UInt8) -> Bool {
        guard next == wanted else { return false }
        position += 1
        return true
    }

    /// As `take`, without white space before it.
    @discardableResult
    private mutating func takeByte(_ wanted: UInt8) -> Bool {
        guard byte == wanted else { return false }
        position += 1
        return true
    }

    // MARK: Errors

    private func expected(_ what: String) -> JSONCoding.Failure {
        .init(description: "JSON: \(place(of: position)): expected \(what), found \(found)")
    }

    private func expected(_ what: String, at start: Int) -> JSONCoding.Failure {
        .init(description: "JSON: \(place(of: start)): expected \(what)")
    }

    private var found: String {
        guard let byte else { return "the end" }
        if byte > 0x20, byte < 0x7F { return "'\(Unicode.Scalar(byte))'" }
        return byte == 0x20 ? "a space" : "byte 0x\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16, uppercase: true))"
    }

    /// Lines end at LF; columns count characters, from 1.
    private func place(of end: Int) -> String {
        var (line, column) = (1, 1)
        for byte in bytes[..<end] {
            if byte == 0x0A {
                (line, column) = (line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return "line \(line), column \(column)"
    }
}
