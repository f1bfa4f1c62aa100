package import Clocks
package import Model

/// What a worker tells the daemon.
package enum Report: Hashable, Sendable {
    case ready(Ready)
    case begin(Begin)
    case end(End)
    /// The worker asks whether it may begin the run of this slot; `nil`: one besides the slots.
    case due(slot: SlotInstant?)
    case skipped(Skipped)
    case log(Log)
    case output(Output)
    case outputDropped(OutputLoss)
    case pong(token: Int64)
    case dropped(Dropped)
    case stopped(runs: Int64)
    case fault(Fault)

    /// The worker has its definition and waits for its first slot.
    package struct Ready: Hashable, Sendable {
        package var next: SlotInstant

        package init(next: SlotInstant) { self.next = next }
    }

    /// A run begins.
    package struct Begin: Hashable, Sendable {
        /// Counts from 1 over the whole life of the job in the daemon.
        package var run: Int64
        /// `nil`: the run was asked for and has no slot.
        package var slot: SlotInstant?
        package var next: SlotInstant
        package var lateness: Nanoseconds
        /// Of the command that asked for the run.
        package var call: Int64?

        package init(
            run: Int64, slot: SlotInstant?, next: SlotInstant, lateness: Nanoseconds, call: Int64? = nil
        ) {
            (self.run, self.slot, self.next) = (run, slot, next)
            (self.lateness, self.call) = (lateness, call)
        }
    }

    /// The run ended by itself: `ok` with a result, or `failed` with an error.
    package struct End: Hashable, Sendable {
        package var run: Int64
        /// `nil`: the run was asked for and had no slot.
        package var slot: SlotInstant?
        package var next: SlotInstant
        package var lateness: Nanoseconds
        package var duration: Nanoseconds
        /// `ok` or `failed`.
        package var outcome: Outcome
        /// The result, or the error.
        package var text: String
        /// How many bytes the text had if it was cut.
        package var fullLength: Int64?

        package init(
            run: Int64, slot: SlotInstant?, next: SlotInstant, lateness: Nanoseconds, duration: Nanoseconds,
            outcome: Outcome, text: String, fullLength: Int64? = nil
        ) {
            (self.run, self.slot, self.next) = (run, slot, next)
            (self.lateness, self.duration) = (lateness, duration)
            (self.outcome, self.text, self.fullLength) = (outcome, text, fullLength)
        }
    }

    /// Slots came due during the run that just ended, and are not made up for.
    package struct Skipped: Hashable, Sendable {
        package var first: SlotInstant
        package var last: SlotInstant
        package var next: SlotInstant

        package init(first: SlotInstant, last: SlotInstant, next: SlotInstant) {
            (self.first, self.last, self.next) = (first, last, next)
        }
    }

    /// A line from the job function's logger.
    package struct Log: Hashable, Sendable {
        package enum Level: String, Hashable, Sendable, CaseIterable {
            case debug, info, warning, error
        }

        package struct Field: Hashable, Sendable {
            package var key: String
            package var value: String

            package init(key: String, value: String) { (self.key, self.value) = (key, value) }
        }

        package var level: Level
        package var run: Int64
        package var message: String
        package var fields: [Field]

        package init(level: Level, run: Int64, message: String, fields: [Field]) {
            (self.level, self.run, self.message, self.fields) = (level, run, message, fields)
        }
    }

    /// A line that a command wrote.
    package struct Output: Hashable, Sendable {
        package enum Stream: String, Hashable, Sendable, CaseIterable {
            case standardOutput = "stdout"
            case standardError = "stderr"
        }

        package var stream: Stream
        package var run: Int64
        package var text: String
        /// How many bytes the line had if it was cut.
        package var fullLength: Int64?

        package init(stream: Stream, run: Int64, text: String, fullLength: Int64? = nil) {
            (self.stream, self.run, self.text, self.fullLength) = (stream, run, text, fullLength)
        }

        /// In bytes, with what was cut off.
        package var size: Int { max(text.utf8.count, Int(clamping: fullLength ?? 0)) }
    }

    /// What was left out of a command's output.
    package struct OutputLoss: Hashable, Sendable {
        package var lines: Int64
        package var bytes: Int64

        package init(lines: Int64, bytes: Int64) { (self.lines, self.bytes) = (lines, bytes) }
    }

    /// The daemon did not read for so long that reports were given up; what their slots came to is kept.
    package struct Dropped: Hashable, Sendable {
        package var reports: Int64
        package var ok: Int64
        package var failed: Int64
        package var skipped: Int64
        /// The last slot that the counts cover; `nil` if only log lines were given up.
        package var through: SlotInstant?
        /// The last run that the counts cover.
        package var run: Int64

        package init(
            reports: Int64 = 0, ok: Int64 = 0, failed: Int64 = 0, skipped: Int64 = 0,
            through: SlotInstant? = nil, run: Int64 = 0
        ) {
            (self.reports, self.ok, self.failed, self.skipped) = (reports, ok, failed, skipped)
            (self.through, self.run) = (through, run)
        }
    }

    /// The worker cannot serve its job: the step that failed, and why.
    package struct Fault: Hashable, Sendable {
        package var step: String
        /// From errno(3); 0 if the step is no system call.
        package var errno: Int32
        package var message: String

        package init(step: String, errno: Int32, message: String) {
            (self.step, self.errno, self.message) = (step, errno, message)
        }
    }
}
