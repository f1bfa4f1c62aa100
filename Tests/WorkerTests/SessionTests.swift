import Clocks
import Jobs
import Kernel
import Model
import Schedules
import Testing
import Values
import Wire

@testable import CronWorkerKit

@Suite("A worker's session")
struct SessionTests {
    private let ends: DaemonEnds

    init() throws { ends = try DaemonEnds() }

    private static let start = SlotInstant(nanoseconds: Clock.monotonic().nanoseconds)

    private func definition(
        _ method: String = "own", kind: FunctionKind = .swift, runsNow: Bool = true,
        _ change: (inout WorkerDefinition) -> Void = { _ in }
    ) -> WorkerDefinition {
        var schedule = ScheduleWords()
        (schedule.text, schedule.interval) = ("1h", .seconds(3_600))
        var definition = WorkerDefinition(
            header: .init(
                entry: EntryID(namespace: "app", name: "job")!, kind: kind.rawValue, schedule: schedule,
                start: Self.start, accounted: Self.start, runs: 4, file: "registry/app.yaml", runsNow: runsNow),
            data: Value.Map([("method", .string(method))]))
        change(&definition)
        return definition
    }

    /// Serves until the daemon has closed the pipe. What the worker has said then.
    private func serve(_ definition: WorkerDefinition, engine: FunctionEngineMaker? = nil) throws -> [Report] {
        try ends.send(definition.encoded())
        ends.closeControl()
        try session().serve(["own": .function { "run \($0.run) in \($0.directory)" }], engine)
        return try ends.received()
    }

    private func session() throws -> Session {
        Session(
            Session.Channels(control: ends.control, reports: ends.reports, registry: RegistryMap(nil)),
            try ParentGuard(supervisor: nil))
    }

    /// The fault that it ends with, which the daemon has been told.
    private func fault(_ definition: WorkerDefinition) throws -> (exitCode: Int32, report: Report?) {
        do {
            _ = try serve(definition)
        } catch let fault as Fault {
            return (fault.exitCode, try ends.received().last)
        }
        return (0, nil)
    }

    @Test("has a definition, says that it is ready, runs, and takes its leave when the daemon closes the pipe")
    func life() throws {
        let reports = try serve(definition())
        #expect(reports.count == 4)
        guard case .ready(let ready) = reports[0], case .begin(let begin) = reports[1], case .end(let end) = reports[2]
        else { return #expect(Bool(false), "\(reports)") }
        #expect(ready.next == Self.start + .seconds(3_600))
        #expect(begin == .init(run: 5, slot: nil, next: ready.next, lateness: .zero))
        #expect(end.run == 5 && end.slot == nil && end.outcome == .ok && end.text == "run 5 in registry")
        #expect(end.next == ready.next && end.duration >= .zero)
        #expect(reports[3] == .stopped(runs: 5))
    }

    @Test("begins nothing that its daemon has told it before it closed the pipe")
    func closed() throws {
        try ends.send(definition(runsNow: false).encoded())
        let (ends, told) = (self.ends, Command.run(.init(call: 1)))
        let catalog: JobCatalog = ["own": .function { _ in "" }]
        // The definition is read alone: what comes with it would come before the worker is ready.
        guard var worker = try session().worker(catalog, nil) else { return #expect(Bool(false)) }
        try ends.send(told)
        ends.closeControl()
        try worker.serve()
        #expect(try ends.received().suffix(1) == [.stopped(runs: 4)])
    }

    @Test("runs what it is told, with what has happened, and answers meanwhile")
    func told() throws {
        try ends.send(definition(runsNow: false).encoded())
        let ends = ends
        let catalog: JobCatalog = [
            "own": .function { context in
                // The daemon has nothing more to say.
                ends.closeControl()
                return JobResult(Value.list(context.arguments))
            }
        ]
        guard var worker = try session().worker(catalog, nil) else { return #expect(Bool(false)) }
        try ends.send(.ping(token: 3))
        try ends.send(.run(.init(call: 1, event: "[\"late\"]")))
        try worker.serve()
        let reports = try ends.received()
        #expect(reports.contains(.pong(token: 3)))
        let ended = reports.contains { if case .end(let end) = $0 { end.text == "[[\"late\"]]" } else { false } }
        #expect(ended, "\(reports)")
    }

    @Test("ends without a word if the pipe is closed before its definition is complete")
    func incomplete() throws {
        let header = Command.definition(definition().header).encoded()
        try ends.send(Array(header.dropLast()) + Array(" size=2\n".utf8))
        ends.closeControl()
        try session().serve([:], nil)
        #expect(try ends.received().isEmpty)
    }

    @Test("answers a ping while the definition comes, and refuses a run before it")
    func early() throws {
        try ends.send(.ping(token: 2))
        try ends.send(.run(.init()))
        #expect(throws: Fault.self) { try session().serve([:], nil) }
        let error = "a run before the definition"
        #expect(try ends.received() == [.pong(token: 2), .fault(.init(step: "control", errno: 0, message: error))])
    }

    @Test("names the step at which it cannot serve its job, and ends with the code that says whose fault that is")
    func faults() throws {
        var result = try fault(definition("nope"))
        #expect(result.exitCode == 100)
        let error = "the worker has no function 'nope'; it has own"
        #expect(result.report == .fault(.init(step: "function", errno: 0, message: error)))
        for (step, exitCode, change) in Self.brokenDefinitions {
            result = try SessionTests().fault(definition(runsNow: false, change))
            #expect(result.exitCode == exitCode, "\(step)")
            guard case .fault(let fault)? = result.report else { return #expect(Bool(false), "no fault '\(step)'") }
            #expect(fault.step == step)
        }
    }

    private static let brokenDefinitions: [(String, Int32, @Sendable (inout WorkerDefinition) -> Void)] = [
        ("function", 100, { $0.header.kind = "function.cobol" }),
        ("function", 100, { $0.header.kind = FunctionKind.lua.rawValue }),
        ("function", 100, { $0.data = .init() }),
        ("schedule", 100, { ($0.header.schedule.text, $0.header.schedule.interval) = ("* * *", nil) }),
        ("process", 111, { $0.process = Value.Map([("umask", .string("rwx"))]) }),
        ("control", 111, { $0.header.schedule.interval = .zero }),
    ]
}
