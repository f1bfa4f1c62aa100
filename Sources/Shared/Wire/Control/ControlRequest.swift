package import Values

/// What a client asks of a daemon through its control socket: a line each, in the form of the messages on the pipes.
package enum ControlRequest: Hashable, Sendable {
    /// Is it there?
    case ping
    /// How the jobs stand, or this one.
    case status(entry: EntryID?)
    /// What is measured of the daemon and of all jobs.
    case metrics
    /// Begin a run of the job beside its slots.
    case run(Run)
    /// Read the registry again.
    case reload(Reload)
    /// Begin no slot and no attempt. Answered when nothing can begin any more.
    case pause(Pause)
    case resume(Resume)
    /// End the run that is going, as at its time-out, or give up what waits.
    case cancel(Cancel)
    /// Send a signal to the run that is going.
    case kill(Kill)
    /// Start a fresh worker.
    case restart(Restart)
    /// Forget the failures of the worker.
    case reset(Reset)
    /// Answer when a run has ended.
    case wait(Wait)
    /// When the job runs next.
    case next(Next)

    package struct Run: Hashable, Sendable {
        package var entry = EntryID()
        /// Answer when it has ended.
        package var waits = false

        package init() {}
        package init(entry: EntryID, waits: Bool) { (self.entry, self.waits) = (entry, waits) }
    }

    package struct Reload: Hashable, Sendable {
        /// Answer when it is over.
        package var waits = false
        /// Though it leaves no job.
        package var allowsEmpty = false

        package init() {}
        package init(waits: Bool, allowsEmpty: Bool) { (self.waits, self.allowsEmpty) = (waits, allowsEmpty) }
    }

    package struct Pause: Hashable, Sendable {
        package var scope = PauseScope.all
        /// In microseconds since 1970; `nil`: until somebody ends it.
        package var until: Int64?
        /// For people.
        package var note = ""

        package init() {}
        package init(_ scope: PauseScope, until: Int64?, note: String) {
            (self.scope, self.until, self.note) = (scope, until, note)
        }
    }

    package struct Resume: Hashable, Sendable {
        package var scope = PauseScope.all

        package init() {}
        package init(_ scope: PauseScope) { self.scope = scope }
    }

    /// Whether it changes nothing.
    package var isQuestion: Bool {
        switch self {
        case .ping, .status, .metrics, .wait, .next: true
        case .run, .reload, .pause, .resume, .cancel, .kill, .restart, .reset: false
        }
    }

    package func encoded() -> [UInt8] {
        switch self {
        case .ping: ControlPing().encoded()
        case .metrics: MetricsRequest().encoded()
        case .status(let entry): StatusRequest(entry: entry?.description).encoded()
        case .run(let run): run.encoded()
        case .reload(let reload): reload.encoded()
        case .pause(let pause): pause.encoded()
        case .resume(let resume): resume.encoded()
        case .cancel(let cancel): cancel.encoded()
        case .kill(let kill): kill.encoded()
        case .restart(let restart): restart.encoded()
        case .reset(let reset): reset.encoded()
        case .wait(let wait): wait.encoded()
        case .next(let next): next.encoded()
        }
    }

    /// Why a line is no request.
    package enum Refusal: Error, Hashable, Sendable {
        case malformed(WireError)
        /// A daemon of another version may know it.
        case unknownVerb(String)
        /// What asks for a change is not done in part.
        case unknownField(String)
    }

    /// `line`: without its newline.
    package static func decode(_ line: UnsafeRawBufferPointer) throws(Refusal) -> ControlRequest {
        let (request, verb, field): (ControlRequest?, String, String?)
        do throws(WireError) {
            var row = try MessageCoder(reading: line)
            row.noteFields()
            (request, verb, field) = (try self.request(&row), row.verb, row.unknownField)
        } catch {
            throw .malformed(error)
        }
        guard let request else { throw .unknownVerb(verb) }
        if !request.isQuestion, let field { throw .unknownField(field) }
        return request
    }

    private static func request(_ row: inout MessageCoder) throws(WireError) -> ControlRequest? {
        if let status = try StatusRequest(&row) {
            guard let entry = status.entry else { return .status(entry: nil) }
            return .status(entry: try entryID(entry))
        }
        if try ControlPing(&row) != nil { return .ping }
        if try MetricsRequest(&row) != nil { return .metrics }
        if let run = try Run(&row) { return .run(run) }
        if let reload = try Reload(&row) { return .reload(reload) }
        if let pause = try Pause(&row) { return .pause(pause) }
        if let resume = try Resume(&row) { return .resume(resume) }
        if let wait = try Wait(&row) { return .wait(wait) }
        if let next = try Next(&row) { return .next(next) }
        return try intervention(&row)
    }

    private static func intervention(_ row: inout MessageCoder) throws(WireError) -> ControlRequest? {
        if let cancel = try Cancel(&row) { return .cancel(cancel) }
        if let kill = try Kill(&row) { return .kill(kill) }
        if let restart = try Restart(&row) { return .restart(restart) }
        if let reset = try Reset(&row) { return .reset(reset) }
        return nil
    }

    private static func entryID(_ text: String) throws(WireError) -> EntryID {
        guard let entry = EntryID(text) else { throw .badField("entry", expected: "namespace:name") }
        return entry
    }
}

// The fields of each request.

private struct ControlPing: WireMessage {
    static var verb: StaticString { "ping" }

    mutating func fields(_ row: inout MessageCoder) {}
}

private struct MetricsRequest: WireMessage {
    static var verb: StaticString { "metrics" }

    mutating func fields(_ row: inout MessageCoder) {}
}

private struct StatusRequest: WireMessage {
    static var verb: StaticString { "status" }
    var entry: String?

    mutating func fields(_ row: inout MessageCoder) { row.text("entry", &entry) }
}

extension ControlRequest.Run: WireMessage {
    package static var verb: StaticString { "run" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.flag("wait", &waits)
    }
}

extension ControlRequest.Reload: WireMessage {
    package static var verb: StaticString { "reload" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.flag("wait", &waits)
        row.flag("allow_empty", &allowsEmpty)
    }
}

extension ControlRequest.Pause: WireMessage {
    package static var verb: StaticString { "pause" }

    package mutating func fields(_ row: inout MessageCoder) {
        PauseScope.fields(&row, &scope)
        row.integer("until_us", &until, least: 0)
        row.text("note", &note, absent: "")
        if note.utf8.count > PauseScope.longestNote {
            row.fail("note", expected: "at most \(PauseScope.longestNote) bytes")
        }
    }
}

extension ControlRequest.Resume: WireMessage {
    package static var verb: StaticString { "resume" }

    package mutating func fields(_ row: inout MessageCoder) { PauseScope.fields(&row, &scope) }
}
