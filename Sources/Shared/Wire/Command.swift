package import Clocks

/// What the daemon tells a worker. The end of the stream means: finish the current run, then exit.
package enum Command: Hashable, Sendable {
    /// Opens the worker's definition; `DefinitionAssembler` puts it together. There is one, and the other commands do not carry
    /// its size about.
    indirect case definition(WorkerDefinition.Header)
    /// A piece of the values that belong to the definition.
    case values(String)
    /// Run now.
    case run(Run)
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
        /// What has happened that the function is called with, as JSON.
        package var event: String?

        package init() {}
        package init(slot: SlotInstant? = nil, attempt: Int64 = 1, call: Int64? = nil, event: String? = nil) {
            (self.slot, self.attempt, self.call, self.event) = (slot, attempt, call, event)
        }
    }

    package func encoded() -> [UInt8] {
        switch self {
        case .definition(let header): header.encoded()
        case .values(let piece): Values(text: piece).encoded()
        case .run(let run): run.encoded()
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
    }
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
