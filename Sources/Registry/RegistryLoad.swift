import Model
package import Values

/// The result of reading a registry. It keeps the text and the place of everything, for the errors that only the
/// meaning of an entry can raise. Only the snapshot is to be kept.
package struct RegistryLoad: Sendable {
    /// `nil` if there is any error.
    package let snapshot: RegistrySnapshot?
    /// In the order of the files, then by line and column.
    package let errors: [Diagnostic]
    package let notes: [Diagnostic]
    let positions: EntryPositions
    package let limits: RegistryLimits

    /// Where the value at `path` in an entry stands, as in `["meta", "interval"]`; where there is none, its nearest parent.
    package func location(of path: [String], in id: EntryID) -> SourceLocation? { positions.location(of: path, in: id) }

    /// Where a value of an entry is from.
    package enum ValueOrigin: Hashable, Sendable {
        case entry
        /// The `meta` of the entry's file.
        case file
        /// The entry of defaults of its namespace.
        case defaults(EntryID)
    }

    package func origin(of path: [String], in id: EntryID) -> ValueOrigin {
        if let defaults = positions.defaults(of: path, in: id) { return .defaults(defaults) }
        return positions.isOfFile(path, in: id) ? .file : .entry
    }

    /// An error that only the user of an entry can find, at the value that `path` leads to.
    ///
    /// `id` must be an entry of the snapshot.
    package func error(at path: [String], in id: EntryID, _ message: String) -> Diagnostic {
        positions.diagnostic(.error, at: path, of: entry(id), message)
    }

    /// As `error`, of what is right and may surprise.
    package func note(_ note: Note, at path: [String], in id: EntryID, _ message: String) -> Diagnostic {
        positions.diagnostic(.note(note), at: path, of: entry(id), message)
    }

    private func entry(_ id: EntryID) -> Entry {
        guard let entry = snapshot?[id] else { preconditionFailure("no entry '\(id)' in the snapshot") }
        return entry
    }
}
