import Clocks
import CronWorkerLogging
import Jobs
import Kernel
import Logging
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

    @Test("logs what libraries log by swift-log, with the run")
    func libraryLog() throws {
        let host = try host([
            "own": .function { _ in
                var logger = Logger(label: "db", factory: JobLogHandler.init)
                logger[metadataKey: "pool"] = "2"
                logger.notice("connected", metadata: ["host": "h"])
                logger.critical("lost")
                logger.debug("not asked for")
                return ""
            }
        ])
        _ = try run(host)
        let (label, pool) = (Report.Log.Field(key: "logger", value: "db"), Report.Log.Field(key: "pool", value: "2"))
        let more = Report.Log.Field(key: "host", value: "h")
        #expect(
            try ends.received() == [
                .log(.init(level: .info, run: 3, message: "connected", fields: [label, more, pool])),
                .log(.init(level: .error, run: 3, message: "lost", fields: [label, pool])),
            ])
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
            try host.call("app:own", [], adding: Value.Map())
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

    @Test("gives a function in Lua its args, or what has happened, and tells it of the run after that")
    func engine() throws {
        let engine = EchoEngine()
        let host = try host(engine: { _ in engine })
        let function = EntryFunction.lua(LuaFunction(file: "a.lua", method: "a"))
        try host.prepare(function)
        let text = try run(host, function)
        #expect(text.hasPrefix("ok: [7,{\"entry\":\"app:job\",\"run\":3,\"attempt\":2,\"slot\":"), "\(text)")
        #expect(try run(host, function, event: .string("late")).hasPrefix("ok: [\"late\",{\"entry\":\"app:job\""))
        let plain = EntrySubject(Entry("plain", []), origin: ".")
        let end = try host.run(function, of: plain, .init(number: 1, slot: nil))
        #expect(end.text.hasPrefix("[null,{\"entry\":\"app:plain\""))
        #expect(engine.contexts.map { $0["entry"] } == ["app:job", "app:job", "app:plain"].map { .string($0) })
        host.rest()
        #expect(engine.rests == 1)
    }

    @Test("gives a function that another one calls its arguments alone, and a context that says more")
    func callsInLua() throws {
        let engine = EchoEngine()
        let lua: [(String, Value)] = [("source", .string("file://a.lua")), ("method", .string("a"))]
        let box = HostBox()
        let host = try host(
            [
                "own": .function { _ in
                    let added = Value.Map([("trace", .string("t")), ("run", .string("mine"))])
                    for arguments in [[.int(1), .int(2)], []] as [[Value]] {
                        box.results.append(try box.host?.call("app:lua", arguments, adding: added))
                    }
                    return ""
                }
            ], entries: [Entry("lua", kind: .lua, lua + [("args", .int(5))])], engine: { _ in engine })
        box.host = host
        #expect(try run(host) == "ok: ")
        let results = box.results.compactMap(\.self)
        #expect(results.first == .list([.int(1), .int(2)]))
        #expect(results.last?.list?.first == .int(5) && results.last?.list?[1]["entry"] == .string("app:lua"))
        #expect(engine.contexts.map { $0["trace"] } == [.string("t"), .string("t")])
        #expect(engine.contexts.allSatisfy { $0["run"] == .string("mine") && $0["attempt"] == .int(2) })
    }

    @Test("hears from an error whether another attempt may help")
    func finalErrors() throws {
        let engine = EchoEngine()
        let host = try host(engine: { _ in engine })
        for isRetryable in [nil, true, false] {
            engine.failure = FunctionFailure("no such account")
            engine.failure?.isRetryable = isRetryable
            let end = try host.run(
                .lua(LuaFunction(file: "a.lua", method: "a")), of: subject, .init(number: 1, slot: nil))
            #expect(end.outcome == .failed && end.text == "no such account" && end.isFinal == (isRetryable == false))
        }
    }

    @Test("knows variables that the environment lacks from the registry's entries")
    func variables() throws {
        func variable(_ name: String, _ data: [(String, Value)]) -> Entry {
            Entry(id: EntryID(namespace: "app", name: name)!, kind: "env.variable", data)
        }
        let storage = Entry(
            id: EntryID(namespace: "app", name: "store")!, kind: "env.storage.static",
            [("values", .map(.init([("WLUA_STORED", .string("stored"))])))])
        let host = try host(entries: [
            storage, variable("a", [("variable", .string("WLUA_PORT")), ("default", .int(8080))]),
            variable("b", [("variable", .string("WLUA_PORT")), ("default", .string("second"))]),
            variable("c", [("variable", .string("WLUA_STORED")), ("storage", .string("app:store"))]),
            variable("d", [("default", .bool(true))]), variable("e", [("variable", .string("WLUA_NONE"))]),
            variable("f", [("variable", .string("PATH")), ("default", .string("x"))]),
        ])
        #expect(try host.variable("WLUA_PORT") == "8080")
        #expect(try host.variable("app:b") == "second")
        #expect(try host.variable("WLUA_STORED") == "stored" && host.variable("app:d") == "true")
        #expect(try host.variable("app:f") == ThisProcess.environment("PATH"))
        for name in ["WLUA_NONE", "app:e", "app:none", "app:store", "OTHER"] { #expect(try host.variable(name) == nil) }
        let all = try host.variables()
        #expect(all["WLUA_PORT"] == .string("8080") && all["WLUA_STORED"] == .string("stored"))
        #expect(all["WLUA_NONE"] == nil && all.count == 3)
    }
}

/// Known to a function only when its host is there.
private final class HostBox: @unchecked Sendable {
    var host: FunctionHost?
    var results: [Value?] = []
}

private final class Flag: Sendable {
    let value = Atomic(false)
}

/// Returns its arguments.
private final class EchoEngine: FunctionEngine {
    let files: [SourceFile] = []
    let memory = 0
    private(set) var rests = 0
    private(set) var contexts: [Value.Map] = []
    var failure: FunctionFailure?

    func prepare(_ function: LuaFunction) throws(FunctionRefusal) -> String? { nil }
    func prepare(library: LuaFile) throws(FunctionRefusal) {}
    func call(_ function: LuaFunction, _ arguments: [Value], in setting: CallSetting) throws -> Value {
        contexts.append(setting.context)
        if let failure { throw failure }
        return .list(arguments)
    }
    func rest() { rests += 1 }
}
