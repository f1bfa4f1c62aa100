/// How a run of a command ended.
package enum CommandOutcome: Hashable, Sendable {
    /// The last line of its standard output that is not empty.
    case ok(String)
    /// What went wrong, in one line.
    case failed(String)
}
