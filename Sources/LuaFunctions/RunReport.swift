internal import CLuaMachine
internal import Values

/// How a call into Lua ended, in Swift's terms.
@safe struct RunReport {
    let path: String
    /// `nil`: the file's main chunk.
    let function: String?
    /// Paths that a message may begin with.
    let files: [String]
    let result: clua_result

    var value: Value {
        guard unsafe result.value.count > 0 else { return .null }
        var reader = unsafe ValueReader(LuaBytes.buffer(result.value))
        return (try? reader.value()) ?? .null
    }

    func failure(_ outcome: clua_outcome) -> LuaFailure? {
        switch outcome {
        case CLUA_DONE: nil
        case CLUA_REFUSED: described(LuaFailure(file: path, message: message))
        case CLUA_NO_TABLE:
            LuaFailure(file: path, message: "\(path) returned \(message); expected a table of functions, or a function")
        case CLUA_NO_FUNCTION: LuaFailure(file: path, message: noFunction)
        case CLUA_BAD_SYNTAX: badSyntax
        default: unsafe described(placed(traceback: LuaBytes.string(LuaBytes.buffer(result.traceback))))
        }
    }

    /// With what an error of `errors` says besides its text.
    private func described(_ failure: LuaFailure) -> LuaFailure {
        guard unsafe result.error.count > 0 else { return failure }
        var reader = unsafe ValueReader(LuaBytes.buffer(result.error))
        guard let parts = try? reader.value().list, parts.count == 3 else { return failure }
        var failure = failure
        (failure.kind, failure.isRetryable, failure.details) = (parts[0].string, parts[1].bool, parts[2])
        return failure
    }

    private var message: String { unsafe LuaBytes.string(LuaBytes.buffer(result.message)) }

    private var noFunction: String {
        let name = function ?? ""
        guard message == "nil" else { return "'\(name)' in \(path) is a \(message); expected a function" }
        var names: [String] = []
        for value in value.list ?? [] { names.append(value.string ?? "") }
        names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        guard !names.isEmpty else { return "\(path) has no function '\(name)', and no other" }
        let hint = NearestName.hint(for: name, among: names)
        return "\(path) has no function '\(name)'\(hint.isEmpty ? "; it" : "\(hint) It") has \(Self.list(names))"
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(10).joined(separator: ", ")
        return names.count > 10 ? "\(shown) and \(names.count - 10) more" : shown
    }

    /// What is wrong with the whole file has no line.
    private var badSyntax: LuaFailure {
        var failure = placed(traceback: nil)
        if failure.line == nil { failure.message = "\(path): \(failure.message)" }
        return failure
    }

    // MARK: Places

    /// Lua writes the place in front of the message: `jobs.lua:12: `.
    private func placed(traceback: String?) -> LuaFailure {
        let text = message
        let traceback = traceback.flatMap { $0.isEmpty ? nil : $0 }
        for file in files {
            for name in [file, Self.short(file)] where text.utf8.starts(with: "\(name):".utf8) {
                guard let (line, message) = Self.line(text.utf8.dropFirst(name.utf8.count + 1)) else { continue }
                return LuaFailure(file: file, line: line, message: message, traceback: traceback)
            }
        }
        return LuaFailure(file: path, message: text, traceback: traceback)
    }

    private static func line(_ text: Substring.UTF8View) -> (line: Int, message: String)? {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), let line = Int(Substring(text[..<colon])) else {
            return nil
        }
        var rest = text[text.index(after: colon)...]
        if rest.first == UInt8(ascii: " ") { rest = rest.dropFirst() }
        return (line, String(Substring(rest)))
    }

    /// As Lua writes a path of 60 bytes or more: with its last 56.
    private static func short(_ path: String) -> String {
        let bytes = Array(path.utf8)
        return bytes.count < 60 ? path : "...\(String(decoding: bytes.suffix(56), as: UTF8.self))"
    }
}
