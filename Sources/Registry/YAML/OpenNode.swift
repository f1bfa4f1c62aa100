/// A list or map whose end has not been read.
struct OpenNode {
    var place: UInt32
    var properties: Event.Properties
    var isMap: Bool
    private var items: [Node] = []
    private var keys: [Key] = []

    private struct Key {
        var place: UInt32
        /// `nil` if it has been reported as no key.
        var text: String?
        var isMerge: Bool
    }

    init(at place: UInt32, _ properties: Event.Properties, isMap: Bool) {
        (self.place, self.properties, self.isMap) = (place, properties, isMap)
    }

    /// Whether the next node in this map is a key.
    var awaitsKey: Bool { isMap && keys.count == items.count }

    mutating func add(_ node: Node) { items.append(node) }

    mutating func addKey(_ text: String?, at place: UInt32, isMerge: Bool = false) {
        keys.append(Key(place: place, text: text, isMerge: isMerge))
    }

    func close(_ issues: inout FileDiagnostics) -> Node {
        isMap ? Node(map: pairs(&issues), at: place) : Node(list: items, at: place)
    }

    private func pairs(_ issues: inout FileDiagnostics) -> [Node.Pair] {
        var map = MapBuilder(capacity: keys.count)
        var merged: (place: UInt32, node: Node)?
        for (key, node) in zip(keys, items) {
            guard let text = key.text else { continue }
            if !key.isMerge {
                map.add(Node.Pair(key: text, keyPlace: key.place, value: node), &issues)
            } else if let merged {
                issues.duplicateKey("<<", at: key.place, first: merged.place)
            } else {
                merged = (key.place, node)
            }
        }
        if let merged { map.merge(merged.node, &issues) }
        return map.pairs
    }
}
