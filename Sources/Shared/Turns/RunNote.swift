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

    package struct Begun: Hashable, Sendable {
        package var run: Int64
        /// `nil`: it has no slot.
        package var slot: SlotInstant?
        package var call: Int64?
        package var attempt: Int64
        package var lateness: Nanoseconds
        package var at: MonotonicInstant

        package init(_ begin: Report.Begin, attempt: Int64, at: MonotonicInstant) {
            (run, slot, call, lateness) = (begin.run, begin.slot, begin.call, begin.lateness)
            (self.attempt, self.at) = (attempt, at)
        }
    }

    package struct Ended: Hashable, Sendable {
        package var run: Int64
        package var slot: SlotInstant?
        package var call: Int64?
        package var attempt: Int64
        package var lateness: Nanoseconds
        package var duration: Nanoseconds
        /// `ok` or `failed`.
        package var outcome: Outcome
        package var code: Int64?
        package var isFinal: Bool
        /// The result or the error: its first bytes.
        package var text: String
        /// How many bytes the text had if it was cut.
        package var fullLength: Int64?

        package init(_ end: Report.End, of begun: Begun) {
            (run, slot, call, attempt) = (end.run, end.slot, begun.call, begun.attempt)
            (lateness, duration) = (end.lateness, end.duration)
            (outcome, code, isFinal) = (end.outcome, end.code, end.isFinal)
            let (text, whole) = (end.text, end.text.utf8.count)
            self.text = text.prefixInBytes(RunNote.longestText)
            fullLength = end.fullLength ?? (whole > RunNote.longestText ? Int64(whole) : nil)
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
        guard let begun, begun.run > (ended?.run ?? 0) else { return nil }
        return begun
    }
}
