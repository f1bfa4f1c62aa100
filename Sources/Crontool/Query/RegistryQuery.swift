import Find
package import Model
package import Registry
import Values

/// Questions to a registry.
package struct RegistryQuery: Sendable {
    private let snapshot: RegistrySnapshot

    package init(_ snapshot: RegistrySnapshot) { self.snapshot = snapshot }

    /// The entries for which all criteria hold, each of them `KEY=TEXT` as `Criteria` has it. Two may have the same key. With
    /// no criteria, all entries.
    package func find(_ criteria: [String]) throws -> [Entry] {
        snapshot.find(try Criteria(try criteria.map(Self.parse)))
    }

    private static func parse(_ criterion: String) throws(InputFailure) -> (key: String, text: String) {
        guard let mark = criterion.firstIndex(of: "=") else {
            throw InputFailure("criterion '\(criterion)': expected KEY=TEXT, such as meta.type=cron.job")
        }
        return (String(criterion[..<mark]), String(criterion[criterion.index(after: mark)...]))
    }

    /// `nil`: there is none.
    package func get(_ id: String) throws(InputFailure) -> Entry? {
        guard let id = EntryID(id) else {
            throw InputFailure("'\(id)' is no entry's ID; expected NAMESPACE:NAME, each of \(EntryID.rule)")
        }
        return snapshot[id]
    }
}
