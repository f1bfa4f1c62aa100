/// Writes a value as JSON, without spaces.
struct JSONWriter {
    private var bytes: [UInt8] = []
    private let dialect: JSONCoding.Dialect

    init(_ dialect: JSONCoding.Dialect) { self.dialect = dialect }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func append(_ value: Value, depth: Int) throws(JSONCoding.Failure) {
        guard depth < ValueCoding.deepest else { throw .tooDeep }
        switch value {
        case .null: append("null")
        case .bool(let bool): append(bool ? "true" : "false")
        case .int(let int): append(int.description)
        case .double(let double): append(double.isFinite ? double.description : word(for: double))
        case .string(let string): JSONString.append(string, to: &bytes)
        case .list(let list): try append(list, depth)
        case .map(let map): try append(map, depth)
        }
    }

    private func word(for double: Double) -> String {
        switch dialect {
        case .standard: "null"
        case .exact: double.isNaN ? "NaN" : double < 0 ? "-Infinity" : "Infinity"
        case .printed: JSONString.quoted(Value.double(double).scalarText ?? "")
        }
    }

    private mutating func append(_ list: [Value], _ depth: Int) throws(JSONCoding.Failure) {
        append("[")
        for index in 0..<list.count {
            if index > 0 { append(",") }
            try append(list[index], depth: depth + 1)
        }
        append("]")
    }

    private mutating func append(_ map: Value.Map, _ depth: Int) throws(JSONCoding.Failure) {
        append("{")
        for index in 0..<map.count {
            if index > 0 { append(",") }
            JSONString.append(map.keys[index], to: &bytes)
            append(":")
            try append(map.values[index], depth: depth + 1)
        }
        append("}")
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}

extension JSONCoding.Failure {
    fileprivate static var tooDeep: Self {
        .init(description: "JSON: expected lists and maps at most \(ValueCoding.deepest) deep inside each other")
    }
}
