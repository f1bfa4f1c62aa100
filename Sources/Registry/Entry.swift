package import Shared

/// One entry of a registry.
package struct Entry: Sendable {
    package let id: EntryID
    package let kind: String
    package let meta: Value.Map
    /// All that stands beside `name`, `kind` and `meta`.
    package let data: Value.Map
    /// Where the entry begins.
    package let location: SourceLocation
}
