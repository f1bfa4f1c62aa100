package import Model
import Values

/// What `cronworker --check` is asked on its standard input: whether it can load a function. One message each.
package struct FunctionCheck: Hashable, Sendable {
    package var function: LuaFunction

    package init(_ function: LuaFunction) { self.function = function }
}

extension FunctionCheck: WireMessage {
    package static var verb: StaticString { "check" }

    package init() { self.init(LuaFunction(file: "", method: "")) }

    package mutating func fields(_ row: inout MessageCoder) {
        var (file, method) = (function.file, function.method)
        row.text("file", &file)
        row.text("method", &method)
        function = LuaFunction(file: file, method: method)
    }
}

/// What `cronworker --check` says of each question, in their order: the files that it read, then whether it can.
package enum FunctionCheckAnswer: Hashable, Sendable {
    /// `version` changes when the file's contents do.
    case read(file: String, version: String)
    case ready
    /// `key`: the key of the entry that is wrong.
    case refused(key: String, error: String)

    /// Of a file whose contents were not to be had.
    package static var unreadable: String { "unreadable" }

    /// By its contents: a file that is written again as it was is the same.
    package static func version(of contents: [UInt8]) -> String { version(StableHash.of(contents)) }
    package static func version(_ hash: UInt64) -> String { String(hash, radix: 16) }

    package func encoded() -> [UInt8] {
        switch self {
        case .read(let file, let version): Read(version: version, file: file).encoded()
        case .ready: Ready().encoded()
        case .refused(let key, let error): Refused(key: key, error: error).encoded()
        }
    }

    package static func decode(_ line: UnsafeRawBufferPointer) throws(WireError) -> FunctionCheckAnswer {
        var row = try MessageCoder(reading: line)
        if let read = try Read(&row) { return .read(file: read.file, version: read.version) }
        if try Ready(&row) != nil { return .ready }
        if let refused = try Refused(&row) { return .refused(key: refused.key, error: refused.error) }
        throw row.unknownVerb
    }
}

private struct Read: WireMessage {
    static var verb: StaticString { "read" }
    var version = ""
    var file = ""
    var length: Int64?

    mutating func fields(_ row: inout MessageCoder) {
        row.text("version", &version)
        row.longText("file", &file, length: &length)
    }
}

private struct Ready: WireMessage {
    static var verb: StaticString { "ready" }

    mutating func fields(_ row: inout MessageCoder) {}
}

private struct Refused: WireMessage {
    static var verb: StaticString { "refused" }
    var key = ""
    var error = ""
    var length: Int64?

    mutating func fields(_ row: inout MessageCoder) {
        row.text("key", &key)
        row.longText("error", &error, length: &length)
    }
}
