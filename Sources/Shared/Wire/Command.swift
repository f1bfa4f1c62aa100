package import Clocks
import Values

/// What the daemon tells a worker. The end of the stream means: finish the current run, then exit.
package enum Command: Hashable, Sendable {
    /// Opens the worker's definition; `DefinitionAssembler` puts it together. There is one, and the other commands do not carry
    /// its size about.
    indirect case definition(WorkerDefinition.Header)
    /// A piece of the values that belong to the definition.
    case values(String)
    /// Run now.
    case run(Run)
    /// A piece of the event of the run that is ordered next.
    case event(String)
    /// The slots up to this one, which the worker has asked for, are not run.
    case skip(through: SlotInstant)
    /// From now on each run is to be asked for with `due`, or none. To be answered with `asked`.
    case ask(Bool)
    /// The slots up to this one are not run, whether or not the worker has asked for one of them.
    case pass(through: SlotInstant)
    /// To be answered with `pong` and the same token.
    case ping(token: Int64)
    /// What the last command has left is not in the worker's group any more.
    case moved

    package struct Run: Hashable, Sendable {
        /// The slot that the worker has asked for, or that of a further attempt; `nil`: none.
        package var slot: SlotInstant?
        /// Which attempt at the slot this is, from 1 on.
        package var attempt = Int64(1)
        /// Tells a call from all others, and is repeated in its `begin`.
        package var call: Int64?
        /// What has happened that the function is called with, as JSON. One that is too long for a message comes before it in pieces.
        package var event: String?
        /// How many bytes of them have come before it; 0: it has its event itself.
        fileprivate(set) var eventSize = Int64(0)

        /// In bytes. Of what JSON text is made of, no byte takes more than two in quotes.
        fileprivate static let longestOwnEvent = 1_800

        package init() {}
        package init(slot: SlotInstant? = nil, attempt: Int64 = 1, call: Int64? = nil, event: String? = nil) {
            (self.slot, self.attempt, self.call, self.event) = (slot, attempt, call, event)
        }
    }

    package func encoded() -> [UInt8] {
        switch self {
        case .definition(let header): header.encoded()
        case .values(let piece): Values(text: piece).encoded()
        case .run(let run): run.inPieces()
        case .event(let piece): EventPiece(text: piece).encoded()
        case .skip(let through): Skip(through: through).encoded()
        case .ask(let value): Ask(value: value).encoded()
        case .pass(let through): Pass(through: through).encoded()
        case .ping(let token): Ping(token: token).encoded()
        case .moved: Moved().encoded()
        }
    }

    package static func decode(_ line: UnsafeRawBufferPointer, agreed: Features = .all) throws(WireError) -> Command {
        var row = try MessageCoder(reading: line, agreed: agreed)
        if let run = try Run(&row) { return .run(run) }
        if let piece = try EventPiece(&row) { return .event(piece.text) }
        if let skip = try Skip(&row) { return .skip(through: skip.through) }
        if let ask = try Ask(&row) { return .ask(ask.value) }
        if let pass = try Pass(&row) { return .pass(through: pass.through) }
        if let ping = try Ping(&row) { return .ping(token: ping.token) }
        if try Moved(&row) != nil { return .moved }
        if let header = try WorkerDefinition.Header(&row) { return .definition(header) }
        if let values = try Values(&row) { return .values(values.text) }
        throw row.unknownVerb
    }
}

// The fields of each command.

extension Command.Run: WireMessage {
    package static var verb: StaticString { "run" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.moment("slot", &slot, least: .min)
        row.integer("attempt", &attempt, absent: 1)
        row.integer("call", &call)
        row.text("event", &event)
        row.integer("event_size", &eventSize, least: 0, absent: 0)
    }

    /// The messages that make it up, one after the other.
    fileprivate func inPieces() -> [UInt8] {
        guard let event, event.utf8.count > Self.longestOwnEvent else { return encoded() }
        var (bytes, rest, run) = ([UInt8](), event[...], self)
        while !rest.isEmpty {
            let piece = rest.beginning(bytes: Self.longestOwnEvent)
            bytes += EventPiece(text: String(piece)).encoded()
            rest = rest[piece.endIndex...]
        }
        (run.event, run.eventSize) = (nil, Int64(event.utf8.count))
        return bytes + run.encoded()
    }

    /// Puts it together with the pieces that have come before it, and takes these.
    package mutating func takeEvent(_ pieces: inout [UInt8]) throws(WireError) {
        defer { pieces = [] }
        guard pieces.count == eventSize else {
            throw .syntax("the run's event has \(pieces.count) bytes; expected \(eventSize)")
        }
        if eventSize > 0 { (event, eventSize) = (String(decoding: pieces, as: UTF8.self), 0) }
    }
}

private struct EventPiece: WireMessage {
    static var verb: StaticString { "event" }
    static var feature: Feature? { .event }
    var text = ""

    mutating func fields(_ row: inout MessageCoder) { row.text("text", &text) }
}

private struct Values: WireMessage {
    static var verb: StaticString { "values" }
    var text = ""

    mutating func fields(_ row: inout MessageCoder) { row.text("text", &text) }
}

private struct Skip: WireMessage {
    static var verb: StaticString { "skip" }
    static var feature: Feature? { .gates }
    var through = SlotInstant(nanoseconds: 0)

    mutating func fields(_ row: inout MessageCoder) { row.moment("through", &through, least: .min) }
}

private struct Ask: WireMessage {
    static var verb: StaticString { "ask" }
    static var feature: Feature? { .ask }
    var value = false

    mutating func fields(_ row: inout MessageCoder) { row.either("value", "true", "false", isFirst: &value) }
}

private struct Pass: WireMessage {
    static var verb: StaticString { "pass" }
    static var feature: Feature? { .ask }
    var through = SlotInstant(nanoseconds: 0)

    mutating func fields(_ row: inout MessageCoder) { row.moment("through", &through, least: .min) }
}

private struct Ping: WireMessage {
    static var verb: StaticString { "ping" }
    var token = Int64(0)

    mutating func fields(_ row: inout MessageCoder) { row.integer("token", &token) }
}

private struct Moved: WireMessage {
    static var verb: StaticString { "moved" }
    static var feature: Feature? { .leave }

    mutating func fields(_ row: inout MessageCoder) {}
}
