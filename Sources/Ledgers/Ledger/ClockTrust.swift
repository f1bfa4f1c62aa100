import Clocks
import LedgerStore

/// Whether the wall clock may say that something is too old to be kept: one that is years ahead for the first minutes after a boot
/// must not cost the history.
///
/// | the clock                                       | what goes by its age |
/// |-------------------------------------------------|----------------------|
/// | ran evenly for the last hour                    | yes                  |
/// | was set by more than a minute since, or is newly looked at | no        |
struct ClockTrust {
    /// Between the two clocks, when they were compared first.
    private var offset: Int64
    private var since: MonotonicInstant

    static let probation = Nanoseconds.seconds(3_600)
    private static let tolerance = Nanoseconds.seconds(60)

    init(at now: Moment) { (offset, since) = (Self.offset(now), now.monotonic) }

    private static func offset(_ now: Moment) -> Int64 { now.wall.nanoseconds &- now.monotonic.nanoseconds }

    /// What is to be kept now.
    mutating func apply(to retention: Retention, at now: Moment) -> Retention {
        if (Self.offset(now) &- offset).magnitude > Self.tolerance.count.magnitude { self = ClockTrust(at: now) }
        return now.monotonic - since >= Self.probation ? retention : retention.whateverTheTime
    }
}
