import Values

/// The top level of a registry file.
struct DefinitionFile {
    private let root: Node

    private static let knownKeys = ["version", "namespace", "entries", "meta", "comment"]
    private static let expectation = "expected a map with 'namespace' and 'entries'"

    init(_ root: Node) { self.root = root }

    /// What makes a YAML file a registry file.
    var namespace: Node? { root["namespace"] }

    /// Other faults of a file that is no registry file are not reported.
    func reportMissingNamespace(isNamed: Bool, _ issues: inout FileDiagnostics) {
        let found = root.pairs == nil ? ", found \(root.phrase)" : ""
        let message = "no 'namespace' in the file; \(Self.expectation)\(found)\(hint)"
        if isNamed {
            issues.error(message, at: root.place)
        } else {
            issues.forgetErrors()
            issues.note(.noNamespace, "ignored: \(message)", at: root.place)
        }
    }

    /// A key that was perhaps meant to be `namespace`.
    private var hint: String {
        let slip = root.pairs?.prefix(64).first { NearestName.of($0.key, among: ["namespace"]) != nil }
        return slip.map { "; did you mean 'namespace' by \(PrintableText.quote($0.key))?" } ?? ""
    }

    /// Checks all but the entries. The namespace, if it is one.
    func readHead(_ namespace: Node, _ issues: inout FileDiagnostics) -> String? {
        for pair in root.pairs ?? [] where !Self.knownKeys.contains(pair.key) {
            issues.error("unknown key \(KnownKeys.complaint(about: pair.key, Self.knownKeys))", at: pair.keyPlace)
        }
        checkVersion(&issues)
        checkMeta(&issues)
        guard let text = namespace.string("namespace", &issues) else { return nil }
        guard EntryID.isValidName(text) else {
            issues.error("namespace: expected \(EntryID.rule), found \(PrintableText.quote(text))", at: namespace.place)
            return nil
        }
        return text
    }

    private func checkVersion(_ issues: inout FileDiagnostics) {
        guard let version = root["version"], !version.isInvalid, version.scalar?.text != "1.0" else { return }
        let found = version.scalar.map { PrintableText.quote($0.text) } ?? version.phrase
        issues.error("version: expected \"1.0\", found \(found)", at: version.place)
    }

    private func checkMeta(_ issues: inout FileDiagnostics) {
        if let meta = root["meta"], meta.pairs == nil, !meta.isInvalid {
            issues.error("meta: expected a map, found \(meta.phrase)", at: meta.place)
        }
    }

    func entries(_ issues: inout FileDiagnostics) -> [Node] {
        guard let node = root["entries"] else {
            issues.error("no 'entries' in the file; expected a list, [] if there are none", at: root.place)
            return []
        }
        if let list = node.list { return list }
        if !node.isInvalid {
            issues.error("entries: expected a list, [] if there are none, found \(node.phrase)", at: node.place)
        }
        return []
    }
}

extension Node {
    /// `nil` if it is no string, which is an error that names `key`.
    func string(_ key: String, _ issues: inout FileDiagnostics) -> String? {
        if let string = scalar?.value.string { return string }
        if !isInvalid { issues.error("\(key): expected a string, found \(phrase)", at: place) }
        return nil
    }
}
