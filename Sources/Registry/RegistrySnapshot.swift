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

    /// The paths of the files that have entries.
    package var files: Set<String> { Set(entries.map(\.location.file)) }

    package subscript(id: EntryID) -> Entry? { indices[id].map { entries[Int($0)] } }

    /// The entries for which all `criteria` hold, in file order.
    package func find(_ criteria: [String: String]) throws(FindFailure) -> [Entry] { find(try Criteria(criteria)) }

    package func find(_ criteria: Criteria) -> [Entry] {
        guard let id = criteria.id else { return entries.filter { criteria.hold(for: $0) } }
        guard let entry = EntryID(id).flatMap({ self[$0] }) else { return [] }
        return criteria.hold(for: entry) ? [entry] : []
    }

    /// `knownFiles`: the paths of those that had entries before. One of them that cannot be read is an error.
    package static func load(
        _ files: [RegistryFile], ignored: Diagnostics? = nil, limits: RegistryLimits = .init(),
        knownFiles: Set<String> = []
    ) -> RegistryLoad {
        var loader = RegistryLoader(limits: limits, knownFiles: knownFiles)
        if let ignored { loader.ignore(ignored) }
        loader.read(files)
        return loader.load
    }
}
