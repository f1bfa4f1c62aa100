package import Clocks
package import Values

/// The hooks of a job: the entry's `on_failure`, `on_recovery` and `on_late`.
package struct JobHooks: Hashable, Sendable {
    package var onFailure: EntryID?
    /// So many failures in a row mean that the job is failing. From 1 to 1,000,000.
    package var failures = 1
    package var onRecovery: EntryID?
    package var onLate: EntryID?
    /// A run that has not begun so long after its slot is late.
    package var lateAfter = Nanoseconds.seconds(30)

    package init() {}

    package var isEmpty: Bool { onFailure == nil && onRecovery == nil && onLate == nil }
}
