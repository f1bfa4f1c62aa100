import Values

/// Builds the tree of one document from its events. What is wrong with it becomes a diagnostic and an invalid node;
/// only what makes it pointless to read on is thrown.
struct TreeBuilder {
    private enum Anchor {
        case open
        case complete(Node)
    }

    var issues: FileDiagnostics
    /// The root, once it is complete.
    private(set) var root: Node?
    /// How many nodes the text stands for, with each alias counted as all that it stands for.
    private(set) var nodeCount = 0
    private let limits: RegistryLimits
    private var open: [OpenNode] = []
    private var anchors: [String: Anchor] = [:]

    init(issues: FileDiagnostics, limits: RegistryLimits) { (self.issues, self.limits) = (issues, limits) }

    mutating func take(_ event: Event) throws(ReadingFault) {
        switch event.content {
        case .alias(let name): try takeAlias(name, at: event.place)
        case .scalar(let text, let isPlain, let properties):
            try count(1, at: event.place)
            takeScalar(text, isPlain: isPlain, properties, at: event.place)
        case .listStart(let properties): try begin(properties, isMap: false, at: event.place)
        case .mapStart(let properties): try begin(properties, isMap: true, at: event.place)
        case .listOrMapEnd: end()
        case .streamStart, .streamEnd, .documentStart, .documentEnd: break
        }
    }

    private mutating func count(_ nodes: Int, at place: UInt32) throws(ReadingFault) {
        nodeCount += nodes
        guard nodeCount <= limits.fileNodes else {
            throw ReadingFault(
                place: place,
                message: "the file has more than \(limits.fileNodes) values once its aliases are expanded; "
                    + "expected at most that many")
        }
    }

    private func checkDepth(_ depth: Int, at place: UInt32) throws(ReadingFault) {
        guard depth <= limits.depth else {
            throw ReadingFault(
                place: place, message: "lists and maps \(depth) deep; expected at most \(limits.depth) levels")
        }
    }

    private mutating func begin(
        _ properties: Event.Properties, isMap: Bool, at place: UInt32
    ) throws(ReadingFault) {
        try count(1, at: place)
        try checkDepth(open.count + 1, at: place)
        if let anchor = properties.anchor { anchors[anchor] = .open }
        open.append(OpenNode(at: place, properties, isMap: isMap))
    }

    private mutating func end() {
        let ended = open.removeLast()
        let node = ended.close(&issues)
        checkTag(ended)
        place(node, anchor: ended.properties.anchor)
    }

    private mutating func checkTag(_ node: OpenNode) {
        guard let text = node.properties.tag else { return }
        do throws(Tag.Fault) {
            guard let tag = try Tag.parse(text), tag != (node.isMap ? .map : .seq) else { return }
            throw .wrongNode(tag, found: node.isMap ? "a map" : "a list")
        } catch {
            report(error, at: node.place)
        }
    }

    private mutating func report(_ fault: Tag.Fault, at place: UInt32) {
        let source = issues.source
        issues.error(source.mayShowVariable(at: Int(place)) ? fault.discreetMessage : fault.message, at: place)
    }

    private mutating func takeAlias(_ name: String, at place: UInt32) throws(ReadingFault) {
        switch anchors[name] {
        case .complete(var node):
            try count(node.size, at: place)
            try checkDepth(open.count + node.height, at: place)
            node.place = place
            self.place(node, anchor: nil)
        case .open:
            issues.error(
                "*\(Self.shown(name)) stands inside the list or map that it names; expected it after its end",
                at: place)
            self.place(.invalid(at: place), anchor: nil)
        case nil:
            let known = anchors
            let shown = Self.shown(name)
            let source = issues.source
            issues.error(
                source.mayShowVariable(at: Int(place))
                    ? "a value that begins with * and names no anchor; expected quotes around it, or that anchor before it"
                    : "*\(shown) names no anchor; expected &\(shown) before it\(Self.hint(for: name, known))",
                at: place)
            self.place(.invalid(at: place), anchor: nil)
        }
    }

    private static func shown(_ name: String) -> String { PrintableText.escape(name, limit: 60) }

    private static func hint(for name: String, _ anchors: [String: Anchor]) -> String {
        // Not worth a search, and each of very many faults would repeat it.
        guard anchors.count <= 64, name.utf8.count <= 64 else { return "" }
        return NearestName.hint(for: name, among: anchors.keys.sorted())
    }

    private mutating func takeScalar(_ text: String, isPlain: Bool, _ properties: Event.Properties, at place: UInt32) {
        if open.last?.awaitsKey == true, properties.tag == nil {
            // A key is its text, whatever the text would mean as a value.
            let node = Node(scalar: Node.Scalar(text: text, value: .string(text)), at: place)
            if let anchor = properties.anchor { anchors[anchor] = .complete(node) }
            open[open.count - 1].addKey(text, at: place, isMerge: isPlain && text == "<<")
        } else {
            self.place(scalar(text, isPlain: isPlain, tag: properties.tag, at: place), anchor: properties.anchor)
        }
    }

    private mutating func scalar(_ text: String, isPlain: Bool, tag: String?, at place: UInt32) -> Node {
        do throws(Tag.Fault) {
            let value = try Self.value(of: text, isPlain: isPlain, tag: tag)
            return Node(scalar: Node.Scalar(text: text, value: value), at: place)
        } catch {
            report(error, at: place)
            return .invalid(at: place)
        }
    }

    private static func value(of text: String, isPlain: Bool, tag: String?) throws(Tag.Fault) -> Value {
        if let tag { return try Tag.parse(tag)?.value(of: text) ?? .string(text) }
        guard isPlain else { return .string(text) }
        do throws(CoreSchema.Fault) {
            return try CoreSchema.value(ofPlain: text)
        } catch {
            throw .outOfRange(error, text)
        }
    }

    /// Gives a complete node to what it stands in.
    private mutating func place(_ node: Node, anchor: String?) {
        if let anchor { anchors[anchor] = .complete(node) }
        if open.isEmpty {
            root = node
        } else if open[open.count - 1].awaitsKey {
            open[open.count - 1].addKey(key(from: node), at: node.place)
        } else {
            open[open.count - 1].add(node)
        }
    }

    private mutating func key(from node: Node) -> String? {
        if let scalar = node.scalar { return scalar.text }
        if !node.isInvalid { issues.error("expected a string as a key, found \(node.phrase)", at: node.place) }
        return nil
    }
}
