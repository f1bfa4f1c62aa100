/// Writes a value as JSON, without spaces.
struct JSONWriter {
    /// NaN and the infinities become strings, not null.
    var namesAllDoubles = false
    private var bytes: [UInt8] = []

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func append(_ value: Value, depth: Int) throws(JSONCoding.Failure) {
        guard depth < ValueCoding.deepest else { throw .tooDeep }
        switch value {
        case .null: append("null")
        case .bool(let bool): append(bool ? "true" : "false")
        case .int(let int): append(int.description)
        case .double(let double) where double.isFinite: append(double.description)
        case .double where namesAllDoubles: JSONString.append(value.scalarText ?? "", to: &bytes)
        case .double: append("null")
        case .string(let string): JSONString.append(string, to: &bytes)
        case .list(let list): try append(list, depth)
        case .map(let map): try append(map, depth)
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
