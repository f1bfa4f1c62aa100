/// What an entry's `meta` and data are made of: the YAML 1.2 core schema (https://yaml.org/spec/1.2.2/#103-core-schema).
package enum Value: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case list([Value])
    case map(Map)

    /// Keys and values in the order in which they were written. Keys are strings and occur once.
    package struct Map: Hashable, Sendable {
        package private(set) var keys: [String] = []
        package private(set) var values: [Value] = []

        package init() {}

        package init(_ pairs: [(String, Value)]) {
            for (key, value) in pairs { self[key] = value }
        }

        /// For a reader that has checked the keys itself: a map of many keys costs no search for each.
        package init(uniqueKeys keys: [String], values: [Value]) {
            precondition(keys.count == values.count, "\(keys.count) keys for \(values.count) values")
            (self.keys, self.values) = (keys, values)
        }

        package var count: Int { keys.count }
        package var isEmpty: Bool { keys.isEmpty }

        package subscript(key: String) -> Value? {
            get { keys.firstIndex(of: key).map { values[$0] } }
            set {
                switch (keys.firstIndex(of: key), newValue) {
                case (let index?, let value?): values[index] = value
                case (let index?, nil):
                    keys.remove(at: index)
                    values.remove(at: index)
                case (nil, let value?):
                    keys.append(key)
                    values.append(value)
                case (nil, nil): break
                }
            }
        }
    }
}

extension Value {
    package var map: Map? { if case .map(let map) = self { map } else { nil } }
    package var list: [Value]? { if case .list(let list) = self { list } else { nil } }
    package var string: String? { if case .string(let string) = self { string } else { nil } }
    package var int: Int64? { if case .int(let int) = self { int } else { nil } }
    package var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }

    /// `nil` unless this is a map that has the key.
    package subscript(key: String) -> Value? { map?[key] }

    /// The text of a scalar as a person would write it; `nil` for lists and maps.
    package var scalarText: String? {
        switch self {
        case .null: "null"
        case .bool(let bool): bool ? "true" : "false"
        case .int(let int): String(int)
        case .double(let double): Self.text(of: double)
        case .string(let string): string
        case .list, .map: nil
        }
    }

    private static func text(of double: Double) -> String {
        if double.isNaN { return ".nan" }
        if double.isInfinite { return double < 0 ? "-.inf" : ".inf" }
        return "\(double)"
    }
}
