package import Clocks

/// What becomes of the processes that a command has left when it ends.
package enum LeftoverRule: Hashable, Sendable {
    case kill
    /// They go on; `span`: for so long after the run.
    case leave(span: Nanoseconds?)

    package var leaves: Bool { self != .kill }

    package var span: Nanoseconds? { if case .leave(let span) = self { span } else { nil } }
}
