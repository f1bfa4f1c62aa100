import Clocks
import Jobs
import Kernel
import Model
import Synchronization
import Testing
import Values
import Wire

@testable import CronWorkerKit

/// On the main actor: what waits for a task must not hold up the threads that tasks run on.
@MainActor
@Suite("The host of a worker's functions")
struct FunctionHostTests {
    private let ends: DaemonEnds
    private let subject = EntrySubject(
        Entry("job", [("method", .string("own")), ("args", .int(7))]), origin: ".")

    init() throws { ends = try DaemonEnds() }

    private func host(
        _ catalog: JobCatalog = [:], entries: [Entry] = [], engine: FunctionEngineMaker? = nil
    ) throws -> FunctionHost {
        FunctionHost(
            catalog, engine: engine, registry: try RegistryMemory.map(entries), daemon: ends.link, origin: "/etc",
            thread: .current)
    }

    private func run(
        _ host: FunctionHost, _ function: EntryFunction = .swift(name: "own", program: nil), event: Value? = nil
    ) throws -> String {
        let end = try host.run(
            function, of: subject, .init(number: 3, slot: WallInstant(nanoseconds: 1), attempt: 2, event: event))
        return "\(end.outcome.rawValue)\(end.code.map { " \($0)" } ?? ""): \(end.text)"
    }

    // MARK: The job's own function

    @Test("refuses a function that the program does not have, and a kind that it cannot run")
    func refusals() throws {
        let host = try host(["own": .function { _ in "" }, "other": .function { _ in "" }])
        #expect(throws: FunctionRefusal(key: "method", "the worker has no function 'nope'; it has own, other")) {
            try host.prepare(.swift(name: "nope", program: nil))
        }
        #expect(throws: FunctionHost.noEngine) { try host.prepare(.lua(LuaFunction(file: "a.lua", method: "a"))) }
        try host.prepare(.swift(name: "own", program: nil))
    }

    @Test("tells a function of its run, and makes its result or its error a text")
    func runs() throws {
        let host = try host([
            "own": .function { context in
                let numbers = "\(context.run) \(context.attempt) \(context.slot?.nanoseconds ?? 0)"
                return "\(context.entry) \(numbers) \(context.args == .int(7)) \(context.directory)"
            }
        ])
        #expect(try run(host) == "ok: app:job 3 2 1 true registry")
        let results: [(JobResult, String)] = [
            (JobResult(Value.null), "ok: "), (JobResult(Value.list([.int(1), .bool(true)])), "ok: [1,true]"),
            (JobResult(Value.double(1.5)), "ok: 1.5"),
        ]
        for (result, text) in results { #expect(try run(self.host(["own": .function { _ in result }])) == text) }
        #expect(try run(self.host(["own": .function { _ in throw JobError("no room") }])) == "failed: no room")
    }

    @Test("calls a function that is told of an event with it")
    func event() throws {
        let host = try host(["own": .function { JobResult(Value.list($0.arguments)) }])
        #expect(try run(host) == "ok: []")
        #expect(try run(host, event: .string("late")) == "ok: [\"late\"]")
    }

    @Test("sends what a function logs, under the run's number")
    func log() throws {
        let host = try host([
            "own": .function { context in
                context.logger.warning("full", ["device": "sda1"])
                return ""
            }
        ])
        _ = try run(host)
        let fields = [Report.Log.Field(key: "device", value: "sda1")]
        #expect(try ends.received() == [.log(.init(level: .warning, run: 3, message: "full", fields: fields))])
    }

    @Test("runs an async function, and answers the daemon meanwhile")
    func asyncFunction() throws {
        let ends = ends
        try ends.send(.ping(token: 9))
        let host = try host([
            "own": .asyncFunction { _ in
                var reports: [Report] = []
                while reports.isEmpty {
                    reports = try ends.received()
                    await Task.yield()
                }
                return reports == [.pong(token: 9)] ? "answered" : "\(reports)"
            }
        ])
        #expect(try run(host) == "ok: answered")
    }

    @Test("ends with the worker's own trouble if the daemon cannot be understood in a run")
    func trouble() throws {
        let isOver = Flag()
        defer { isOver.value.store(true, ordering: .relaxed) }
        try ends.send("leap\n")
        let host = try host([
            "own": .asyncFunction { _ in
                while !isOver.value.load(ordering: .relaxed) { await Task.yield() }
                return ""
            }
        ])
        #expect(throws: WireError.unknownVerb("leap")) { try run(host) }
    }

    @Test("runs a command with what it is told by its environment, and with its output as reports")
    func command() async throws {
        // In a process of its own: what a command leaves behind is looked for among all children, and killed.
        await #expect(processExitsWith: .success) { try await FunctionHostTests().runCommands() }
    }

    private func runCommands() throws {
        let text = "echo out; echo $CRONSUPD_ENTRY $CRONSUPD_RUN $CRONSUPD_ATTEMPT >&2; echo last"
        let command = ExecCommand(.shell(text: text, shell: "/bin/sh"))
        #expect(try run(host(), .exec(command)) == "ok: last")
        let lines = try ends.received().compactMap { report -> String? in
            if case .output(let line) = report { "\(line.stream.rawValue) \(line.run) \(line.text)" } else { nil }
        }
        #expect(Set(lines) == ["stdout 3 out", "stderr 3 app:job 3 2", "stdout 3 last"])
        #expect(try run(host(), .exec(ExecCommand(.arguments(["false"])))) == "failed 1: exit 1")
    }

    // MARK: Calls

    @Test("calls the functions of other entries with arguments, and gives back their values")
    func calls() throws {
        let host = try host(
            [
                "own": .function { JobResult(try $0.call("app:sum", .int(1), .int(2))) },
                "sum": .function { JobResult(Value.list([.string("\($0.entry)"), .int($0.run)] + $0.arguments)) },
            ], entries: [Entry("sum", [("method", .string("sum"))])])
        #expect(try run(host) == "ok: [\"app:sum\",3,1,2]")
    }

    @Test("makes the calls of an async function on the thread of the host, one after the other")
    func asyncCalls() throws {
        let thread = ThreadID.current
        let host = try host(
            [
                "own": .asyncFunction { context in
                    async let first = context.call("app:echo", .int(1))
                    async let second = context.call("app:echo", .int(2))
                    return JobResult(Value.list(try await [first, second]))
                },
                "echo": .function { context in
                    guard thread == .current else { throw JobError("elsewhere") }
                    return JobResult(context.arguments[0])
                },
            ], entries: [Entry("echo", [("method", .string("echo"))])])
        #expect(try run(host) == "ok: [1,2]")
    }

    @Test(
        "refuses a call that cannot be made, in words",
        arguments: [
            ("app:nobody", "no entry 'app:nobody' in the registry"),
            ("app:fact", "'app:fact' is a data.fact; expected a function"),
            ("app:stranger", "'app:stranger' is a function of '/opt/worker'"),
            ("app:deep", "'app:deep' is called too deep: functions call each other 16 deep; expected at most 16"),
            ("app:broken", "'app:broken': no 'method'"),
        ])
    func refusedCalls(id: String, error: String) throws {
        var fact = Entry("fact", [])
        fact = Entry(id: fact.id, kind: "data.fact", meta: .init(), data: .init(), location: fact.location)
        let host = try host(
            [
                "own": .function { JobResult(try $0.call(id)) },
                "deep": .function { JobResult(try $0.call("app:deep")) },
            ],
            entries: [
                fact, Entry("stranger", [("method", .string("own")), ("source", .string("file:///opt/worker"))]),
                Entry("deep", [("method", .string("deep"))]), Entry("broken", []),
            ])
        try host.prepare(.swift(name: "own", program: nil))
        let text = try run(host)
        #expect(text.hasPrefix("failed: \(error)"), "\(text)")
    }

    @Test("refuses a call from another thread, with await in a function that is not async, and outside of a run")
    func strangers() async throws {
        let kept = Mutex<JobContext?>(nil)
        let host = try host(
            [
                "own": .function { context in
                    kept.withLock { $0 = context }
                    return ""
                }
            ], entries: [Entry("own", [("method", .string("own"))])])
        _ = try run(host)
        let context = try #require(kept.withLock { $0 })
        #expect(throws: JobError("'app:own' cannot be called while a file is loaded, but in a run")) {
            try host.call("app:own", [])
        }
        let error = await Task.detached { () -> JobError? in
            do { _ = try context.call("app:own") } catch { return error as? JobError }
            return nil
        }.value
        #expect(error == JobError("'app:own' cannot be called from another thread than that of the job function"))
        await #expect(throws: JobError("'app:own' can be called with await in an async job function alone")) {
            try await context.call("app:own")
        }
    }

    // MARK: Another language

    @Test("has an engine for Lua, which it tells of the run if there are no arguments")
    func engine() throws {
        let engine = EchoEngine()
        let host = try host(engine: { _ in engine })
        let function = EntryFunction.lua(LuaFunction(file: "a.lua", method: "a"))
        try host.prepare(function)
        let text = try run(host, function)
        #expect(text.hasPrefix("ok: [{\"entry\":\"app:job\",\"run\":3,\"attempt\":2,\"slot\":"), "\(text)")
        #expect(try run(host, function, event: .string("late")) == "ok: [\"late\"]")
        host.rest()
        #expect(engine.rests == 1)
    }
}

private final class Flag: Sendable {
    let value = Atomic(false)
}

/// Returns its arguments.
private final class EchoEngine: FunctionEngine {
    let files: [SourceFile] = []
    private(set) var rests = 0

    func prepare(_ function: LuaFunction) throws(FunctionRefusal) {}
    func prepare(library: LuaFile) throws(FunctionRefusal) {}
    func call(_ function: LuaFunction, _ arguments: [Value], logger: JobLogger) throws -> Value { .list(arguments) }
    func rest() { rests += 1 }
}
