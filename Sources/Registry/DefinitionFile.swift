import Values

/// The top level of a registry file.
struct DefinitionFile {
    private let root: Node

    private static let knownKeys = ["version", "namespace", "entries", "meta", "comment"]
    private static let expectation = "expected a map with 'namespace' and 'entries'"

    init(_ root: Node) { self.root = root }

    /// What makes a YAML file a registry file.
    var namespace: Node? { root["namespace"] }

    /// Whatever else is wrong with a file that is no registry file is nothing to us.
    func reportMissingNamespace(isNamed: Bool, _ log: inout FileLog) {
        let found = root.pairs == nil ? ", found \(root.phrase)" : ""
        let message = "no 'namespace' in the file; \(Self.expectation)\(found)\(hint)"
        if isNamed {
            log.error(message, at: root.place)
        } else {
            log.forgetErrors()
            log.note("passed over: \(message)", at: root.place)
        }
    }

    /// A key that was perhaps meant to be `namespace`.
    private var hint: String {
        let slip = root.pairs?.prefix(64).first { NearestName.of($0.key, among: ["namespace"]) != nil }
        return slip.map { "; did you mean 'namespace' by \(PrintableText.quote($0.key))?" } ?? ""
    }

    /// Checks all but the entries. The namespace, if it is one.
    func readHead(_ namespace: Node, _ log: inout FileLog) -> String? {
        for pair in root.pairs ?? [] where !Self.knownKeys.contains(pair.key) {
            log.error("unknown key \(KnownKeys.complaint(about: pair.key, Self.knownKeys))", at: pair.keyPlace)
        }
        checkVersion(&log)
        checkMeta(&log)
        guard let text = namespace.string("namespace", &log) else { return nil }
        guard EntryID.isValidName(text) else {
            log.error("namespace: expected \(EntryID.rule), found \(PrintableText.quote(text))", at: namespace.place)
            return nil
        }
        return text
    }

    private func checkVersion(_ log: inout FileLog) {
        guard let version = root["version"], !version.isInvalid, version.scalar?.text != "1.0" else { return }
        let found = version.scalar.map { PrintableText.quote($0.text) } ?? version.phrase
        log.error("version: expected \"1.0\", found \(found)", at: version.place)
    }

    private func checkMeta(_ log: inout FileLog) {
        if let meta = root["meta"], meta.pairs == nil, !meta.isInvalid {
            log.error("meta: expected a map, found \(meta.phrase)", at: meta.place)
        }
    }

    func entries(_ log: inout FileLog) -> [Node] {
        guard let node = root["entries"] else {
            log.error("no 'entries' in the file; expected a list, [] if there are none", at: root.place)
            return []
        }
        if let list = node.list { return list }
        if !node.isInvalid {
            log.error("entries: expected a list, [] if there are none, found \(node.phrase)", at: node.place)
        }
        return []
    }
}

extension Node {
    /// `nil` if it is no string, which goes to the log under the name `key`.
    func string(_ key: String, _ log: inout FileLog) -> String? {
        if let string = scalar?.value.string { return string }
        if !isInvalid { log.error("\(key): expected a string, found \(phrase)", at: place) }
        return nil
    }
}
