package import Find
package import Model
package import Values

/// A registry that loaded without an error. It never changes; a reload makes another one.
package struct RegistrySnapshot: Sendable {
    /// In the order of the files, then in the order within a file.
    package let entries: [Entry]
    private let indices: [EntryID: Int32]

    /// Every ID must occur once.
    init(entries: [Entry], indices: [EntryID: Int32]) { (self.entries, self.indices) = (entries, indices) }

    package subscript(id: EntryID) -> Entry? { indices[id].map { entries[Int($0)] } }

    /// The entries for which all `criteria` hold, in file order.
    package func find(_ criteria: [String: String]) throws(FindFailure) -> [Entry] { find(try Criteria(criteria)) }

    package func find(_ criteria: Criteria) -> [Entry] {
        guard let id = criteria.id else { return entries.filter { criteria.hold(for: $0) } }
        guard let entry = EntryID(id).flatMap({ self[$0] }) else { return [] }
        return criteria.hold(for: entry) ? [entry] : []
    }

    package static func load(
        _ files: [RegistryFile], ignored: Diagnostics? = nil, limits: RegistryLimits = .init()
    ) -> RegistryLoad {
        var loader = RegistryLoader(limits: limits)
        if let ignored { loader.ignore(ignored) }
        loader.read(files)
        return loader.load
    }
}
