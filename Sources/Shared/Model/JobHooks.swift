package import Clocks
package import Values

/// The hooks of a job: the entry's `on_failure`, `on_recovery`, `on_late` and `on_long`.
package struct JobHooks: Hashable, Sendable {
    package var onFailure: EntryID?
    /// So many failures in a row mean that the job is failing. From 1 to 1,000,000.
    package var failures = 1
    package var onRecovery: EntryID?
    package var onLate: EntryID?
    /// A run that has not begun so long after its slot is late.
    package var lateAfter = Nanoseconds.seconds(30)
    package var onLong: LongRun?

    package init() {}

    package var isEmpty: Bool { onFailure == nil && onRecovery == nil && onLate == nil && onLong == nil }

    /// What is called when a run has lasted so long. Out of line: thousands of jobs have none.
    package indirect enum LongRun: Hashable, Sendable {
        case call(EntryID, after: Nanoseconds)

        package var function: EntryID { parts.function }
        package var after: Nanoseconds { parts.after }

        private var parts: (function: EntryID, after: Nanoseconds) {
            switch self {
            case .call(let function, let after): (function, after)
            }
        }
    }
}
