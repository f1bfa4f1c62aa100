import Model
import Turns

/// How a job stands, for those who want to be told when that changes. It outlives the job's replacement at a reload.
package struct JobStanding: Hashable, Sendable {
    /// Slots in a row that failed.
    package var failures = 0
    /// Whether that has been told.
    package var isFailing = false
    package var isLate = false

    package init() {}

    /// A change that is to be told.
    enum Change { case failed, recovered }

    /// Compares the outcomes of slots with how the job stood before.
    mutating func note(_ booking: Booking, _ hooks: JobHooks) -> Change? {
        guard booking.isVerdict else { return nil }
        if booking.outcome.isOk {
            defer { (failures, isFailing) = (0, false) }
            return isFailing ? .recovered : nil
        }
        guard booking.outcome.isFailure else { return nil }
        failures += 1
        return failures >= hooks.failures ? fail() : nil
    }

    /// Returns `nil` if that has been told.
    mutating func fail() -> Change? {
        guard !isFailing else { return nil }
        isFailing = true
        return .failed
    }
}
