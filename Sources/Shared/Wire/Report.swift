package import Clocks
package import Model
package import Values

/// What a worker tells the daemon.
package enum Report: Hashable, Sendable {
    case ready(Ready)
    case begin(Begin)
    case end(End)
    /// The worker asks whether it may begin the run of this slot; `nil`: a run without a slot.
    case due(slot: SlotInstant?)
    /// The worker has heard whether it is to ask before each run.
    case asked(Bool)
    case skipped(Skipped)
    /// A slot was too late to be run.
    case late(Late)
    case log(Log)
    case output(Output)
    case outputDropped(OutputLoss)
    case leftovers(Leftovers)
    case pong(token: Int64)
    case dropped(Dropped)
    case stopped(runs: Int64)
    case fault(Fault)

    /// The worker has its definition and waits for its first slot.
    package struct Ready: WireMessage, Hashable, Sendable {
        package static var verb: StaticString { "ready" }
        /// Those that both sides have.
        package var features = Features.none
        package var next = SlotInstant(nanoseconds: 0)

        package init() {}
        package init(next: SlotInstant, features: Features = .all) { (self.next, self.features) = (next, features) }

        package mutating func fields(_ row: inout MessageCoder) {
            row.version(&features)
            row.moment("next", &next)
        }
    }

    /// A run begins.
    package struct Begin: WireMessage, Hashable, Sendable {
        package static var verb: StaticString { "begin" }
        /// Counts on from the `runs` of the definition.
        package var run = Int64(0)
        /// `nil`: the run was asked for and has no slot.
        package var slot: SlotInstant?
        package var next = SlotInstant(nanoseconds: 0)
        package var lateness = Nanoseconds.zero
        /// Of the command that asked for the run.
        package var call: Int64?

        package init() {}
        package init(
            run: Int64, slot: SlotInstant?, next: SlotInstant, lateness: Nanoseconds, call: Int64? = nil
        ) {
            (self.run, self.slot, self.next) = (run, slot, next)
            (self.lateness, self.call) = (lateness, call)
        }

        package mutating func fields(_ row: inout MessageCoder) {
            row.integer("run", &run, least: 0)
            row.moment("slot", &slot)
            row.moment("next", &next)
            row.microseconds("lateness_us", &lateness)
            row.integer("call", &call)
        }
    }

    /// The run ended by itself: `ok` with a result, or `failed` with an error.
    package struct End: WireMessage, Hashable, Sendable {
        package static var verb: StaticString { "end" }
        package var run = Int64(0)
        /// `nil`: the run was asked for and had no slot.
        package var slot: SlotInstant?
        package var next = SlotInstant(nanoseconds: 0)
        package var lateness = Nanoseconds.zero
        package var duration = Nanoseconds.zero
        /// `ok` or `failed`.
        package var outcome = Outcome.ok
        /// The result, or the error.
        package var text = ""
        /// How many bytes the text had if it was cut.
        package var fullLength: Int64?
        /// With which the command exited, where that is the error.
        package var code: Int64?
        /// The function says that another attempt does not help.
        package var isFinal = false

        package init() {}
        package init(
            run: Int64, slot: SlotInstant?, next: SlotInstant, lateness: Nanoseconds, duration: Nanoseconds,
            outcome: Outcome, text: String, fullLength: Int64? = nil, code: Int64? = nil, isFinal: Bool = false
        ) {
            self.isFinal = isFinal
            (self.run, self.slot, self.next) = (run, slot, next)
            (self.lateness, self.duration) = (lateness, duration)
            (self.outcome, self.text, self.fullLength, self.code) = (outcome, text, fullLength, code)
        }

        package mutating func fields(_ row: inout MessageCoder) {
            row.integer("run", &run, least: 0)
            row.moment("slot", &slot)
            row.moment("next", &next)
            row.microseconds("lateness_us", &lateness)
            row.microseconds("duration_us", &duration)
            var isOk = outcome.isOk
            row.either("outcome", "ok", "failed", isFirst: &isOk)
            outcome = isOk ? .ok : .failed
            row.integer("code", &code, least: 0)
            row.flag("retry", &isFinal, "no")
            row.longText(outcome.textKey, &text, length: &fullLength)
        }
    }

    /// Slots came due during the run that just ended, and are not made up for.
    package struct Skipped: WireMessage, Hashable, Sendable {
        package static var verb: StaticString { "skipped" }
        package var first = SlotInstant(nanoseconds: 0)
        package var last = SlotInstant(nanoseconds: 0)
        package var next = SlotInstant(nanoseconds: 0)

        package init() {}
        package init(first: SlotInstant, last: SlotInstant, next: SlotInstant) {
            (self.first, self.last, self.next) = (first, last, next)
        }

        package mutating func fields(_ row: inout MessageCoder) {
            row.moment("first", &first)
            row.moment("last", &last)
            row.moment("next", &next)
        }
    }

    /// A slot could not begin in time, and is not run; nor are those before it.
    package struct Late: WireMessage, Hashable, Sendable {
        package static var verb: StaticString { "late" }
        package static var feature: Feature? { .deadline }
        package var slot = SlotInstant(nanoseconds: 0)
        package var next = SlotInstant(nanoseconds: 0)

        package init() {}
        package init(slot: SlotInstant, next: SlotInstant) { (self.slot, self.next) = (slot, next) }

        package mutating func fields(_ row: inout MessageCoder) {
            row.moment("slot", &slot)
            row.moment("next", &next)
        }
    }

    /// A line from the job function's logger.
    package struct Log: WireMessage, Hashable, Sendable {
        package static var verb: StaticString { "log" }
        package typealias Field = TextPair

        package var level = LogLevel.info
        package var run = Int64(0)
        package var message = ""
        package var fields: [Field] = []
        /// How many bytes the message had if it was cut.
        package var fullLength: Int64?
        /// How many fields there was no room for.
        package var leftOut = Int64(0)

        package init() {}
        package init(level: LogLevel, run: Int64, message: String, fields: [Field]) {
            (self.level, self.run, self.message, self.fields) = (level, run, message, fields)
        }

        package mutating func fields(_ row: inout MessageCoder) {
            row.word("level", &level, expected: "debug, info, warning or error")
            row.integer("run", &run, least: 0)
            row.longText("message", &message, length: &fullLength, reserve: 1_024)
            row.pairs("key", "value", &fields, leftOut: "left_out", &leftOut)
        }
    }

    /// A line that a command wrote.
    package struct Output: WireMessage, Hashable, Sendable {
        package static var verb: StaticString { "output" }
        package enum Stream: String, Hashable, Sendable, CaseIterable {
            case standardOutput = "stdout"
            case standardError = "stderr"
        }

        package var stream = Stream.standardOutput
        package var run = Int64(0)
        package var text = ""
        /// How many bytes the line had if it was cut.
        package var fullLength: Int64?

        package init() {}
        package init(stream: Stream, run: Int64, text: String, fullLength: Int64? = nil) {
            (self.stream, self.run, self.text, self.fullLength) = (stream, run, text, fullLength)
        }

        /// In bytes, with what was cut off.
        package var size: Int { max(text.utf8.count, Int(clamping: fullLength ?? 0)) }

        package mutating func fields(_ row: inout MessageCoder) {
            row.word("stream", &stream, expected: "stdout or stderr")
            row.integer("run", &run, least: 0)
            row.longText("text", &text, length: &fullLength)
        }
    }

    /// What was left out of a command's output.
    package struct OutputLoss: WireMessage, Hashable, Sendable {
        package static var verb: StaticString { "output_dropped" }
        package var lines = Int64(0)
        package var bytes = Int64(0)

        package init() {}
        package init(lines: Int64, bytes: Int64) { (self.lines, self.bytes) = (lines, bytes) }

        package mutating func fields(_ row: inout MessageCoder) {
            row.integer("lines", &lines, least: 0)
            row.integer("bytes", &bytes, least: 0)
        }
    }

    /// Processes that a command had left, and that were killed with it or go on.
    package struct Leftovers: WireMessage, Hashable, Sendable {
        package static var verb: StaticString { "leftovers" }
        package static var feature: Feature? { .leftovers }
        package var run = Int64(0)
        package var count = Int64(0)
        /// The name of the first one's.
        package var program = ""
        /// They go on.
        package var left = false
        /// When they were counted.
        package var at = MonotonicInstant(nanoseconds: 0)

        package init() {}
        package init(
            run: Int64, count: Int64, program: String, left: Bool = false,
            at: MonotonicInstant = MonotonicInstant(nanoseconds: 0)
        ) {
            (self.run, self.count, self.program) = (run, count, program)
            (self.left, self.at) = (left, at)
        }

        package mutating func fields(_ row: inout MessageCoder) {
            row.integer("run", &run, least: 0)
            row.integer("count", &count, least: 1)
            row.text("program", &program)
            row.flag("left", &left)
            row.integer("at", &at.nanoseconds, least: 0, absent: 0)
        }
    }

    /// The daemon did not read for so long that reports were given up; the outcomes of their slots are kept.
    package struct Dropped: WireMessage, Hashable, Sendable {
        package static var verb: StaticString { "dropped" }
        package var reports = Int64(0)
        package var ok = Int64(0)
        package var failed = Int64(0)
        package var skipped = Int64(0)
        /// The last slot that the counts cover; `nil` if only log lines were given up.
        package var through: SlotInstant?
        /// The last run that the counts cover.
        package var run = Int64(0)

        package init() {}
        package init(
            reports: Int64 = 0, ok: Int64 = 0, failed: Int64 = 0, skipped: Int64 = 0,
            through: SlotInstant? = nil, run: Int64 = 0
        ) {
            (self.reports, self.ok, self.failed, self.skipped) = (reports, ok, failed, skipped)
            (self.through, self.run) = (through, run)
        }

        package mutating func fields(_ row: inout MessageCoder) {
            row.integer("reports", &reports, least: 0)
            row.integer("ok", &ok, least: 0)
            row.integer("failed", &failed, least: 0)
            row.integer("skipped", &skipped, least: 0)
            row.moment("through", &through)
            row.integer("run", &run, least: 0)
        }
    }

    /// The worker cannot serve its job: the step that failed, and why.
    package struct Fault: WireMessage, Hashable, Sendable {
        package static var verb: StaticString { "fault" }
        package var step = ""
        /// From errno(3); 0 if the step is no system call.
        package var errno = Int32(0)
        package var message = ""
        /// How many bytes the message had if it was cut.
        package var fullLength: Int64?

        package init() {}
        package init(step: String, errno: Int32, message: String) {
            (self.step, self.errno, self.message) = (step, errno, message)
        }

        package mutating func fields(_ row: inout MessageCoder) {
            row.text("step", &step)
            var code = Int64(errno)
            row.integer("errno", &code, least: 0, most: Int64(Int32.max))
            errno = Int32(code)
            row.longText("error", &message, length: &fullLength)
        }
    }
}
