import Values

/// The `meta` of a file, which is that of each of its entries too.
struct FileMeta {
    static let none = FileMeta()

    private let pairs: [Node.Pair]
    /// The values that come to each entry.
    let size: Int
    let place: UInt32

    /// One line of them would make jobs of all entries of the file, or change when all of its jobs run.
    static let ownKeys = ["enabled", "interval", "schedule", "type"]

    private init() { (pairs, size, place) = ([], 0, 0) }

    init(_ node: Node?, _ issues: inout FileDiagnostics) {
        guard let node else {
            self = .none
            return
        }
        let pairs = node.metaPairs(&issues) ?? []
        for pair in pairs where Self.ownKeys.contains(pair.key) {
            issues.error("meta.\(pair.key): in the meta of a file; expected it in that of an entry", at: pair.keyPlace)
        }
        (self.pairs, size, place) = (pairs, pairs.reduce(0) { $0 + $1.value.size }, node.place)
    }

    /// The entry with these in its `meta`, where it has no such keys itself.
    func merged(into entry: Node) -> Node {
        guard !pairs.isEmpty, var own = entry.pairs else { return entry }
        guard let index = own.firstIndex(where: { $0.key == "meta" }) else {
            own.append(Node.Pair(key: "meta", keyPlace: entry.place, value: Node(map: pairs, at: entry.place)))
            return Node(map: own, at: entry.place)
        }
        let meta = own[index].value
        // What is neither is an error, which is reported where the entry is read.
        guard let metaPairs = meta.pairsOrNone else { return entry }
        let keys = Set(metaPairs.map(\.key))
        own[index].value = Node(map: metaPairs + pairs.filter { !keys.contains($0.key) }, at: meta.place)
        return Node(map: own, at: entry.place)
    }
}
