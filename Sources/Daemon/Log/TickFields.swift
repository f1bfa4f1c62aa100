import Clocks
import Kernel
import Model

/// The result of a run, as one value in a record's metadata: under `TickFields.key`, for our own handler to spread out.
/// As a dictionary of strings the same would take half of the daemon's time.
struct TickFields: CustomStringConvertible, Sendable {
    static let key = "tick"

    let entry: String
    let pid: ProcessID
    let run: Int64
    var attempt = 1
    /// When the next attempt follows; `nil`: none does.
    var retryAfter: Nanoseconds?
    /// `nil`: the run was asked for.
    let slot: WallInstant?
    /// `nil`: its worker has not said how long it took.
    var times: (lateness: Nanoseconds, duration: Nanoseconds)?
    let outcome: Outcome
    /// The result, or the error.
    let text: String
    /// How many bytes the text had if it was cut.
    let fullLength: Int64?

    /// For other handlers.
    var description: String { "entry=\(entry) run=\(run) \(outcome.textKey)=\(text)" }
}
