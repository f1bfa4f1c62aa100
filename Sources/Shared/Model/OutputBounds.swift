package import Values

/// How much of a run's output is logged: the entry's `output`.
package struct OutputBounds: Hashable, Sendable {
    /// So many lines are logged as they come, and the rest at the run's end. `nil`: as many as the rate allows.
    package var head: Int?
    /// So many of the last lines are kept of what is not logged as it comes.
    package var tail = Self.defaultTail

    /// Lines that fill a screen are no book: 64 KiB are some 900 of them.
    package static let defaultTail = 900
    /// Of a head, and of a tail.
    package static let mostLines = 10_000

    package init(head: Int? = nil, tail: Int = Self.defaultTail) { (self.head, self.tail) = (head, tail) }

    /// The tail of an entry that the daemon has read without an error.
    package static func tail(of data: Value.Map) -> Int {
        let lines = data["output"]?["tail"]?.int ?? Int64(defaultTail)
        return Int(min(max(0, lines), Int64(mostLines)))
    }
}
