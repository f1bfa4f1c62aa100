import Values

/// An entry may have its keys inside of `data`.
enum DataWrapper {
    static let key = "data"
    /// The function: a map without any of them is a value of the entry's own.
    static let functionKeys = ["command", "method", "source"]
    private static let outside = ["kind", "meta", "name"]

    /// The entry with the keys beside each other.
    static func opened(_ entry: Node, _ issues: inout FileDiagnostics) -> Node {
        guard let pairs = entry.pairs, let inner = entry[key]?.pairs, holdsFunction(inner, pairs) else { return entry }
        let beside = pairs.filter { $0.key != key }
        let taken = Set(beside.map(\.key) + outside)
        for pair in inner where taken.contains(pair.key) {
            issues.error(
                "data: has \(PrintableText.quote(pair.key)), which goes beside it; expected each key of the entry once",
                at: pair.keyPlace)
        }
        return Node(map: beside + inner.filter { !taken.contains($0.key) }, at: entry.place)
    }

    private static func holdsFunction(_ inner: [Node.Pair], _ beside: [Node.Pair]) -> Bool {
        inner.contains { functionKeys.contains($0.key) } && !beside.contains { functionKeys.contains($0.key) }
    }
}
