/// What the daemon tells a worker. The end of the stream means: finish the run in hand, then exit.
package enum Command: Hashable, Sendable {
    /// A part of the worker's definition; `WorkerDefinition` puts them together.
    case definition(DefinitionPart)
    /// Run now, besides the slots.
    case run
    /// To be answered with `pong` and the same token.
    case ping(token: Int64)

    package func encoded() -> [UInt8] {
        switch self {
        case .definition(let part): return part.encoded()
        case .run: return MessageWriter("run").finish()
        case .ping(let token):
            var message = MessageWriter("ping")
            message.field("token", token)
            return message.finish()
        }
    }

    package static func decode(_ line: UnsafeRawBufferPointer) throws(WireError) -> Command {
        var reader = try MessageReader(line)
        if reader.isVerb("definition") { return .definition(try DefinitionPart(&reader)) }
        if reader.isVerb("run") { return .run }
        guard reader.isVerb("ping") else { throw .unknownVerb(reader.verb) }
        while let field = try reader.next() {
            if field.isNamed("token") { return .ping(token: try field.integer()) }
        }
        throw .missingField("token", verb: "ping")
    }
}
