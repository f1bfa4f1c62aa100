import Values

/// Keeps one copy of each key and kind: a registry has the same few in all its entries.
struct NameTable {
    private var names: [String: String] = [:]

    /// Up to this size Swift keeps a string without memory of its own.
    private static let inlineBytes = 15

    mutating func shared(_ name: String) -> String {
        guard name.utf8.count > Self.inlineBytes else { return name }
        if let known = names[name] { return known }
        names[name] = name
        return name
    }

    /// The value of a node without its places.
    mutating func value(of node: Node) -> Value {
        switch node.content {
        case .scalar(let scalar): return scalar.value
        case .list(let nodes):
            var values: [Value] = []
            values.reserveCapacity(nodes.count)
            for node in nodes { values.append(value(of: node)) }
            return .list(values)
        case .map(let pairs): return .map(map(of: pairs))
        case .invalid: return .null
        }
    }

    /// As `value(of:)`, of the pairs that `isIncluded` lets through.
    mutating func map(of pairs: [Node.Pair], where isIncluded: (String) -> Bool = { _ in true }) -> Value.Map {
        var (keys, values) = ([String](), [Value]())
        for pair in pairs where isIncluded(pair.key) {
            keys.append(shared(pair.key))
            values.append(value(of: pair.value))
        }
        return Value.Map(uniqueKeys: keys, values: values)
    }
}
