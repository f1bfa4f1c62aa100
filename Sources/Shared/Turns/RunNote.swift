package import Clocks
package import Model
import Values
package import Wire

/// What a worker notes of its runs, in a file in memory that outlives it and the daemon: before it says that a run begins or has
/// ended, it stands here. A daemon reads it when the worker is gone.
package struct RunNote: Hashable, Sendable {
    /// The daemon's name for this worker's note.
    package var epoch = UInt64(0)
    package var tally = RunTally()
    /// Every slot up to this one has its outcome, or its run has begun.
    package var accounted = SlotInstant(nanoseconds: 0)
    /// The run that has begun last.
    package var begun: Begun?
    /// The run that has ended last.
    package var ended: Ended?

    package struct Run: Hashable, Sendable {
        package var number: Int64
        /// `nil`: it has no slot.
        package var slot: SlotInstant?
        package var call: Int64?
        package var attempt: Int64
        package var lateness: Nanoseconds
    }

    package struct Begun: Hashable, Sendable {
        package var run: Run
        package var at: MonotonicInstant

        package init(_ begin: Report.Begin, attempt: Int64, at: MonotonicInstant) {
            run = Run(
                number: begin.run, slot: begin.slot, call: begin.call, attempt: attempt, lateness: begin.lateness)
            self.at = at
        }

        init(run: Run, at: MonotonicInstant) { (self.run, self.at) = (run, at) }
    }

    package struct Ended: Hashable, Sendable {
        package var run: Run
        package var duration: Nanoseconds
        /// `ok` or `failed`.
        package var outcome: Outcome
        /// The text is cut to its first bytes.
        package var end: Booking.Run.End

        package init(_ end: Report.End, of begun: Begun) {
            (run, duration, outcome) = (begun.run, end.duration, end.outcome)
            let (text, whole) = (end.text, end.text.utf8.count)
            let isCut = whole > RunNote.longestText
            self.end = Booking.Run.End(
                text: String(text[...].beginning(bytes: RunNote.longestText)),
                fullLength: end.fullLength ?? (isCut ? Int64(whole) : nil),
                code: end.code, isFinal: end.isFinal)
        }

        init(run: Run, duration: Nanoseconds, outcome: Outcome, end: Booking.Run.End) {
            (self.run, self.duration, self.outcome, self.end) = (run, duration, outcome, end)
        }
    }

    package init() {}
    package init(epoch: UInt64) { self.epoch = epoch }

    package mutating func begin(_ begun: Begun) { self.begun = begun }

    package mutating func end(_ end: Report.End, skipped: Int64) {
        guard let begun else { return }
        tally.note(end)
        tally.skipped += skipped
        ended = Ended(end, of: begun)
    }

    /// The run that has begun and not ended.
    package var open: Begun? {
        guard let begun, begun.run.number > (ended?.run.number ?? 0) else { return nil }
        return begun
    }
}
