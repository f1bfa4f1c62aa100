package import Values

/// The conditions of a search, all of which must hold. Without any, every entry is found.
///
/// A key is `.kind`, `.name`, `.ns`, `.id` or `meta.<key>`, where dots go deeper and a key that has dots itself is found
/// too. A prefix changes the comparison: `~` regular expression (`Pattern`), `*` contains, `^` begins with, `$` ends with.
/// Without one, each `*` in the text of the first four stands for anything (`Glob`). Scalars are compared by their text; a
/// list matches if an element does.
package struct Criteria: Sendable {
    /// An entry with another ID cannot be meant.
    package private(set) var id: String?
    private var others: [Criterion] = []
    private var aboutMeta: [Criterion] = []

    /// Two may have the same key.
    package init(_ pairs: [(key: String, text: String)]) throws(FindFailure) {
        for (key, text) in pairs { try add(key, text) }
    }

    package init(_ texts: [String: String]) throws(FindFailure) {
        try self.init(texts.sorted { $0.key < $1.key }.map { (key: $0.key, text: $0.value) })
    }

    /// As a job function writes them: a number or a boolean means its text.
    package init(_ criteria: Value.Map) throws(FindFailure) {
        for index in 0..<criteria.count {
            let key = criteria.keys[index]
            guard let text = criteria.values[index].scalarText else {
                throw .notScalar(key: key, found: criteria.values[index].map == nil ? "a list" : "a map")
            }
            try add(key, text)
        }
    }

    private mutating func add(_ key: String, _ text: String) throws(FindFailure) {
        let criterion = try Criterion(key, text)
        if criterion.isAboutOneEntry { id = text }
        if criterion.isAboutMeta { aboutMeta.append(criterion) } else { others.append(criterion) }
    }

    /// Whether all criteria hold that need no `meta`.
    package func hold(for id: EntryID, kind: String) -> Bool { others.allSatisfy { $0.holds(for: id, kind: kind) } }

    /// Whether all criteria about `meta` hold.
    package func hold(for meta: Value.Map) -> Bool { aboutMeta.allSatisfy { $0.holds(for: meta) } }

    /// Whether a criterion is about `meta`.
    package var needMeta: Bool { !aboutMeta.isEmpty }
}
