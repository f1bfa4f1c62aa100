import Clocks

private struct Due: WireMessage {
    static var verb: StaticString { "due" }
    static var feature: Feature? { .gates }
    var slot: SlotInstant?

    mutating func fields(_ row: inout MessageCoder) { row.moment("slot", &slot) }
}

private struct Asked: WireMessage {
    static var verb: StaticString { "asked" }
    static var feature: Feature? { .ask }
    var value = false

    mutating func fields(_ row: inout MessageCoder) { row.either("value", "true", "false", isFirst: &value) }
}

private struct Pong: WireMessage {
    static var verb: StaticString { "pong" }
    var token = Int64(0)

    mutating func fields(_ row: inout MessageCoder) { row.integer("token", &token) }
}

private struct Stopped: WireMessage {
    static var verb: StaticString { "stopped" }
    var runs = Int64(0)

    mutating func fields(_ row: inout MessageCoder) { row.integer("runs", &runs) }
}

extension Report {
    /// The message's bytes, with the newline; at most `WireFormat.longestMessage`.
    package func encoded() -> [UInt8] {
        switch self {
        case .ready(let ready): ready.encoded()
        case .begin(let begin): begin.encoded()
        case .end(let end): end.encoded()
        case .due(let slot): Due(slot: slot).encoded()
        case .asked(let value): Asked(value: value).encoded()
        case .skipped(let skipped): skipped.encoded()
        case .late(let late): late.encoded()
        case .log(let log): log.encoded()
        case .output(let output): output.encoded()
        case .outputDropped(let loss): loss.encoded()
        case .leftovers(let leftovers): leftovers.encoded()
        case .pong(let token): Pong(token: token).encoded()
        case .dropped(let dropped): dropped.encoded()
        case .stopped(let runs): Stopped(runs: runs).encoded()
        case .fault(let fault): fault.encoded()
        }
    }

    /// `line`: one message without its newline.
    package static func decode(_ line: UnsafeRawBufferPointer, agreed: Features = .all) throws(WireError) -> Report {
        var row = try MessageCoder(reading: line, agreed: agreed)
        // The most frequent come first.
        if let begin = try Begin(&row) { return .begin(begin) }
        if let end = try End(&row) { return .end(end) }
        if let log = try Log(&row) { return .log(log) }
        if let output = try Output(&row) { return .output(output) }
        if let skipped = try Skipped(&row) { return .skipped(skipped) }
        if let due = try Due(&row) { return .due(slot: due.slot) }
        if let ready = try Ready(&row) { return .ready(ready) }
        if let late = try Late(&row) { return .late(late) }
        if let asked = try Asked(&row) { return .asked(asked.value) }
        if let pong = try Pong(&row) { return .pong(token: pong.token) }
        if let dropped = try Dropped(&row) { return .dropped(dropped) }
        if let loss = try OutputLoss(&row) { return .outputDropped(loss) }
        if let leftovers = try Leftovers(&row) { return .leftovers(leftovers) }
        if let stopped = try Stopped(&row) { return .stopped(runs: stopped.runs) }
        if let fault = try Fault(&row) { return .fault(fault) }
        throw row.unknownVerb
    }
}
