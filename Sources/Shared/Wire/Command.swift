package import Clocks

/// What the daemon tells a worker. The end of the stream means: finish the run in hand, then exit.
package enum Command: Hashable, Sendable {
    /// A part of the worker's definition; `WorkerDefinition` puts them together.
    case definition(DefinitionPart)
    /// Run now.
    case run(Run)
    /// The slots up to this one, which the worker has asked for, are not run.
    case skip(through: SlotInstant)
    /// To be answered with `pong` and the same token.
    case ping(token: Int64)

    package struct Run: Hashable, Sendable {
        /// The slot that the worker has asked for, or that of a further attempt; `nil`: none.
        package var slot: SlotInstant?
        /// Which attempt at the slot this is, from 1 on.
        package var attempt: Int64
        /// Tells a call from all others, and is repeated in its `begin`.
        package var call: Int64?
        /// What has happened that the function is called with, as JSON.
        package var event: String?

        package init(slot: SlotInstant? = nil, attempt: Int64 = 1, call: Int64? = nil, event: String? = nil) {
            (self.slot, self.attempt, self.call, self.event) = (slot, attempt, call, event)
        }
    }

    package func encoded() -> [UInt8] {
        switch self {
        case .definition(let part): return part.encoded()
        case .run(let run): return run.encoded()
        case .skip(let through):
            var message = MessageWriter("skip")
            message.field("through", through.nanoseconds)
            return message.finish()
        case .ping(let token):
            var message = MessageWriter("ping")
            message.field("token", token)
            return message.finish()
        }
    }

    package static func decode(_ line: UnsafeRawBufferPointer) throws(WireError) -> Command {
        var reader = try MessageReader(line)
        if reader.isVerb("definition") { return .definition(try DefinitionPart(&reader)) }
        if reader.isVerb("run") { return .run(try Run(&reader)) }
        if reader.isVerb("skip") {
            return .skip(through: SlotInstant(nanoseconds: try soleInteger("through", &reader)))
        }
        guard reader.isVerb("ping") else { throw .unknownVerb(reader.verb) }
        return .ping(token: try soleInteger("token", &reader))
    }

    private static func soleInteger(_ name: StaticString, _ reader: inout MessageReader) throws(WireError) -> Int64 {
        while let field = try reader.next() {
            if field.isNamed(name) { return try field.integer() }
        }
        throw .missingField("\(name)", verb: reader.verb)
    }
}

extension Command.Run {
    fileprivate func encoded() -> [UInt8] {
        var message = MessageWriter("run")
        if let slot { message.field("slot", slot.nanoseconds) }
        if attempt != 1 { message.field("attempt", attempt) }
        if let call { message.field("call", call) }
        if let event { message.field("event", event) }
        return message.finish()
    }

    fileprivate init(_ reader: inout MessageReader) throws(WireError) {
        self.init()
        while let field = try reader.next() {
            if field.isNamed("slot") {
                slot = SlotInstant(nanoseconds: try field.integer())
            } else if field.isNamed("attempt") {
                attempt = try field.integer()
            } else if field.isNamed("call") {
                call = try field.integer()
            } else if field.isNamed("event") {
                event = try field.text()
            }
        }
    }
}
