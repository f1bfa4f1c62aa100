package import Model
import Values

/// What `cronworker --check` is asked on its standard input: whether it can load a function. One message each.
package struct FunctionCheck: Hashable, Sendable {
    package var function: LuaFunction

    package init(_ function: LuaFunction) { self.function = function }

    package func encoded() -> [UInt8] {
        var message = MessageWriter("check")
        message.field("file", function.file)
        message.field("method", function.method)
        return message.finish()
    }

    package static func decode(_ line: UnsafeRawBufferPointer) throws(WireError) -> FunctionCheck {
        var reader = try MessageReader(line)
        guard reader.isVerb("check") else { throw .unknownVerb(reader.verb) }
        var file: String?
        var method: String?
        while let field = try reader.next() {
            if field.isNamed("file") { file = try field.text() }
            if field.isNamed("method") { method = try field.text() }
        }
        guard let file else { throw .missingField("file", verb: "check") }
        guard let method else { throw .missingField("method", verb: "check") }
        return FunctionCheck(LuaFunction(file: file, method: method))
    }
}

/// What `cronworker --check` says of each question, in their order: the files that it read, then whether it can.
package enum FunctionCheckAnswer: Hashable, Sendable {
    /// `version` changes when the file's contents do.
    case read(file: String, version: String)
    case ready
    /// `key`: of the entry, which is to blame.
    case refused(key: String, error: String)

    /// Of a file whose contents were not to be had.
    package static var unreadable: String { "unreadable" }

    /// By its contents: a file that is written again as it was is the same.
    package static func version(of contents: [UInt8]) -> String { version(StableHash.of(contents)) }
    package static func version(_ hash: UInt64) -> String { String(hash, radix: 16) }

    package func encoded() -> [UInt8] {
        switch self {
        case .read(let file, let version):
            var message = MessageWriter("read")
            message.field("version", version)
            message.textField("file", file)
            return message.finish()
        case .ready: return MessageWriter("ready").finish()
        case .refused(let key, let error):
            var message = MessageWriter("refused")
            message.field("key", key)
            message.textField("error", error)
            return message.finish()
        }
    }

    package static func decode(_ line: UnsafeRawBufferPointer) throws(WireError) -> FunctionCheckAnswer {
        var reader = try MessageReader(line)
        if reader.isVerb("ready") { return .ready }
        let isRead = reader.isVerb("read")
        guard isRead || reader.isVerb("refused") else { throw .unknownVerb(reader.verb) }
        var texts: (first: String?, second: String?)
        while let field = try reader.next() {
            if field.isNamed(isRead ? "file" : "key") { texts.first = try field.text() }
            if field.isNamed(isRead ? "version" : "error") { texts.second = try field.text() }
        }
        guard let first = texts.first, let second = texts.second else {
            throw .missingField(isRead ? "file or version" : "key or error", verb: isRead ? "read" : "refused")
        }
        return isRead ? .read(file: first, version: second) : .refused(key: first, error: second)
    }
}
