package import Values

/// What a ledger tells its daemon.
package enum LedgerReport: Hashable, Sendable {
    /// It has opened its database, and reads the journal.
    case started(Started)
    /// What it knows of a job, as `resume` asks for.
    case job(Job)
    /// All jobs have been said.
    case resumed
    /// It does not know the life that writes the journal: life and jobs are to be written again.
    case again
    /// Whether an attempt at a slot may begin.
    case claimed(Claimed)
    /// A line for the daemon's log.
    case log(Log)
    /// Somebody has had something changed in it: it is logged as what is asked of the daemon.
    case request(Request)

    package struct Started: Hashable, Sendable {
        package var path = ""
        /// Of all jobs, in the database.
        package var runs = Int64(0)
        /// It was made just now.
        package var isNew = false

        package init() {}
        package init(path: String, runs: Int64, isNew: Bool) {
            (self.path, self.runs, self.isNew) = (path, runs, isNew)
        }
    }

    package struct Job: Hashable, Sendable {
        package var entry = EntryID()
        /// As the records have it: another schedule has other slots.
        package var schedule = ""
        package var timezone = ""
        /// The number of the last run.
        package var runs = Int64(0)
        /// Every slot up to this one has its outcome; on the wall clock, in microseconds.
        package var accounted = Int64(0)
        /// Failed runs in a row.
        package var failures = Int64(0)
        package var isFailing = false
        package var isLate = false
        /// What is to be told again: the run that it began to fail with, times 8, and a bit for each alert.
        package var alerts = Int64(0)

        package init() {}
        package init(entry: EntryID, schedule: String, timezone: String, runs: Int64, accounted: Int64) {
            (self.entry, self.schedule, self.timezone) = (entry, schedule, timezone)
            (self.runs, self.accounted) = (runs, accounted)
        }
    }

    package struct Claimed: Hashable, Sendable {
        package var entry = EntryID()
        /// On the wall clock, in microseconds.
        package var slot = Int64(0)
        package var attempt = Int64(1)
        package var isGranted = false

        package init() {}
        package init(entry: EntryID, slot: Int64, attempt: Int64, isGranted: Bool) {
            (self.entry, self.slot, self.attempt, self.isGranted) = (entry, slot, attempt, isGranted)
        }
    }

    package struct Log: Hashable, Sendable {
        /// As `--log-level` names them.
        package var level = ""
        package var message = ""
        /// The fields of the record, as far as it has them.
        package var path: String?
        package var error: String?
        package var text: String?
        package var count: Int64?

        package init() {}
        package init(
            level: String, message: String, path: String? = nil, error: String? = nil, text: String? = nil,
            count: Int64? = nil
        ) {
            (self.level, self.message) = (level, message)
            (self.path, self.error, self.text, self.count) = (path, error, text, count)
        }
    }

    package struct Request: Hashable, Sendable {
        /// `forget` or `prune`.
        package var action = ""
        /// `nil`: it was about all jobs.
        package var entry: EntryID?
        package var run: Int64?
        /// About runs alone that began before, in microseconds since 1970.
        package var before: Int64?
        /// Of what was erased or removed.
        package var count = Int64(0)
        package var user = Int64(0)
        package var process = Int64(0)

        package init() {}
    }

    package func encoded() -> [UInt8] {
        switch self {
        case .started(let started): started.encoded()
        case .job(let job): job.encoded()
        case .resumed: ResumedReport().encoded()
        case .again: AgainReport().encoded()
        case .claimed(let claimed): claimed.encoded()
        case .log(let log): log.encoded()
        case .request(let request): request.encoded()
        }
    }

    /// `line`: without its newline.
    package static func decode(_ line: UnsafeRawBufferPointer) throws(WireError) -> LedgerReport {
        var row = try MessageCoder(reading: line)
        if let job = try Job(&row) { return .job(job) }
        if let claimed = try Claimed(&row) { return .claimed(claimed) }
        if let log = try Log(&row) { return .log(log) }
        if let request = try Request(&row) { return .request(request) }
        if let started = try Started(&row) { return .started(started) }
        if row.isVerb(ResumedReport.verb) { return .resumed }
        if row.isVerb(AgainReport.verb) { return .again }
        throw row.unknownVerb
    }
}

// The fields of each report.

extension LedgerReport.Started: WireMessage {
    package static var verb: StaticString { "started" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.text("path", &path)
        row.integer("runs", &runs, least: 0)
        row.flag("new", &isNew)
    }
}

extension LedgerReport.Job: WireMessage {
    package static var verb: StaticString { "job" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.text("schedule", &schedule)
        row.text("timezone", &timezone, absent: "")
        row.integer("runs", &runs, least: 0)
        row.integer("accounted_us", &accounted)
        row.integer("failures", &failures, least: 0, absent: 0)
        row.flag("failing", &isFailing)
        row.flag("late", &isLate)
        row.integer("alerts", &alerts, least: 0, absent: 0)
    }
}

extension LedgerReport.Claimed: WireMessage {
    package static var verb: StaticString { "claimed" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.integer("slot_us", &slot)
        row.integer("attempt", &attempt, least: 1)
        row.flag("granted", &isGranted)
    }
}

extension LedgerReport.Log: WireMessage {
    package static var verb: StaticString { "log" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.text("level", &level)
        row.text("message", &message)
        row.text("path", &path)
        row.text("error", &error)
        row.text("text", &text)
        row.integer("count", &count)
    }
}

extension LedgerReport.Request: WireMessage {
    package static var verb: StaticString { "request" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.text("action", &action)
        row.entry("entry", &entry)
        row.integer("run", &run)
        row.integer("before_us", &before)
        row.integer("count", &count, least: 0, absent: 0)
        row.integer("uid", &user, least: 0)
        row.integer("pid", &process, least: 0)
    }
}

private struct ResumedReport: WireMessage {
    static var verb: StaticString { "resumed" }

    mutating func fields(_ row: inout MessageCoder) {}
}

private struct AgainReport: WireMessage {
    static var verb: StaticString { "again" }

    mutating func fields(_ row: inout MessageCoder) {}
}
