package import Clocks
package import Model
package import Turns
import Values
import Wire

extension Phase {
    package struct Run: Hashable, Sendable {
        package var number: Int64
        /// `nil`: the run was asked for.
        package var slot: SlotInstant?
        /// When the daemon read that it began.
        package var began: Moment
        package var lateness = Nanoseconds.zero
        package var bounds = Bounds()
        /// What has ended it, although its worker is still there.
        package var cut: Cut?
        /// Which attempt at its slot it is.
        package var attempt = 1
        /// The call that it serves; `nil`: none.
        package var call: Int64?
        /// Its slot came due without a daemon.
        package var isCaughtUp: Bool {
            get { bounds.isCaughtUp }
            set { bounds.isCaughtUp = newValue }
        }
        /// Somebody has asked for it.
        package var isManual: Bool { (call ?? 0) < 0 }

        /// When the job's policy ends it.
        package var limit: MonotonicInstant { min(bounds.timeout, bounds.replacement) }

        package struct Bounds: Hashable, Sendable {
            /// When it has taken too long.
            package var timeout = MonotonicInstant.distantFuture
            /// When the slot comes due that takes its place.
            package var replacement = MonotonicInstant.distantFuture
            /// What came due up to here waited with it for its group, and does not take its place.
            package var waitedThrough: SlotInstant?
            /// No slot takes its place, which is made up for.
            package var isCaughtUp = false
        }
    }

    /// Why a run is over before its end.
    package enum Cut: Hashable, Sendable {
        case timeout
        /// The next slot is due, which takes its place.
        case replaced
        /// An operator has ended it.
        case byOperator

        package var outcome: Outcome {
            switch self {
            case .timeout: .timeout
            case .replaced, .byOperator: .cancelled
            }
        }

        var reason: Booking.Reason? {
            switch self {
            case .timeout: nil
            case .replaced: .overlap
            case .byOperator: .byOperator
            }
        }

        func text(_ policy: RunPolicy) -> String {
            switch self {
            case .timeout: "no end within \(DurationText.format(policy.timeout ?? .zero))"
            case .replaced: "the next slot is due"
            case .byOperator: "cancelled by an operator"
            }
        }
    }
}

extension Phase.Run {
    /// As its worker says.
    func ended(_ end: Report.End) -> Booking.Run {
        var run = Booking.Run(
            number: number, attempt: attempt, call: call, began: began.wall,
            lateness: end.lateness, duration: end.duration, text: end.text, fullLength: end.fullLength,
            code: end.code, isFinal: end.isFinal)
        run.isCaughtUp = isCaughtUp
        return run
    }

    /// As far as is known without a word from its worker.
    func lost(_ reason: String, at now: Moment) -> Booking.Run {
        var run = Booking.Run(
            number: number, attempt: attempt, call: call, began: began.wall, lateness: lateness,
            duration: now.monotonic - began.monotonic, text: reason)
        run.isCaughtUp = isCaughtUp
        return run
    }
}

extension JobSupervisor {
    /// What its worker is told to run, or is to be told.
    package var orders: Orders { runKeeper.orders }
}
