package import Clocks
package import Model

/// The outcome of slots or of a run: the one fact that the log, the job's standing and its counts are made of.
package struct Booking: Hashable, Sendable {
    /// The first and the last of its slots; `nil`: it is about a run without a slot. Where reports were lost, several bookings have
    /// the same slots, and which of them came to what is not known.
    package var first: SlotInstant?
    package var last: SlotInstant?
    /// How many slots it gives their outcome: none if it is about a run without a slot, or an attempt that another one follows.
    package var count: Int64
    package var outcome: Outcome
    package var reason: Reason?
    /// `nil`: they had none, or it is not known.
    package var run: Run?
    /// When the next attempt at the slot follows; `nil`: none does.
    package var retryAfter: Nanoseconds?

    /// Why, where the outcome does not say it all.
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// Another slot of the job had its run, or was due.
        case overlap
        /// It waited for its group for as long as it may.
        case wait
        /// No worker was there to begin it in time.
        case noWorker = "no_worker"
        /// No daemon was there.
        case down
        /// The worker's reports of it were given up; their number is known.
        case lost
        /// The job was told to stop.
        case stop
        /// The wall clock was set back, and showed the slot a second time.
        case clock
        /// A pause was in force.
        case paused
        /// It could not begin in time.
        case deadline
        /// More slots came due than are to be caught up on.
        case limit
        /// The ledger did not let it begin, or was not there.
        case ledger
        /// An operator has ended the run, or given it up.
        case byOperator = "operator"
    }

    package struct Run: Hashable, Sendable {
        package var number: Int64
        /// Which attempt at its slot it was.
        package var attempt = 1
        /// The call that it served; `nil`: none.
        package var call: Int64?
        /// Somebody has asked for it.
        package var isManual: Bool { (call ?? 0) < 0 }
        /// Its slot came due without a daemon.
        package var isCaughtUp = false
        /// When the daemon read that it began.
        package var began: WallInstant
        package var lateness = Nanoseconds.zero
        package var duration = Nanoseconds.zero
        /// What it came to.
        package var end: End

        package struct End: Hashable, Sendable {
            /// The result, or the error.
            package var text: String
            /// How many bytes the text had if it was cut.
            package var fullLength: Int64?
            /// With which its command exited, where that is the error.
            package var code: Int64?
            /// The function has said that another attempt does not help.
            package var isFinal = false
        }

        package init(
            number: Int64, attempt: Int = 1, call: Int64? = nil, began: WallInstant,
            lateness: Nanoseconds = .zero, duration: Nanoseconds = .zero, text: String, fullLength: Int64? = nil,
            code: Int64? = nil, isFinal: Bool = false
        ) {
            (self.number, self.attempt, self.call, self.began) = (number, attempt, call, began)
            (self.lateness, self.duration) = (lateness, duration)
            end = End(text: text, fullLength: fullLength, code: code, isFinal: isFinal)
        }
    }

    package init(
        first: SlotInstant? = nil, last: SlotInstant? = nil, count: Int64, outcome: Outcome, reason: Reason? = nil,
        run: consuming Run? = nil, retryAfter: Nanoseconds? = nil
    ) {
        (self.first, self.last, self.count, self.outcome) = (first, last, count, outcome)
        (self.reason, self.retryAfter) = (reason, retryAfter)
        self.run = run
    }

    /// Out of line: nearly no job has one to keep.
    package indirect enum Kept: Hashable, Sendable {
        case booking(Booking)

        package var booking: Booking {
            switch self {
            case .booking(let booking): booking
            }
        }
    }

    /// Whether it says that an announced attempt will not come, and its slot has the outcome of the one before.
    package var isGivenUp: Bool { retryAfter != nil && reason != nil }

    /// Whether the job did well or failed by it: what is followed by another attempt does not say that yet, and a call is no run of
    /// the job's own.
    package var isVerdict: Bool { isOfOwnRun && (retryAfter == nil || reason != nil) }

    /// Whether it is about a run, and that is no call.
    var isOfOwnRun: Bool { if let run { run.call == nil } else { false } }

    /// 0: it is about none.
    var runNumber: Int64 { if let run { run.number } else { 0 } }
}
