package import Clocks
package import Model
package import Values

/// What is measured of a job: a line of `metrics`. Moments are microseconds since 1970.
package struct JobMetrics: Hashable, Sendable {
    package var entry = EntryID()
    package var kind = ""
    /// As `status` has it: every slot, or each so often.
    package var schedule = ""
    /// The jobs that it shares a bound with; `nil`: none.
    package var group: String?
    package var state = JobStatus.State.idle
    /// A run is going.
    package var isRunning = false
    /// As many slots in a row as its entry says have failed, or its worker cannot be kept alive.
    package var isFailing = false
    package var isLate = false
    package var isPaused = false
    /// Slots in a row that have failed.
    package var failures = Int64(0)
    package var runs = Int64(0)
    /// Of slots, by outcome; without those that there is none of.
    package var slots: [Outcome: Int64] = [:]
    /// When its next slot is due, and which was due, or will be, after the last one that was ok.
    package var next: Int64?
    package var due: Int64?
    package var last: Last?
    /// `nil`: it is not counted.
    package var counted: Counted?

    /// The last run that has ended.
    package struct Last: Hashable, Sendable {
        package var began = Int64(0)
        package var lateness = Nanoseconds.zero
        package var duration = Nanoseconds.zero

        package init() {}
    }

    /// What lies beside the books.
    package struct Counted: Hashable, Sendable {
        /// Of runs that have ended, and how many these were.
        package var duration = Nanoseconds.zero
        package var ended = Int64(0)
        /// When the last run has ended that was ok.
        package var lastOk: Int64?
        /// Workers that ended unasked, by why.
        package var restarts = Restarts()

        package init() {}
    }

    package struct Restarts: Hashable, Sendable {
        package var exited = Int64(0)
        package var hung = Int64(0)
        package var brokeProtocol = Int64(0)
        package var fault = Int64(0)

        package init() {}
    }

    package init() {}
}

extension JobMetrics: WireMessage {
    package static var verb: StaticString { "measured" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.text("kind", &kind)
        row.text("schedule", &schedule)
        row.text("group", &group)
        row.word("state", &state, expected: "a state")
        row.flag("running", &isRunning)
        row.flag("failing", &isFailing)
        row.flag("late", &isLate)
        row.flag("paused", &isPaused)
        row.integer("failures", &failures, absent: 0)
        row.integer("runs", &runs, absent: 0)
        for (outcome, key) in JobStatus.countKeys {
            var count = slots[outcome] ?? 0
            row.integer(key, &count, absent: 0)
            if count != 0 { slots[outcome] = count }
        }
        row.integer("next_us", &next)
        row.integer("due_us", &due)
        lastFields(&row)
        countedFields(&row)
    }

    private mutating func lastFields(_ row: inout MessageCoder) {
        var began = last?.began
        row.integer("last_began_us", &began)
        guard let began else { return }
        var ended = last ?? Last()
        ended.began = began
        row.microseconds("lateness_us", &ended.lateness)
        row.microseconds("duration_us", &ended.duration)
        last = ended
    }

    private mutating func countedFields(_ row: inout MessageCoder) {
        var ended = counted?.ended
        row.integer("ended", &ended)
        guard let ended else { return }
        var all = counted ?? Counted()
        all.ended = ended
        row.microseconds("busy_us", &all.duration)
        row.integer("last_ok_us", &all.lastOk)
        row.integer("exited", &all.restarts.exited, absent: 0)
        row.integer("hung", &all.restarts.hung, absent: 0)
        row.integer("protocol", &all.restarts.brokeProtocol, absent: 0)
        row.integer("fault", &all.restarts.fault, absent: 0)
        counted = all
    }
}
