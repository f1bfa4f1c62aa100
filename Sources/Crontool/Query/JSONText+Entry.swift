import Host
import Model
import Values

extension JSONText {
    /// All that is known of an entry.
    init(_ entry: Entry) {
        self = .object([
            ("id", .string(entry.id.description)), ("kind", .string(entry.kind)), ("meta", JSONText(.map(entry.meta))),
            ("data", JSONText(.map(entry.data))), ("file", .string(entry.location.file)),
            ("line", .number(entry.location.line)),
        ])
    }

    init(_ value: Value) {
        self =
            switch value {
            case .null: .null
            case .bool(let bool): .bool(bool)
            case .int(let int): .number(Int(int))
            case .double(let double): .double(double)
            case .string(let string): .string(string)
            case .list(let list): .array(list.map { JSONText($0) })
            case .map(let map): .object(zip(map.keys, map.values).map { ($0, JSONText($1)) })
            }
    }
}
