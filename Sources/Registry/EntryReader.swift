import Model
import Values

/// Reads one item of the `entries` list.
struct EntryReader {
    private let node: Node
    private let namespace: String?

    private static let expectation = "expected a map with 'name' and 'kind'"

    /// Without a namespace the entry is checked all the same.
    init(_ node: Node, namespace: String?) { (self.node, self.namespace) = (node, namespace) }

    /// The place for an error about the ID.
    var namePlace: UInt32 { node["name"]?.place ?? node.place }

    func read(_ issues: inout FileDiagnostics, _ names: inout NameTable) -> Entry? {
        guard let pairs = node.pairs else {
            if !node.isInvalid { issues.error("entry: \(Self.expectation), found \(node.phrase)", at: node.place) }
            return nil
        }
        let (name, kind, meta) = (name(&issues), kind(&issues), meta(&issues))
        guard let namespace, let name, let kind, let meta else { return nil }
        guard let id = EntryID(namespace: namespace, name: name) else { return nil }
        return Entry(
            id: id, kind: names.shared(kind), meta: names.map(of: meta),
            data: names.map(of: pairs) { $0 != "name" && $0 != "kind" && $0 != "meta" },
            location: issues.source.location(of: Int(node.place)))
    }

    private func name(_ issues: inout FileDiagnostics) -> String? {
        guard let name = required("name", &issues) else { return nil }
        if EntryID.isValidName(name) { return name }
        issues.error("name: expected \(EntryID.rule), found \(PrintableText.quote(name))", at: namePlace)
        return nil
    }

    private func kind(_ issues: inout FileDiagnostics) -> String? {
        guard let kind = required("kind", &issues) else { return nil }
        if !kind.isEmpty { return kind }
        let place = node["kind"]?.place ?? node.place
        issues.error("kind: expected a kind such as function.swift, found an empty string", at: place)
        return nil
    }

    private func required(_ key: String, _ issues: inout FileDiagnostics) -> String? {
        if let value = node[key] { return value.string(key, &issues) }
        issues.error("no '\(key)' in the entry; \(Self.expectation)", at: node.place)
        return nil
    }

    private func meta(_ issues: inout FileDiagnostics) -> [Node.Pair]? {
        guard let meta = node["meta"] else { return [] }
        return meta.metaPairs(&issues)
    }
}
