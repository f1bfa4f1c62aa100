/// A store that cannot do what it was asked.
package struct LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// No room on the disk, or it is not to be written to: that may pass.
        case noRoom
        /// Another program has it.
        case locked
        /// What is there is no database, or a broken one.
        case damaged
        /// A later version of this program has made it.
        case newer(Int64)
        /// The disk fails.
        case failing
        /// What is written to is not what is in its place any more.
        case moved
        /// It has no place where it was, for now.
        case away
        case other
    }

    package let kind: Kind
    package let text: String
    /// The store's own number for it; 0: it has none.
    package let code: Int32
    package let path: String

    package init(_ kind: Kind, _ text: String, code: Int32 = 0, path: String) {
        (self.kind, self.text, self.code, self.path) = (kind, text, code, path)
    }

    package var description: String {
        code == 0 ? "ledger '\(path)': \(text)" : "ledger '\(path)': \(text) (\(code))"
    }
}
