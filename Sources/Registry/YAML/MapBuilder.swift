/// Builds a map in which each key stands once.
struct MapBuilder {
    private(set) var pairs: [Node.Pair] = []
    /// Only for maps that are not small.
    private var indices: [String: Int] = [:]

    private static let smallCount = 8

    init(capacity: Int) { pairs.reserveCapacity(capacity) }

    mutating func add(_ pair: Node.Pair, _ issues: inout FileDiagnostics) {
        if let first = index(of: pair.key) {
            issues.duplicateKey(pair.key, at: pair.keyPlace, first: pairs[first].keyPlace)
        } else {
            append(pair)
        }
    }

    /// What `<<` does (https://yaml.org/type/merge.html): keys of the map itself win, then those of maps that come first.
    mutating func merge(_ node: Node, _ issues: inout FileDiagnostics) {
        switch node.content {
        case .map(let pairs): addMissing(pairs)
        case .list(let nodes): for node in nodes { mergeItem(node, &issues) }
        case .invalid: break
        case .scalar: reportNoMap(node, &issues)
        }
    }

    private mutating func mergeItem(_ node: Node, _ issues: inout FileDiagnostics) {
        if let pairs = node.pairs {
            addMissing(pairs)
        } else if !node.isInvalid {
            reportNoMap(node, &issues)
        }
    }

    private func reportNoMap(_ node: Node, _ issues: inout FileDiagnostics) {
        issues.error("<<: expected a map or a list of maps, as in <<: *name, found \(node.phrase)", at: node.place)
    }

    private mutating func addMissing(_ other: [Node.Pair]) {
        for pair in other where index(of: pair.key) == nil { append(pair) }
    }

    private mutating func append(_ pair: Node.Pair) {
        pairs.append(pair)
        if pairs.count == Self.smallCount {
            for (index, pair) in pairs.enumerated() { indices[pair.key] = index }
        } else if pairs.count > Self.smallCount {
            indices[pair.key] = pairs.count - 1
        }
    }

    private func index(of key: String) -> Int? {
        pairs.count < Self.smallCount ? pairs.firstIndex { $0.key == key } : indices[key]
    }
}
