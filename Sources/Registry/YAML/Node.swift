import Values

/// A value of a YAML text and the place where it stands. Copies share their children, so an alias costs no memory
/// however much it stands for.
struct Node: Sendable {
    struct Pair: Sendable {
        var key: String
        var keyPlace: UInt32
        var value: Node
    }

    struct Scalar: Sendable {
        /// As it was written, without quotes and escapes.
        var text: String
        var value: Value
    }

    enum Content: Sendable {
        case scalar(Scalar)
        case list([Node])
        case map([Pair])
        /// Has been reported; stands for anything, so that nobody reports it again.
        case invalid
    }

    var place: UInt32
    var content: Content
    /// How many nodes this one stands for, itself included.
    var size: Int
    /// How many lists and maps stand inside each other here, this one included.
    var height: Int

    init(scalar: Scalar, at place: UInt32) {
        (self.place, content, size, height) = (place, .scalar(scalar), 1, 0)
    }

    init(list: [Node], at place: UInt32) {
        (self.place, content) = (place, .list(list))
        size = list.reduce(1) { $0 + $1.size }
        height = 1 + (list.map(\.height).max() ?? 0)
    }

    init(map: [Pair], at place: UInt32) {
        (self.place, content) = (place, .map(map))
        size = map.reduce(1) { $0 + $1.value.size }
        height = 1 + (map.map(\.value.height).max() ?? 0)
    }

    private init(invalidAt place: UInt32) { (self.place, content, size, height) = (place, .invalid, 1, 0) }

    static func invalid(at place: UInt32) -> Node { Node(invalidAt: place) }

    var pairs: [Pair]? { if case .map(let pairs) = content { pairs } else { nil } }
    var list: [Node]? { if case .list(let list) = content { list } else { nil } }
    var scalar: Scalar? { if case .scalar(let scalar) = content { scalar } else { nil } }
    var isInvalid: Bool { if case .invalid = content { true } else { false } }

    /// The value of a key; the item at a number, for a list.
    subscript(step: String) -> Node? {
        switch content {
        case .map(let pairs): pairs.first { $0.key == step }?.value
        case .list(let list): Int(step).flatMap { list.indices.contains($0) ? list[$0] : nil }
        case .scalar, .invalid: nil
        }
    }

    /// What stands here, to follow "found" in a message.
    var phrase: String {
        switch content {
        case .scalar(let scalar): scalar.value.phrase
        case .list: "a list"
        case .map: "a map"
        case .invalid: "an error"
        }
    }
}
