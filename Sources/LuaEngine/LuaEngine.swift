package import CronWorkerKit
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

    package func prepare(_ function: LuaFunction) throws(FunctionRefusal) -> String? {
        do throws(LuaFailure) {
            try machine.load(function.source)
        } catch {
            throw FunctionRefusal(key: "source", error.summary)
        }
        do throws(LuaFailure) {
            return try machine.check(function)
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

    package func call(_ function: LuaFunction, _ arguments: [Value], in setting: CallSetting) throws -> Value {
        let outer = bridge.setting
        bridge.setting = setting
        defer { bridge.setting = outer }
        do throws(LuaFailure) {
            return try machine.call(function, arguments: arguments)
        } catch {
            var failure = FunctionFailure(error.description)
            (failure.kind, failure.isRetryable, failure.details) = (error.kind, error.isRetryable, error.details)
            throw failure
        }
    }

    package var files: [SourceFile] { zip(machine.files, machine.hashes).map { SourceFile(path: $0, hash: $1) } }

    package var memory: Int { machine.memory }

    package func rest() { machine.collectGarbage() }
}

/// Answers what Lua asks for with what its worker can do.
private final class Bridge: LuaHost {
    // The worker's functions hold on to the engine.
    private unowned let services: any FunctionServices
    /// Of the current call; `nil` while a file is loaded.
    var setting: CallSetting?

    init(_ services: any FunctionServices) { self.services = services }

    func log(_ level: LogLevel, _ message: String, _ fields: [(key: String, value: String)]) {
        setting?.logger.log(level, message, fields)
    }

    func call(_ target: String, _ arguments: [Value], adding context: Value.Map) -> LuaAnswer {
        answer { try services.call(target, arguments, adding: context) }
    }

    func zone(_ name: String, at seconds: Int64) -> LuaAnswer {
        answer {
            let span = try services.zone(name, at: seconds)
            return .list([.int(span.start), .int(span.end), .int(span.offset)])
        }
    }

    func zoneName(_ name: String, at seconds: Int64) -> LuaAnswer {
        answer { .string(try services.zoneName(name, at: seconds)) }
    }

    func context() -> LuaAnswer {
        setting.map { .value(.map($0.context)) } ?? .failure("there is no run while a file is loaded")
    }

    func variable(_ name: String) -> LuaAnswer {
        answer {
            guard let value = try services.variable(name) else {
                throw FunctionFailure("no variable '\(name)' in the environment", kind: Self.notFound)
            }
            return .string(value)
        }
    }

    func variables() -> LuaAnswer { answer { .map(try services.variables()) } }

    func find(_ criteria: Value.Map) -> LuaAnswer { answer { .list(try services.find(criteria)) } }

    func get(_ id: String) -> LuaAnswer {
        answer {
            guard let entry = try services.get(id) else {
                throw FunctionFailure("no entry '\(id)' in the registry", kind: Self.notFound)
            }
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
            var described = LuaError("\(error)")
            if let failure = error as? FunctionFailure {
                (described.kind, described.isRetryable) = (failure.kind, failure.isRetryable)
                described.details = failure.details
            }
            return .failure(described)
        }
    }

    private static let notFound = "NOT_FOUND"
}
