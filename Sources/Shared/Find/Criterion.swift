import Values

/// One condition of a search: a field of the entry and what its text must be.
struct Criterion {
    private enum Field {
        case kind
        case name
        case namespace
        case id
        case meta(path: Substring)
    }

    /// Since keys may have dots, a path of n steps can be read in 2^(n-1) ways.
    static let longestPath = 12

    private let field: Field
    private let test: TextTest

    init(_ key: String, _ text: String) throws(FindFailure) {
        let comparison = key.first.flatMap(TextTest.Comparison.init(rawValue:))
        let name = comparison == nil ? key[...] : key.dropFirst()
        field = try Self.field(name, in: key)
        var isRoot = true
        if case .meta = field { isRoot = false }
        test = try TextTest(comparison, key: key, text, hasStars: isRoot)
    }

    /// Whether it holds for one entry at most.
    var isAboutOneEntry: Bool { if case .id = field { test.isEquality } else { false } }

    private static func field(_ name: Substring, in key: String) throws(FindFailure) -> Field {
        switch name {
        case ".kind": return .kind
        case ".name": return .name
        case ".ns": return .namespace
        case ".id": return .id
        default: return try meta(name, in: key)
        }
    }

    private static func meta(_ name: Substring, in key: String) throws(FindFailure) -> Field {
        guard name.hasPrefix("meta."), name.utf8.count > 5 else {
            let known = [".kind", ".name", ".ns", ".id", "meta.type", "meta.interval"]
            throw .unknownKey(key, hint: NearestName.hint(for: name.prefix(64), among: known))
        }
        let path = name.dropFirst(5)
        guard path.utf8.count(where: { $0 == UInt8(ascii: ".") }) < longestPath else { throw .tooDeep(key) }
        return .meta(path: path)
    }

    var isAboutMeta: Bool { if case .meta = field { true } else { false } }

    /// Of a criterion that is not about `meta`.
    func holds(for id: EntryID, kind: String) -> Bool {
        switch field {
        case .kind: test.holds(for: kind)
        case .name: test.holds(for: String(id.name))
        case .namespace: test.holds(for: String(id.namespace))
        case .id: test.holds(for: id.description)
        case .meta: preconditionFailure("a criterion about meta cannot be judged without it")
        }
    }

    /// Of a criterion that is about `meta`.
    func holds(for meta: Value.Map) -> Bool {
        guard case .meta(let path) = field else { preconditionFailure("this criterion is not about meta") }
        return holds(at: path, in: meta)
    }

    /// Tries the whole path as a key, then each way to part it at a dot.
    private func holds(at path: Substring, in map: Value.Map) -> Bool {
        if let value = map[String(path)], holds(for: value) { return true }
        return path.indices.contains { dot in
            guard path[dot] == ".", let inner = map[String(path[..<dot])]?.map else { return false }
            return holds(at: path[path.index(after: dot)...], in: inner)
        }
    }

    private func holds(for value: Value) -> Bool {
        if case .list(let values) = value { return values.contains { $0.scalarText.map(test.holds) ?? false } }
        return value.scalarText.map(test.holds) ?? false
    }
}
