package import Clocks
package import Values

/// What a daemon answers through its control socket. It speaks first, with its greeting.
package enum ControlAnswer: Hashable, Sendable {
    case greeting(Greeting)
    case pong
    case job(JobStatus)
    /// What is measured of the daemon, of all runs, and of a job.
    case daemon(DaemonMetrics)
    case histogram(SpanHistogram)
    case measured(JobMetrics)
    /// A slot that is to come, in microseconds since 1970.
    case slot(at: Int64)
    /// An error in the registry that is not taken up.
    case error(text: String)
    /// A run that was asked for has begun.
    case started(Started)
    /// A run goes on, of a job that was paused.
    case running(Started)
    /// A job is paused, and its worker has not said that it has heard of it.
    case pausing(Pausing)
    /// A pause takes the place of this one.
    case replaced(JobStatus.Pause)
    /// It has ended.
    case ended(Ended)
    /// The request is done.
    case done(Done)
    case refused(Refused)

    package struct Greeting: Hashable, Sendable {
        /// Of the socket: another one than that of the pipes.
        package var version = Self.current
        package var program = ""
        package var pid = Int64(0)
        package var registry = ""

        package static let current = Int64(1)

        package init() {}
        package init(program: String, pid: Int64, registry: String) {
            (self.program, self.pid, self.registry) = (program, pid, registry)
        }
    }

    package struct Started: Hashable, Sendable {
        package var entry = EntryID()
        package var run = Int64(0)

        package init() {}
        package init(entry: EntryID, run: Int64) { (self.entry, self.run) = (entry, run) }
    }

    package struct Pausing: Hashable, Sendable {
        package var entry = EntryID()
        /// `nil`: it has no worker now.
        package var pid: Int64?

        package init() {}
        package init(entry: EntryID, pid: Int64?) { (self.entry, self.pid) = (entry, pid) }
    }

    package struct Ended: Hashable, Sendable {
        package var entry = EntryID()
        package var run = Int64(0)
        package var outcome = ""
        package var duration = Nanoseconds.zero
        /// The result, or the error.
        package var text = ""
        var length: Int64?

        package init() {}
        package init(entry: EntryID, run: Int64, outcome: String, duration: Nanoseconds, text: String) {
            (self.entry, self.run, self.outcome) = (entry, run, outcome)
            (self.duration, self.text) = (Nanoseconds(duration.wholeMicroseconds * 1_000), text)
        }
    }

    package struct Done: Hashable, Sendable {
        /// Jobs: those that were shown, or that the registry has now.
        package var count: Int64?
        package var disabled: Int64?
        package var added: Int64?
        package var changed: Int64?
        package var removed: Int64?
        package var unchanged: Int64?
        /// Runs that go on, of jobs that were paused.
        package var running: Int64?
        /// Jobs whose workers have not said in time that they have heard of a pause.
        package var pausing: Int64?
        /// Jobs that stay paused by another pause.
        package var paused: Int64?
        /// It is not remembered by the next cronsupd.
        package var isPassing = false

        package init() {}
        package init(count: Int, disabled: Int) { (self.count, self.disabled) = (Int64(count), Int64(disabled)) }
    }

    package struct Refused: Hashable, Sendable {
        package var code = Code.malformed
        package var error = ""
        var length: Int64?

        /// For programs.
        package enum Code: String, Hashable, Sendable, CaseIterable {
            /// There is no such job.
            case unknown
            case malformed
            /// A daemon of another version may do it.
            case unsupported
            case denied
            /// Another run is going, or the worker is not there.
            case busy
            /// No run is going, or not that one.
            case idle
            case disabled
            /// A wider pause holds.
            case paused
            /// The daemon is.
            case stopping
            /// The job is being replaced.
            case reloading
            /// The registry is wrong.
            case registry
            /// Too many ask.
            case limit
            /// The worker could not report it.
            case lost
            /// The ledger cannot do it now.
            case ledger
        }

        package init() {}
        package init(_ code: Code, _ error: String) { (self.code, self.error) = (code, error) }
    }

    package func encoded() -> [UInt8] {
        switch self {
        case .greeting(let greeting): greeting.encoded()
        case .pong: ControlPong().encoded()
        case .job(let status): status.encoded()
        case .daemon(let metrics): metrics.encoded()
        case .histogram(let histogram): histogram.encoded()
        case .measured(let metrics): metrics.encoded()
        case .slot(let moment): ComingSlot(at: moment).encoded()
        case .error(let text): RegistryFault(text: text).encoded()
        case .started(let started): started.encoded()
        case .running(let started): RunningRun(started).encoded()
        case .pausing(let pausing): pausing.encoded()
        case .replaced(let pause): ReplacedPause(pause).encoded()
        case .ended(let ended): ended.encoded()
        case .done(let done): done.encoded()
        case .refused(let refused): refused.encoded()
        }
    }

    package static func decode(_ line: UnsafeRawBufferPointer) throws(WireError) -> ControlAnswer {
        var row = try MessageCoder(reading: line)
        if let status = try JobStatus(&row) { return .job(status) }
        if let metrics = try JobMetrics(&row) { return .measured(metrics) }
        if let done = try Done(&row) { return .done(done) }
        if let refused = try Refused(&row) { return .refused(refused) }
        if let greeting = try Greeting(&row) { return .greeting(greeting) }
        if let started = try Started(&row) { return .started(started) }
        if let ended = try Ended(&row) { return .ended(ended) }
        if let running = try RunningRun(&row) { return .running(running.run) }
        if let slot = try ComingSlot(&row) { return .slot(at: slot.at) }
        if let pausing = try Pausing(&row) { return .pausing(pausing) }
        if let replaced = try ReplacedPause(&row) { return .replaced(replaced.pause) }
        if let fault = try RegistryFault(&row) { return .error(text: fault.text) }
        if let histogram = try SpanHistogram(&row) { return .histogram(histogram) }
        if let metrics = try DaemonMetrics(&row) { return .daemon(metrics) }
        if try ControlPong(&row) != nil { return .pong }
        throw row.unknownVerb
    }
}

// The fields of each answer.

extension ControlAnswer.Greeting: WireMessage {
    package static var verb: StaticString { "cronsupd" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.integer("protocol", &version)
        row.text("version", &program)
        row.integer("pid", &pid)
        row.text("registry", &registry)
    }
}

private struct ControlPong: WireMessage {
    static var verb: StaticString { "pong" }

    mutating func fields(_ row: inout MessageCoder) {}
}

private struct ComingSlot: WireMessage {
    static var verb: StaticString { "slot" }
    var at = Int64(0)

    init() {}
    init(at: Int64) { self.at = at }

    mutating func fields(_ row: inout MessageCoder) { row.integer("at_us", &at) }
}

private struct RegistryFault: WireMessage {
    static var verb: StaticString { "error" }
    var text = ""
    var length: Int64?

    init() {}
    init(text: String) { self.text = text }

    mutating func fields(_ row: inout MessageCoder) { row.longText("text", &text, length: &length) }
}

extension ControlAnswer.Started: WireMessage {
    package static var verb: StaticString { "started" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.integer("run", &run)
    }
}

private struct RunningRun: WireMessage {
    static var verb: StaticString { "running" }
    var run = ControlAnswer.Started()

    init() {}
    init(_ run: ControlAnswer.Started) { self.run = run }

    mutating func fields(_ row: inout MessageCoder) { run.fields(&row) }
}

extension ControlAnswer.Pausing: WireMessage {
    package static var verb: StaticString { "pausing" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.integer("pid", &pid)
    }
}

private struct ReplacedPause: WireMessage {
    static var verb: StaticString { "replaced" }
    var pause = JobStatus.Pause()

    init() {}
    init(_ pause: JobStatus.Pause) { self.pause = pause }

    mutating func fields(_ row: inout MessageCoder) {
        row.text("scope", &pause.scope)
        row.integer("since_us", &pause.since)
        row.integer("until_us", &pause.until)
        row.integer("uid", &pause.user)
        row.text("note", &pause.note, absent: "")
    }
}

extension ControlAnswer.Ended: WireMessage {
    package static var verb: StaticString { "ended" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.integer("run", &run)
        row.text("outcome", &outcome)
        row.microseconds("duration_us", &duration)
        row.longText("text", &text, length: &length)
    }
}

extension ControlAnswer.Done: WireMessage {
    package static var verb: StaticString { "done" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.integer("count", &count)
        row.integer("disabled", &disabled)
        row.integer("added", &added)
        row.integer("changed", &changed)
        row.integer("removed", &removed)
        row.integer("unchanged", &unchanged)
        row.integer("running", &running)
        row.integer("pausing", &pausing)
        row.integer("paused", &paused)
        row.flag("durable", &isPassing, "false")
    }
}

extension ControlAnswer.Refused: WireMessage {
    package static var verb: StaticString { "refused" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.word("code", &code, expected: "the code of a refusal")
        row.longText("error", &error, length: &length)
    }
}
