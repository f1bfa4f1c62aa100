package import Find
package import Values

/// One entry of a registry.
package struct Entry: Hashable, Sendable {
    package let id: EntryID
    package let kind: String
    package let meta: Value.Map
    /// All keys of the entry but `name`, `kind` and `meta`.
    package let data: Value.Map
    /// Where the entry begins.
    package let location: SourceLocation

    package init(id: EntryID, kind: String, meta: Value.Map, data: Value.Map, location: SourceLocation) {
        (self.id, self.kind, self.meta, self.data, self.location) = (id, kind, meta, data, location)
    }

    /// As a job function sees it.
    package var value: Value {
        .map(
            .init(
                uniqueKeys: ["id", "kind", "meta", "data"],
                values: [.string(id.description), .string(kind), .map(meta), .map(data)]))
    }
}

extension Criteria {
    package func hold(for entry: Entry) -> Bool {
        hold(for: entry.id, kind: entry.kind) && hold(for: entry.meta)
    }
}
