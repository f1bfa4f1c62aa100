import Clocks
import Kernel

/// Notices that somebody sets the wall clock, without ever waking up for anything else.
final class ClockWatch {
    private let timer: SlotTimer

    init(_ poller: borrowing Poller) throws(SystemError) {
        timer = try SlotTimer(.wall)
        try timer.register(with: poller, token: EventToken.clock.packed)
        try arm()
    }

    /// Until the clock is set: to be called again when it was.
    func arm() throws(SystemError) { try timer.set(.distantFuture) }
}

/// How far the wall clock is ahead of the monotonic one, so that a step of it has a size.
struct ClockLead {
    private var lead: Nanoseconds
    private var noted: MonotonicInstant

    /// A smaller step is not worth a word.
    static let shortest = Nanoseconds.seconds(1)
    /// A clock that is slewed goes wrong by half a thousandth at most.
    private static let slew = Int64(1_000)

    init(_ moment: Moment) { (lead, noted) = (Self.lead(moment), moment.monotonic) }

    /// To be called often, since a clock that is slewed goes its way slowly.
    mutating func note(_ moment: Moment) {
        let change = (Self.lead(moment) - lead).count.magnitude
        let slewed = max(0, (moment.monotonic - noted).count) / Self.slew + Self.shortest.count / 2
        if change <= UInt64(slewed) { self = ClockLead(moment) }
    }

    /// By how much the clock was set back.
    mutating func takeStep(to moment: Moment) -> Nanoseconds {
        defer { self = ClockLead(moment) }
        return lead - Self.lead(moment)
    }

    private static func lead(_ moment: Moment) -> Nanoseconds {
        Nanoseconds(moment.wall.nanoseconds.subtractingReportingOverflow(moment.monotonic.nanoseconds).partialValue)
    }
}
