package import Clocks
package import LedgerRecords
package import Model
package import Turns

// Moments in rows are of whole microseconds.

/// A run.
package struct RunRow: Hashable, Sendable {
    package var job: String
    package var run: Int64
    /// `nil`: it had none.
    package var slot: WallInstant?
    package var attempt: Int64
    package var cause: LedgerRecord.Cause
    package var outcome: Outcome
    package var reason: Booking.Reason?
    /// Its outcome is that of its slot.
    package var settles: Bool
    package var began: WallInstant
    package var duration: Nanoseconds
    package var lateness: Nanoseconds
    package var code: Int64?
    package var retryAfter: Nanoseconds?
    package var text: String
    package var fullLength: Int64?

    package init(
        job: String, run: Int64, slot: WallInstant?, attempt: Int64, cause: LedgerRecord.Cause, outcome: Outcome,
        reason: Booking.Reason?, settles: Bool, began: WallInstant, duration: Nanoseconds, lateness: Nanoseconds,
        code: Int64?, retryAfter: Nanoseconds?, text: String, fullLength: Int64?
    ) {
        (self.job, self.run, self.slot, self.attempt, self.cause) = (job, run, slot, attempt, cause)
        (self.outcome, self.reason, self.settles, self.began) = (outcome, reason, settles, began)
        (self.duration, self.lateness, self.code, self.retryAfter) = (duration, lateness, code, retryAfter)
        (self.text, self.fullLength) = (text, fullLength)
    }
}

/// Slots without a run, one after the other, that came to the same.
package struct GapRow: Hashable, Sendable {
    package var job: String
    package var first: WallInstant
    package var last: WallInstant
    package var count: Int64
    package var outcome: Outcome
    package var reason: Booking.Reason?

    package init(
        job: String, first: WallInstant, last: WallInstant, count: Int64, outcome: Outcome, reason: Booking.Reason?
    ) {
        (self.job, self.first, self.last, self.count) = (job, first, last, count)
        (self.outcome, self.reason) = (outcome, reason)
    }
}

package enum HistoryRow: Hashable, Sendable {
    case run(RunRow)
    case gap(GapRow)

    /// By which history is in order.
    package var moment: WallInstant {
        switch self {
        case .run(let run): run.began
        case .gap(let gap): gap.last
        }
    }
}

/// What a job came to in a span.
package struct JobSums: Hashable, Sendable {
    package var job: String
    /// Slots by outcome.
    package var slots: Outcome.Counts
    /// Runs, with all attempts, and those of them that had no slot.
    package var runs = Int64(0)
    package var besides = Int64(0)
    package var busy = Nanoseconds.zero
    package var longest = Nanoseconds.zero
    package var lateness = Nanoseconds.zero
    package var latest = Nanoseconds.zero

    package init(job: String) {
        self.job = job
        slots = Outcome.Counts()
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.job == right.job && left.numbers == right.numbers
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(job)
        hasher.combine(numbers)
    }

    private var numbers: [Int64] {
        Outcome.allCases.map { slots[$0] }
            + [runs, besides, busy.count, longest.count, lateness.count, latest.count]
    }
}

package struct IncidentRow: Hashable, Sendable {
    package var at: WallInstant
    /// `nil`: it concerns the daemon.
    package var job: String?
    package var kind: String
    package var text: String

    package init(at: WallInstant, job: String?, kind: String, text: String) {
        (self.at, self.job, self.kind, self.text) = (at, job, kind, text)
    }
}

/// The last lines that a run wrote.
package struct KeptOutput: Hashable, Sendable {
    package var run: Int64
    /// How many lines and bytes it wrote, with those that are not kept.
    package var lines: Int64
    package var bytes: Int64
    /// Each with its end.
    package var tail: String

    package init(run: Int64, lines: Int64, bytes: Int64, tail: String) {
        (self.run, self.lines, self.bytes, self.tail) = (run, lines, bytes, tail)
    }
}

extension WallInstant {
    /// Rounded down; nothing is before 1970.
    package var microseconds: Int64 { max(0, nanoseconds / 1_000) }

    package init(microseconds: Int64) {
        self.init(nanoseconds: microseconds.multipliedReportingOverflow(by: 1_000).partialValue)
    }

    /// As it is in a row.
    package var inMicroseconds: WallInstant { WallInstant(microseconds: microseconds) }

    /// Hours since 1970.
    package var hour: Int64 { microseconds / Self.microsecondsOfAnHour }

    package init(hour: Int64) { self.init(microseconds: hour * Self.microsecondsOfAnHour) }

    package static var microsecondsOfAnHour: Int64 { 3_600_000_000 }
}

extension Nanoseconds {
    package init(microseconds: Int64) {
        self.init(microseconds.multipliedReportingOverflow(by: 1_000).partialValue)
    }

    /// As it is in a row.
    package var inMicroseconds: Nanoseconds { Nanoseconds(microseconds: wholeMicroseconds) }
}
