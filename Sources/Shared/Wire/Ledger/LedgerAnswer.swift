package import Clocks
package import Model
package import Values

/// What a ledger answers through its socket. It speaks first, with its greeting. Moments are microseconds since 1970.
package enum LedgerAnswer: Hashable, Sendable {
    case greeting(Greeting)
    case run(Run)
    case gap(Gap)
    case event(Event)
    /// Of a run; its lines follow.
    case output(Output)
    case line(text: String)
    /// To one who has not kept up, or who has asked for more than is kept.
    case lost(Lost)
    case status(Status)
    /// What is wrong with the database.
    case fault(text: String)
    /// The question is answered.
    case done(Done)
    case refused(ControlAnswer.Refused)

    package struct Greeting: Hashable, Sendable {
        /// Of the socket: another one than that of the pipes.
        package var version = Self.current
        package var program = ""
        package var pid = Int64(0)
        package var path = ""

        package static let current = Int64(1)

        package init() {}
        package init(program: String, pid: Int64, path: String) {
            (self.program, self.pid, self.path) = (program, pid, path)
        }
    }

    package struct Run: Hashable, Sendable {
        package var entry = EntryID()
        package var number = Int64(0)
        /// `nil`: it had none.
        package var slot: Int64?
        package var attempt = Int64(1)
        package var cause = ""
        package var outcome = Outcome.ok
        package var reason: String?
        /// Its outcome is that of its slot.
        package var settles = false
        package var began = Int64(0)
        package var duration = Nanoseconds.zero
        package var lateness = Nanoseconds.zero
        package var code: Int64?
        package var retryAfter: Int64?
        /// The result or the error, for those who may read it.
        package var text = ""
        package var fullLength: Int64?

        package init() {}
    }

    /// Slots without a run, one after the other, that came to the same.
    package struct Gap: Hashable, Sendable {
        package var entry = EntryID()
        package var first = Int64(0)
        package var last = Int64(0)
        package var count = Int64(0)
        package var outcome = Outcome.missed
        package var reason: String?

        package init() {}
    }

    package struct Event: Hashable, Sendable {
        /// Of the events of this ledger; they grow.
        package var number: Int64?
        package var at = Int64(0)
        /// `nil`: it concerns the daemon.
        package var entry: EntryID?
        package var kind = ""
        package var text = ""
        var length: Int64?

        package init() {}
        package init(number: Int64? = nil, at: Int64, entry: EntryID?, kind: String, text: String) {
            (self.number, self.at, self.entry, self.kind, self.text) = (number, at, entry, kind, text)
        }
    }

    /// How many were left out.
    package struct Lost: Hashable, Sendable {
        package var events: Int64?
        package var lines: Int64?

        package init() {}
        package init(events: Int64? = nil, lines: Int64? = nil) { (self.events, self.lines) = (events, lines) }
    }

    package struct Output: Hashable, Sendable {
        package var run = Int64(0)
        /// With what is not kept.
        package var lines = Int64(0)
        package var bytes = Int64(0)

        package init() {}
        package init(run: Int64, lines: Int64, bytes: Int64) {
            (self.run, self.lines, self.bytes) = (run, lines, bytes)
        }
    }

    package struct Status: Hashable, Sendable {
        package var path = ""
        /// What keeps it.
        package var engine = ""
        /// It is open; if not, `trouble` says why.
        package var isOpen = false
        package var trouble: String?
        /// In bytes: what is used, the limit, and what is not written back yet.
        package var size = Int64(0)
        package var limit = Int64(0)
        package var log = Int64(0)
        package var runs = Int64(0)
        package var jobs = Int64(0)
        /// In bytes, of the journal: what is not safe from a loss of power yet, and its size.
        package var behind = Int64(0)
        package var journal = Int64(0)
        /// What never came to be a row.
        package var lost = Int64(0)

        package init() {}
    }

    package struct Done: Hashable, Sendable {
        package var count = Int64(0)
        /// Where the next answer goes on; `nil`: there is no more.
        package var before: Int64?
        package var order: Int64?
        /// The number of the last event that there is.
        package var last: Int64?
        /// In a copy.
        package var runs: Int64?

        package init() {}
        package init(
            count: Int, before: Int64? = nil, order: Int64? = nil, last: Int64? = nil, runs: Int64? = nil
        ) {
            (self.count, self.before, self.order) = (Int64(count), before, order)
            (self.last, self.runs) = (last, runs)
        }
    }

    package func encoded() -> [UInt8] {
        switch self {
        case .greeting(let greeting): greeting.encoded()
        case .run(let run): run.encoded()
        case .gap(let gap): gap.encoded()
        case .event(let event): event.encoded()
        case .output(let output): output.encoded()
        case .line(let text): Text.encoded("line", text)
        case .lost(let lost): lost.encoded()
        case .status(let status): status.encoded()
        case .fault(let text): Text.encoded("fault", text)
        case .done(let done): done.encoded()
        case .refused(let refused): refused.encoded()
        }
    }

    /// `line`: without its newline.
    package static func decode(_ line: UnsafeRawBufferPointer) throws(WireError) -> LedgerAnswer {
        var row = try MessageCoder(reading: line)
        if let run = try Run(&row) { return .run(run) }
        if let gap = try Gap(&row) { return .gap(gap) }
        if let text = try Text.decode("line", &row) { return .line(text: text) }
        if let done = try Done(&row) { return .done(done) }
        if let event = try Event(&row) { return .event(event) }
        if let output = try Output(&row) { return .output(output) }
        if let lost = try Lost(&row) { return .lost(lost) }
        if let status = try Status(&row) { return .status(status) }
        if let refused = try ControlAnswer.Refused(&row) { return .refused(refused) }
        if let greeting = try Greeting(&row) { return .greeting(greeting) }
        if let text = try Text.decode("fault", &row) { return .fault(text: text) }
        throw row.unknownVerb
    }

    /// A message of one text.
    private enum Text {
        static func encoded(_ verb: StaticString, _ text: String) -> [UInt8] {
            var row = MessageCoder(writing: verb)
            var (text, length) = (text, Int64?.none)
            row.longText("text", &text, length: &length)
            return row.finish()
        }

        static func decode(_ verb: StaticString, _ row: inout MessageCoder) throws(WireError) -> String? {
            guard row.isVerb(verb) else { return nil }
            var (text, length) = ("", Int64?.none)
            row.longText("text", &text, length: &length)
            try row.check(nil)
            return text
        }
    }
}

// The fields of each answer.

extension LedgerAnswer.Greeting: WireMessage {
    package static var verb: StaticString { "cronledger" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.integer("protocol", &version)
        row.text("version", &program)
        row.integer("pid", &pid)
        row.text("path", &path)
    }
}

extension LedgerAnswer.Run: WireMessage {
    package static var verb: StaticString { "run" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.integer("run", &number)
        row.integer("slot_us", &slot)
        row.integer("attempt", &attempt, absent: 1)
        row.text("cause", &cause)
        row.word("outcome", &outcome, expected: "an outcome")
        row.text("reason", &reason)
        row.flag("settles", &settles)
        row.integer("began_us", &began)
        row.microseconds("duration_us", &duration)
        row.microseconds("lateness_us", &lateness)
        row.integer("code", &code)
        row.integer("retry_after_us", &retryAfter)
        row.longText("text", &text, length: &fullLength)
    }
}

extension LedgerAnswer.Gap: WireMessage {
    package static var verb: StaticString { "gap" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.integer("first_us", &first)
        row.integer("last_us", &last)
        row.integer("count", &count)
        row.word("outcome", &outcome, expected: "an outcome")
        row.text("reason", &reason)
    }
}

extension LedgerAnswer.Event: WireMessage {
    package static var verb: StaticString { "event" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.integer("number", &number)
        row.integer("at_us", &at)
        row.text("kind", &kind)
        if let text = row.string("entry", entry?.description, isRequired: false) { entry = EntryID(text) }
        row.longText("text", &text, length: &length)
    }
}

extension LedgerAnswer.Output: WireMessage {
    package static var verb: StaticString { "output" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.integer("run", &run)
        row.integer("lines", &lines, least: 0)
        row.integer("bytes", &bytes, least: 0)
    }
}

extension LedgerAnswer.Lost: WireMessage {
    package static var verb: StaticString { "lost" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.integer("events", &events)
        row.integer("lines", &lines)
    }
}

extension LedgerAnswer.Status: WireMessage {
    package static var verb: StaticString { "ledger" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.text("path", &path)
        row.text("engine", &engine)
        row.flag("open", &isOpen)
        row.text("trouble", &trouble)
        row.integer("size", &size)
        row.integer("limit", &limit)
        row.integer("log", &log)
        row.integer("runs", &runs)
        row.integer("jobs", &jobs)
        row.integer("behind", &behind)
        row.integer("journal", &journal)
        row.integer("lost", &lost)
    }
}

extension LedgerAnswer.Done: WireMessage {
    package static var verb: StaticString { "done" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.integer("count", &count)
        row.integer("before", &before)
        row.integer("order", &order)
        row.integer("last", &last)
        row.integer("runs", &runs)
    }
}
