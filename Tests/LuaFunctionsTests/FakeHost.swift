import Kernel
import LuaFunctions
import Model
import Schedules
import Values

/// Answers from lists that a test fills, and remembers what it was asked.
final class FakeHost: LuaHost {
    var lines: [String] = []
    var questions: [Value] = []
    var libraries: [String: LuaFile] = [:]
    var texts: [String: [UInt8]] = [:]
    var answers: [String: LuaAnswer] = [:]
    /// What `call` does instead of answering from the list.
    var onCall: ((String, [Value]) -> LuaAnswer)?

    func log(_ level: LogLevel, _ message: String, _ fields: [(key: String, value: String)]) {
        lines.append(([level.rawValue, message] + fields.map { "\($0.key)=\($0.value)" }).joined(separator: " "))
    }

    func call(_ target: String, _ arguments: [Value], adding context: Value.Map) -> LuaAnswer {
        questions.append(.list([.string(target)] + arguments))
        if !context.isEmpty { questions.append(.map(context)) }
        return onCall?(target, arguments) ?? answer(target)
    }

    /// Of the job; empty: UTC.
    var jobZone = ""

    func zone(_ name: String, at seconds: Int64) -> LuaAnswer {
        guard let file = zoneFile(name) else { return .failure(LuaError("no zone '\(name)'", kind: "NOT_FOUND")) }
        guard let segment = try? ZoneFile.rules(file).segment(at: seconds) else { return .failure("no rules") }
        return .value(.list([.int(segment.start), .int(segment.end), .int(segment.offset)]))
    }

    func zoneName(_ name: String, at seconds: Int64) -> LuaAnswer {
        guard let file = zoneFile(name), let text = try? ZoneFile.name(in: file, at: seconds) else {
            return .failure("no name")
        }
        return .value(.string(text))
    }

    private func zoneFile(_ name: String) -> [UInt8]? {
        let own = jobZone.isEmpty ? "UTC" : jobZone
        return try? FileSystem.contents(of: "/usr/share/zoneinfo/\(name.isEmpty ? own : name)", limit: 1 << 20)?.bytes
    }

    func context() -> LuaAnswer { answer("context") }
    func variable(_ name: String) -> LuaAnswer {
        answers["variable \(name)"] ?? .failure("no variable '\(name)' in the environment")
    }
    func variables() -> LuaAnswer { answers["variables"] ?? .value(.map(.init())) }

    func find(_ criteria: Value.Map) -> LuaAnswer {
        questions.append(.map(criteria))
        return answer("find")
    }

    func get(_ id: String) -> LuaAnswer {
        questions.append(.string(id))
        return answer(id)
    }

    func library(_ id: EntryID) throws -> LuaFile {
        guard let file = libraries[id.description] else { throw Missing(id: id) }
        return file
    }

    struct Missing: Error, CustomStringConvertible {
        let id: EntryID
        var description: String { "no entry '\(id)' in the registry" }
    }

    func text(of path: String) throws -> [UInt8]? { texts[path] }
    func contents(of path: String, limit: Int) throws -> [UInt8]? {
        try FileSystem.contents(of: path, limit: limit)?.bytes
    }

    func encodeJSON(_ value: Value) -> LuaAnswer {
        questions.append(value)
        if case .double(let number) = value, !number.isFinite { return .failure("a number is not finite") }
        return .value(.string(Self.json(value)))
    }

    func decodeJSON(_ text: [UInt8]) -> LuaAnswer { answer(String(decoding: text, as: UTF8.self)) }

    private func answer(_ key: String) -> LuaAnswer { answers[key] ?? .failure("no answer to \(key)") }

    /// Enough of it for the tests' values.
    private static func json(_ value: Value) -> String {
        switch value {
        case .string(let text): return "\"\(text)\""
        case .list(let list): return "[\(list.map(json).joined(separator: ","))]"
        case .map(let map):
            let pairs = (0..<map.count).map { "\"\(map.keys[$0])\":\(json(map.values[$0]))" }
            return "{\(pairs.joined(separator: ","))}"
        default: return value.scalarText ?? ""
        }
    }
}
