package import Clocks

/// What bounds a job's runs: the entry's `timeout`, `kill_after` and `overlap`.
package struct RunPolicy: Hashable, Sendable {
    /// A run that has taken so long is over. `nil`: it may take any time.
    package var timeout: Nanoseconds?
    /// From SIGTERM to SIGKILL for a worker whose run is over before its end.
    package var killAfter = Nanoseconds.seconds(5)
    package var overlap = Overlap.skip

    package init() {}

    /// What becomes of a slot that comes due during a run.
    package enum Overlap: String, Hashable, Sendable, CaseIterable {
        /// It is not run.
        case skip
        /// It is run right after; those that come due before that are not.
        case queue
        /// It is run, and the run in hand is ended for it.
        case replace
    }
}
