package import Model
package import Values

/// What a client asks of a ledger through its socket: a line each. None has a path that the ledger would open. Moments are
/// microseconds since 1970.
package enum LedgerQuestion: Hashable, Sendable {
    /// Runs and gaps, the newest first.
    case history(History)
    /// What became of the slots of a job in a span.
    case slots(Slots)
    /// What happened beside the runs, the newest first.
    case events(Events)
    /// What a run wrote.
    case output(Output)
    /// How the ledger is.
    case status
    /// Look through the whole database.
    case check
    /// A copy, as an open file.
    case backup
    /// Remove now what need not be kept.
    case prune
    /// Erase what runs have said and written.
    case forget(Forget)

    package struct Forget: Hashable, Sendable {
        package var entry = EntryID()
        /// `nil`: all of the job.
        package var run: Int64?
        /// Those alone that began before.
        package var before: Int64?

        package init() {}
        package init(entry: EntryID, run: Int64?, before: Int64?) {
            (self.entry, self.run, self.before) = (entry, run, before)
        }
    }

    package struct History: Hashable, Sendable {
        /// `nil`: of all jobs.
        package var entry: EntryID?
        package var onlyFailures = false
        /// `nil`: whatever they came to.
        package var outcome: Outcome?
        package var since: Int64?
        package var until: Int64?
        /// Where the answer before has ended.
        package var before: Int64?
        package var order: Int64?
        package var limit = Int64(20)

        package init() {}
    }

    package struct Slots: Hashable, Sendable {
        package var entry = EntryID()
        package var since = Int64(0)
        package var until = Int64(0)

        package init() {}
        package init(entry: EntryID, since: Int64, until: Int64) {
            (self.entry, self.since, self.until) = (entry, since, until)
        }
    }

    package struct Events: Hashable, Sendable {
        /// `nil`: of all jobs, and of the daemon.
        package var entry: EntryID?
        package var since: Int64?
        package var until: Int64?
        /// Where the answer before has ended.
        package var before: Int64?
        package var limit = Int64(20)
        /// Those that follow this one, as they come, until the connection ends.
        package var after: Int64?

        package init() {}
    }

    package struct Output: Hashable, Sendable {
        package var entry = EntryID()
        /// `nil`: the last one that wrote something.
        package var run: Int64?
        /// What follows so many lines of it, as it comes, until the run has ended.
        package var after: Int64?

        package init() {}
        package init(entry: EntryID, run: Int64?, after: Int64? = nil) {
            (self.entry, self.run, self.after) = (entry, run, after)
        }
    }

    /// Whether it is only about outcomes and times, which those may know who may do nothing else.
    package var isAboutOutcomes: Bool {
        switch self {
        case .history, .slots, .events, .status: true
        case .output, .check, .backup, .prune, .forget: false
        }
    }

    package func encoded() -> [UInt8] {
        switch self {
        case .history(let history): history.encoded()
        case .slots(let slots): slots.encoded()
        case .events(let events): events.encoded()
        case .output(let output): output.encoded()
        case .status: Plain.encoded("status")
        case .check: Plain.encoded("check")
        case .backup: Plain.encoded("backup")
        case .prune: Plain.encoded("prune")
        case .forget(let forget): forget.encoded()
        }
    }

    /// `line`: without its newline.
    package static func decode(_ line: UnsafeRawBufferPointer) throws(WireError) -> LedgerQuestion {
        var row = try MessageCoder(reading: line)
        if let history = try History(&row) { return .history(history) }
        if let slots = try Slots(&row) { return .slots(slots) }
        if let events = try Events(&row) { return .events(events) }
        if let output = try Output(&row) { return .output(output) }
        if let forget = try Forget(&row) { return .forget(forget) }
        if row.isVerb("status") { return .status }
        if row.isVerb("check") { return .check }
        if row.isVerb("backup") { return .backup }
        if row.isVerb("prune") { return .prune }
        throw row.unknownVerb
    }

    private enum Plain {
        static func encoded(_ verb: StaticString) -> [UInt8] { MessageCoder(writing: verb).finish() }
    }
}

// The fields of each question.

extension LedgerQuestion.History: WireMessage {
    package static var verb: StaticString { "history" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.flag("failed", &onlyFailures)
        var word = outcome?.rawValue
        row.text("outcome", &word)
        outcome = word.flatMap { Outcome(rawValue: $0) }
        if word != nil, outcome == nil { row.fail("outcome", expected: "an outcome") }
        row.integer("since_us", &since)
        row.integer("until_us", &until)
        row.integer("before_us", &before)
        row.integer("order", &order)
        row.integer("limit", &limit, least: 1, most: 1_000, absent: 20)
    }
}

extension LedgerQuestion.Slots: WireMessage {
    package static var verb: StaticString { "slots" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.integer("since_us", &since)
        row.integer("until_us", &until)
    }
}

extension LedgerQuestion.Events: WireMessage {
    package static var verb: StaticString { "events" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.integer("since_us", &since)
        row.integer("until_us", &until)
        row.integer("before", &before)
        row.integer("limit", &limit, least: 1, most: 1_000, absent: 20)
        row.integer("after", &after, least: 0)
    }
}

extension LedgerQuestion.Output: WireMessage {
    package static var verb: StaticString { "output" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.integer("run", &run, least: 1)
        row.integer("after", &after, least: 0)
    }
}

extension LedgerQuestion.Forget: WireMessage {
    package static var verb: StaticString { "forget" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.integer("run", &run, least: 1)
        row.integer("before_us", &before)
    }
}

extension MessageCoder {
    /// `nil` stands for no field.
    mutating func entry(_ key: StaticString, _ value: inout EntryID?) {
        guard let text = string(key, value?.description, isRequired: false) else { return }
        if let entry = EntryID(text) { value = entry } else { fail(key, expected: "namespace:name") }
    }
}
