import Model
import Turns

/// How a job stands, for those who want to be told when that changes. It outlives the job's replacement at a reload, and the
/// daemon.
package struct JobStanding: Hashable, Sendable {
    /// Slots in a row that failed.
    package var failures = 0
    /// Whether that has been told, or is being told.
    package var isFailing = false
    package var isLate = false
    /// The number of the run that the job began to fail with: it names the incident, for those who hear of it twice.
    package var incident = Int64(0)
    /// Whose calls have not ended yet. A daemon that begins again makes them again.
    package var untold: Alert = []

    package init() {}

    /// What a hook is called for.
    package struct Alert: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let failure = Alert(rawValue: 1)
        package static let recovery = Alert(rawValue: 2)
        package static let late = Alert(rawValue: 4)
    }

    /// The incident, and what is not told.
    package var inOneNumber: Int64 { incident << 3 | Int64(untold.rawValue) }

    package mutating func takeAlerts(_ number: Int64) {
        (incident, untold) = (number >> 3, Alert(rawValue: UInt8(number & 7)))
    }

    /// A change that is to be told.
    enum Change { case failed, recovered }

    /// Compares the outcome of a slot with how the job stood before.
    mutating func note(_ booking: Booking, _ hooks: JobHooks) -> Change? {
        if booking.outcome.isOk {
            defer { (failures, isFailing) = (0, false) }
            return isFailing ? .recovered : nil
        }
        guard booking.outcome.isFailure else { return nil }
        failures += 1
        return failures >= hooks.failures ? fail(in: booking.run?.number ?? 0) : nil
    }

    /// Returns `nil` if that has been told.
    mutating func fail(in run: Int64) -> Change? {
        guard !isFailing else { return nil }
        (isFailing, incident) = (true, run)
        return .failed
    }
}
