package import Model
package import Values

/// What a reload changes.
package struct RegistryDifference: Sendable {
    package private(set) var added: [JobDefinition] = []
    package private(set) var changed: [JobDefinition] = []
    package private(set) var removed: [EntryID] = []
    /// Their workers, their slots and their run numbers stay. Their place in the registry may have moved.
    package private(set) var unchanged: [JobDefinition] = []

    /// In the order of the new registry; what was removed in the order of the old one.
    package init(from old: [JobDefinition], to new: [JobDefinition]) {
        let oldByID = Dictionary(uniqueKeysWithValues: old.map { ($0.id, $0) })
        for definition in new {
            switch oldByID[definition.id] {
            case nil: added.append(definition)
            case let previous? where previous.isSameJob(as: definition): unchanged.append(definition)
            case .some: changed.append(definition)
            }
        }
        let newIDs = Set(new.map(\.id))
        removed = old.map(\.id).filter { !newIDs.contains($0) }
    }
}
