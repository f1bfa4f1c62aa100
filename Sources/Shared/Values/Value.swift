/// What an entry's `meta` and data are made of, and what functions give each other: the YAML 1.2 core schema
/// (https://yaml.org/spec/1.2.2/#103-core-schema). On their way to other functions, lists and maps can be 128 deep
/// inside each other.
public enum Value: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case list([Value])
    case map(Map)

    /// Keys and values in the order in which they were written. Keys are strings and occur once.
    public struct Map: Hashable, Sendable {
        public private(set) var keys: [String] = []
        public private(set) var values: [Value] = []

        public init() {}

        /// If a key occurs again, the last value counts, in the place of the first.
        public init(_ pairs: [(String, Value)]) {
            for (key, value) in pairs { self[key] = value }
        }

        /// For a reader that has checked the keys itself: a map of many keys costs no search for each.
        package init(uniqueKeys keys: [String], values: [Value]) {
            precondition(keys.count == values.count, "\(keys.count) keys for \(values.count) values")
            (self.keys, self.values) = (keys, values)
        }

        public var count: Int { keys.count }
        public var isEmpty: Bool { keys.isEmpty }

        /// `nil` if the map does not have the key; setting it takes the key away. A key that is new comes last. Takes
        /// time proportional to `count`.
        public subscript(key: String) -> Value? {
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
    // Each is `nil` if the value is of another kind: nothing is converted. An integer is no double.

    public var map: Map? { if case .map(let map) = self { map } else { nil } }
    public var list: [Value]? { if case .list(let list) = self { list } else { nil } }
    public var string: String? { if case .string(let string) = self { string } else { nil } }
    public var int: Int64? { if case .int(let int) = self { int } else { nil } }
    public var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }

    /// `nil` unless this is a map that has the key.
    public subscript(key: String) -> Value? { map?[key] }

    /// The text of a scalar as YAML has it, such as `null`, `true`, `3`, `1.5` or `.inf`; `nil` for lists and maps.
    public var scalarText: String? {
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
