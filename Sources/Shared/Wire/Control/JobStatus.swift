package import Clocks
package import Model
package import Values

/// How a job stands: a line of `status`. Moments are microseconds since 1970.
package struct JobStatus: Hashable, Sendable {
    package var entry = EntryID()
    package var state = State.idle
    /// One of the two.
    package var schedule: String?
    package var interval: String?
    /// The first of the schedule's six fields is the second; the interval begins anew at each midnight.
    package var hasSeconds = false
    package var isAligned = false
    package var timezone: String?
    /// When its next slot is due.
    package var next: Int64?
    package var pid: Int64?
    /// The run that is going.
    package var run: Going?
    /// The last one that has ended; `nil`: none that this daemon knows.
    package var last: Last?
    package var runs = Int64(0)
    /// Of slots and runs, by outcome; without those that there is none of.
    package var counts: [Outcome: Int64] = [:]
    package var retried = Int64(0)
    /// Slots in a row that have failed.
    package var failures = Int64(0)
    package var isLate = false
    /// When the slot is attempted again.
    package var retry: Int64?
    /// `nil`: none holds.
    package var pause: Pause?

    /// In one word, what the job does.
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// Its worker waits for the next slot.
        case idle
        case running
        /// A run waits for its group.
        case queued
        /// Its worker is being started.
        case starting
        /// Its worker has failed, and is started again soon.
        case backoff
        /// Its worker has failed too often, and is started again much later.
        case failed
        /// Somebody else must go first, or the machine is short of something.
        case waiting
        /// The job, or its worker, is to end.
        case stopping
        /// There is nothing to run until it is called.
        case asleep
        /// No slot begins.
        case paused
        /// The same, but its worker has not said that it has heard of it.
        case pausing
    }

    /// Of several the one that lasts longest.
    package struct Pause: Hashable, Sendable {
        /// `--all`, `--group NAME`, or the job.
        package var scope = ""
        package var since = Int64(0)
        /// `nil`: until somebody ends it.
        package var until: Int64?
        package var user = Int64(0)
        package var note = ""

        package init() {}
    }

    package struct Going: Hashable, Sendable {
        package var number = Int64(0)
        package var attempt = Int64(1)
        package var slot: Int64?
        package var began = Int64(0)
        /// Somebody has asked for it.
        package var isManual = false

        package init() {}
    }

    package struct Last: Hashable, Sendable {
        package var number = Int64(0)
        package var attempt = Int64(1)
        package var slot: Int64?
        package var began = Int64(0)
        package var lateness = Nanoseconds.zero
        package var duration = Nanoseconds.zero
        package var outcome = Outcome.ok
        package var code: Int64?
        /// The result or the error, for those who may read it; `nil`: it is not said.
        package var text: String?

        package init() {}
    }

    package init() {}

    /// So much of what users write is shown.
    package static let longestText = 500
}

extension JobStatus: WireMessage {
    package static var verb: StaticString { "job" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.word("state", &state, expected: "a state")
        row.text("schedule", &schedule)
        row.text("interval", &interval)
        row.flag("seconds", &hasSeconds)
        row.flag("align", &isAligned)
        row.text("timezone", &timezone)
        row.integer("next_us", &next)
        row.integer("pid", &pid)
        runFields(&row)
        lastFields(&row)
        row.integer("runs", &runs, absent: 0)
        for (outcome, key) in Self.countKeys {
            var count = counts[outcome] ?? 0
            row.integer(key, &count, absent: 0)
            if count != 0 { counts[outcome] = count }
        }
        row.integer("retried", &retried, absent: 0)
        row.integer("failures", &failures, absent: 0)
        row.flag("late", &isLate)
        row.integer("retry_us", &retry)
        pauseFields(&row)
        if last != nil {
            var text = last?.text
            row.text("text", &text)
            last?.text = text
        }
    }

    static let countKeys: [(Outcome, StaticString)] = [
        (.ok, "ok"), (.failed, "failed"), (.timeout, "timeout"), (.crashed, "crashed"), (.oom, "oom"),
        (.skipped, "skipped"), (.missed, "missed"), (.cancelled, "cancelled"), (.interrupted, "interrupted"),
    ]

    private mutating func runFields(_ row: inout MessageCoder) {
        var number = run?.number
        row.integer("run", &number)
        guard let number else { return }
        var going = run ?? Going()
        going.number = number
        row.integer("attempt", &going.attempt, absent: 1)
        row.integer("slot_us", &going.slot)
        row.integer("began_us", &going.began)
        row.flag("cause", &going.isManual, "manual")
        run = going
    }

    private mutating func pauseFields(_ row: inout MessageCoder) {
        var scope = pause?.scope
        row.text("pause", &scope)
        guard let scope else { return }
        var paused = pause ?? Pause()
        paused.scope = scope
        row.integer("pause_since_us", &paused.since)
        row.integer("pause_until_us", &paused.until)
        row.integer("pause_uid", &paused.user)
        row.text("pause_note", &paused.note, absent: "")
        pause = paused
    }

    private mutating func lastFields(_ row: inout MessageCoder) {
        var number = last?.number
        row.integer("last_run", &number)
        guard let number else { return }
        var ended = last ?? Last()
        ended.number = number
        row.integer("last_attempt", &ended.attempt, absent: 1)
        row.integer("last_slot_us", &ended.slot)
        row.integer("last_began_us", &ended.began)
        row.microseconds("lateness_us", &ended.lateness)
        row.microseconds("duration_us", &ended.duration)
        row.word("outcome", &ended.outcome, expected: "an outcome")
        row.integer("code", &ended.code)
        last = ended
    }
}
