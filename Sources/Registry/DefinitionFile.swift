import Values

/// The top level of a registry file: a map with a namespace, and with a list of entries or the keys of one entry.
struct DefinitionFile {
    private let root: Node
    let namespace: Node

    static let knownKeys = ["version", "namespace", "entries", "meta", "comment"]
    /// Those that are no entry's, where the file is one.
    static let headKeys = ["namespace", "version"]

    /// `nil`: the file is no registry file. What `reason(against:)` says of it.
    init?(_ root: Node) {
        guard Self.reason(against: root) == nil, let namespace = root["namespace"] else { return nil }
        (self.root, self.namespace) = (root, namespace)
    }

    // MARK: Whose file it is

    /// Why a YAML file is no registry file.
    static func reason(against root: Node) -> String? {
        guard let pairs = root.pairs else { return "no map in the file; \(expectation), found \(root.phrase)" }
        if root["apiVersion"] != nil { return "a file with 'apiVersion', which is Kubernetes'" }
        guard root["namespace"] != nil else {
            return "no 'namespace' in the file; \(expectation)\(hint("namespace", pairs))"
        }
        if root["entries"] != nil || isSingle(root) { return nil }
        return "no 'entries' in the file; \(expectation)\(hint("entries", pairs))"
    }

    private static let expectation =
        "expected a map with 'namespace' and 'entries', or with 'namespace', 'name' and 'kind'"

    /// A key that was perhaps meant to be `key`.
    private static func hint(_ key: String, _ pairs: [Node.Pair]) -> String {
        let slip = pairs.prefix(64).first { KnownKeys.nearest(to: $0.key, [key]) != nil }
        return slip.map { "; did you mean '\(key)' by \(PrintableText.quote($0.key))?" } ?? ""
    }

    private static func isSingle(_ root: Node) -> Bool { root["name"] != nil && root["kind"] != nil }

    // MARK: The head

    /// Checks all but the entries. The namespace, if it is one.
    func readHead(_ issues: inout FileDiagnostics) -> String? {
        checkVersion(&issues)
        if !isOneEntry {
            for pair in root.pairs ?? []
            where !Self.knownKeys.contains(pair.key) && !KnownKeys.isFree(pair.key) {
                issues.error("unknown key \(KnownKeys.complaint(about: pair.key, Self.knownKeys))", at: pair.keyPlace)
            }
        }
        guard let text = namespace.string("namespace", &issues) else { return nil }
        guard EntryID.isValidName(text) else {
            issues.error("namespace: expected \(EntryID.rule), found \(PrintableText.quote(text))", at: namespace.place)
            return nil
        }
        return text
    }

    /// It is for people: there is one format.
    private func checkVersion(_ issues: inout FileDiagnostics) {
        guard let version = root["version"], !version.isInvalid else { return }
        switch version.scalar?.value {
        case .string(let text) where !text.isEmpty: return
        case .int, .double: return
        default: issues.error("version: expected a version such as \"1.0\", found \(version.phrase)", at: version.place)
        }
    }

    // MARK: The entries

    private var isOneEntry: Bool { root["entries"] == nil }

    /// What all entries of the file have in their `meta`, unless they say otherwise. That of a single entry is its own.
    func meta(_ issues: inout FileDiagnostics) -> FileMeta {
        isOneEntry ? .none : FileMeta(root["meta"], &issues)
    }

    func entries(_ issues: inout FileDiagnostics) -> [Node] {
        guard let node = root["entries"] else { return [entry] }
        if let list = node.list { return list }
        if !node.isInvalid {
            issues.error("entries: expected a list, [] if there are none, found \(node.phrase)", at: node.place)
        }
        return []
    }

    /// The file as its only entry.
    private var entry: Node {
        let pairs = (root.pairs ?? []).filter { !Self.headKeys.contains($0.key) }
        return Node(map: pairs, at: root.place)
    }
}

extension Node {
    /// `nil` if it is no string, which is an error that names `key`.
    func string(_ key: String, _ issues: inout FileDiagnostics) -> String? {
        if let string = scalar?.value.string { return string }
        if !isInvalid { issues.error("\(key): expected a string, found \(phrase)", at: place) }
        return nil
    }

    /// Nothing written after a colon is an empty map.
    var pairsOrNone: [Pair]? { pairs ?? (scalar?.value == .null ? [] : nil) }

    /// The pairs of `meta`; nothing written after its colon is an empty map. `nil` if it is none, which is an error.
    func metaPairs(_ issues: inout FileDiagnostics) -> [Pair]? {
        if let pairs = pairsOrNone { return pairs }
        if !isInvalid { issues.error("meta: expected a map, found \(phrase)", at: place) }
        return nil
    }
}
