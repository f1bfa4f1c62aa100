package import Model
import Values

/// What `cronworker --check` is asked on its standard input: whether it can load a function, or a library. A message for each
/// import of the file, and one for the file.
package struct FunctionCheck: Hashable, Sendable {
    package var source: LuaFile
    /// `nil`: the file is a library.
    package var method: String?

    package init(_ function: LuaFunction) { (source, method) = (function.source, function.method) }
    package init(library: LuaFile) { (source, method) = (library, nil) }

    package func encoded() -> [UInt8] {
        source.imports.flatMap { Import(alias: $0.alias, entry: $0.entry).encoded() }
            + Check(file: source.path, method: method).encoded()
    }

    /// Reads one message after another.
    package struct Decoder {
        private var imports: [LuaImport] = []

        package init() {}

        /// A question when its last message has come.
        package mutating func take(_ line: UnsafeRawBufferPointer) throws(WireError) -> FunctionCheck? {
            var row = try MessageCoder(reading: line)
            if let found = try Import(&row) {
                imports.append(LuaImport(found.alias, found.entry))
                return nil
            }
            guard let check = try Check(&row) else { throw row.unknownVerb }
            let file = LuaFile(check.file, imports: imports)
            imports = []
            return check.method.map { FunctionCheck(LuaFunction(file, method: $0)) } ?? FunctionCheck(library: file)
        }
    }
}

private struct Import: WireMessage {
    static var verb: StaticString { "import" }
    var alias = ""
    var entry = EntryID()

    mutating func fields(_ row: inout MessageCoder) {
        row.text("alias", &alias)
        row.entry("entry", &entry)
    }
}

private struct Check: WireMessage {
    static var verb: StaticString { "check" }
    var file = ""
    var method: String?

    mutating func fields(_ row: inout MessageCoder) {
        row.text("file", &file)
        row.text("method", &method)
    }
}

/// What `cronworker --check` says of each question, in their order: the files that it read, then whether it can.
package enum FunctionCheckAnswer: Hashable, Sendable {
    /// `version` changes when the file's contents do.
    case read(file: String, version: String)
    /// `parameter`: the name of the function's first one; `nil`: it has none, or is a library.
    case ready(parameter: String?)
    /// `key`: the key of the entry that is wrong.
    case refused(key: String, error: String)
    /// The other questions are for another process: this one has taken much memory.
    case more

    /// Of a file whose contents were not to be had.
    package static var unreadable: String { "unreadable" }

    /// By its contents: a file that is written again as it was is the same.
    package static func version(of contents: [UInt8]) -> String { version(StableHash.of(contents)) }
    package static func version(_ hash: UInt64) -> String { String(hash, radix: 16) }

    package func encoded() -> [UInt8] {
        switch self {
        case .read(let file, let version): Read(version: version, file: file).encoded()
        case .ready(let parameter): Ready(parameter: parameter).encoded()
        case .refused(let key, let error): Refused(key: key, error: error).encoded()
        case .more: More().encoded()
        }
    }

    package static func decode(_ line: UnsafeRawBufferPointer) throws(WireError) -> FunctionCheckAnswer {
        var row = try MessageCoder(reading: line)
        if let read = try Read(&row) { return .read(file: read.file, version: read.version) }
        if let ready = try Ready(&row) { return .ready(parameter: ready.parameter) }
        if let refused = try Refused(&row) { return .refused(key: refused.key, error: refused.error) }
        if try More(&row) != nil { return .more }
        throw row.unknownVerb
    }
}

private struct More: WireMessage {
    static var verb: StaticString { "more" }

    mutating func fields(_ row: inout MessageCoder) {}
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
    var parameter: String?

    mutating func fields(_ row: inout MessageCoder) { row.text("parameter", &parameter) }
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
