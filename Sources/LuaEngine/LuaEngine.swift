package import CronWorkerKit
package import Jobs
import LuaDialect
import LuaFunctions
package import Model
package import Values

/// What makes a worker's program one that runs `function.lua`.
package final class LuaEngine: FunctionEngine {
    private let bridge: Bridge
    private let machine: LuaMachine

    package init(_ services: any FunctionServices) {
        bridge = Bridge(services)
        machine = LuaMachine(host: bridge, isTerminationTraced: true, prepare: LuaDialect.plain)
        // Never closed: to close it would run finalizers and wait for what io.popen has started, and the process ends all the same.
        _ = Unmanaged.passRetained(machine)
    }

    package func prepare(_ function: LuaFunction) throws(FunctionRefusal) {
        do throws(LuaFailure) {
            try machine.load(function.source)
        } catch {
            throw FunctionRefusal(key: "source", error.summary)
        }
        do throws(LuaFailure) {
            try machine.check(function)
        } catch {
            throw FunctionRefusal(key: "method", error.summary)
        }
    }

    package func prepare(library: LuaFile) throws(FunctionRefusal) {
        do throws(LuaFailure) {
            try machine.load(library: library)
        } catch {
            throw FunctionRefusal(key: "source", error.summary)
        }
    }

    package func call(_ function: LuaFunction, _ arguments: [Value], logger: JobLogger) throws -> Value {
        let outer = bridge.logger
        bridge.logger = logger
        defer { bridge.logger = outer }
        return try machine.call(function, arguments: arguments)
    }

    package var files: [SourceFile] { zip(machine.files, machine.hashes).map { SourceFile(path: $0, hash: $1) } }

    package func rest() { machine.collectGarbage() }
}

/// Answers what Lua asks for with what its worker can do.
private final class Bridge: LuaHost {
    // The worker's functions hold on to the engine.
    private unowned let services: any FunctionServices
    /// Of the current run; `nil` while a file is loaded.
    var logger: JobLogger?

    init(_ services: any FunctionServices) { self.services = services }

    func log(_ level: LogLevel, _ message: String, _ fields: [(key: String, value: String)]) {
        logger?.log(level, message, fields)
    }

    func call(_ target: String, _ arguments: [Value]) -> LuaAnswer { answer { try services.call(target, arguments) } }

    func find(_ criteria: Value.Map) -> LuaAnswer { answer { .list(try services.find(criteria)) } }

    func get(_ id: String) -> LuaAnswer {
        answer {
            guard let entry = try services.get(id) else { throw JobError("no entry '\(id)' in the registry") }
            return entry
        }
    }

    func library(_ id: EntryID) throws -> LuaFile { try services.library(id) }

    func text(of path: String) throws -> [UInt8]? { try services.text(of: path) }

    func contents(of path: String, limit: Int) throws -> [UInt8]? { try services.contents(of: path, limit: limit) }

    func encodeJSON(_ value: Value) -> LuaAnswer { answer { .string(try JSONCoding.text(of: value)) } }

    func decodeJSON(_ text: [UInt8]) -> LuaAnswer { answer { try JSONCoding.value(from: text) } }

    private func answer(_ body: () throws -> Value) -> LuaAnswer {
        do {
            return .value(try body())
        } catch {
            return .failure("\(error)")
        }
    }
}
