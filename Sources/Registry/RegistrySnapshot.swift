package import Shared

/// A registry that loaded without an error. It never changes; a reload makes another one.
package struct RegistrySnapshot: Sendable {
    /// In the order of the files, then in the order within a file.
    package let entries: [Entry]
    private let indices: [EntryID: Int32]

    /// Every ID must occur once.
    init(entries: [Entry], indices: [EntryID: Int32]) { (self.entries, self.indices) = (entries, indices) }

    package subscript(id: EntryID) -> Entry? { indices[id].map { entries[Int($0)] } }

    /// The entries for which all `criteria` hold, in file order. With no criteria, all of them.
    ///
    /// A key is `.kind`, `.name`, `.ns`, `.id` or `meta.<key>`, where dots go deeper and a key that has dots itself is
    /// found too. A prefix changes the comparison: `~` regular expression, `*` contains, `^` begins with, `$` ends with.
    /// Scalars are compared by their text; a list matches if an element does.
    package func find(_ criteria: [String: String]) throws(FindFailure) -> [Entry] {
        var parsed: [Criterion] = []
        for (key, text) in criteria.sorted(by: { $0.key < $1.key }) { parsed.append(try Criterion(key, text)) }
        return candidates(criteria).filter { entry in parsed.allSatisfy { $0.holds(for: entry) } }
    }

    private func candidates(_ criteria: [String: String]) -> [Entry] {
        guard let text = criteria[".id"] else { return entries }
        return EntryID(text).flatMap { self[$0] }.map { [$0] } ?? []
    }

    package static func load(_ files: [RegistryFile], limits: RegistryLimits = .init()) -> RegistryLoad {
        var loader = RegistryLoader(limits: limits)
        loader.read(files)
        return loader.load
    }
}
