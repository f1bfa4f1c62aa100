import Clocks
import Glibc
import Kernel
import Schedules
import Testing
import Values
import Wire

@Suite("A daemon that does not read")
struct DeafDaemonFaults {
    // MARK: F20

    @Test("has missed nothing that its worker kept when it reads again after the end", arguments: [100, 200])
    func stop(lines: Int) throws {
        try Scene.play { scene in
            let worker = try BareWorker(scene, interval: .seconds(3_600), lines: lines)
            try wait("it has run") { scene.ledgerRows().count == 1 }
            worker.closeControl()
            // A worker that does not wait is gone by now.
            usleep(300_000)
            try worker.read { worker.hasEnded }
            var reports = worker.reports
            let isCut = lines == 200
            guard case .stopped(runs: 1)? = reports.popLast() else { throw Failure("no 'stopped': \(reports.count)") }
            let ends = reports.count { if case .end(let end) = $0 { end.run == 1 } else { false } }
            let stated = reports.reduce(Int64(0)) { if case .dropped(let dropped) = $1 { $0 + dropped.ok } else { $0 } }
            #expect(ends + Int(stated) == 1)
            #expect(stated == (isCut ? 1 : 0))
        }
    }

    @Test("has its answer when it reads again")
    func pong() throws {
        try Scene.play { scene in
            let worker = try BareWorker(scene, interval: .seconds(3_600), lines: 200)
            try wait("it has run") { scene.ledgerRows().count == 1 }
            try worker.send(.ping(token: 7))
            // It has been asked by then.
            usleep(300_000)
            try worker.read { worker.reports.contains(.pong(token: 7)) }
            worker.closeControl()
        }
    }

    @Test("hears of the run that is running when it reads again, before the run is over", arguments: [100, 200])
    func begin(lines: Int) throws {
        try Scene.play { scene in
            let worker = try BareWorker(scene, interval: .milliseconds(100), lines: lines)
            try wait("it is in its second run") { scene.ledgerRows().count == 2 }
            try worker.read {
                worker.reports.contains { if case .begin(let begin) = $0 { begin.run == 2 } else { false } }
            }
            let isOver = worker.reports.contains { if case .end(let end) = $0 { end.run == 2 } else { false } }
            #expect(!isOver)
            worker.closeControl()
        }
    }

    @Test("is asked for the next run behind what the runs before came to")
    func due() throws {
        try Scene.play { scene in
            let worker = try BareWorker(scene, interval: .milliseconds(100), lines: 200, asks: true)
            try worker.read { !worker.dues.isEmpty }
            guard case .due(let slot) = worker.reports[worker.dues[0]] else { return }
            try worker.send(.run(.init(slot: slot)))
            try wait("it has run") { scene.ledgerRows().count == 1 }
            // It has asked again by then.
            usleep(300_000)
            try worker.read { worker.dues.count == 2 }
            let counted = worker.reports.firstIndex { if case .dropped(let it) = $0 { it.ok == 1 } else { false } }
            #expect(try #require(counted) < worker.dues[1])
            worker.closeControl()
        }
    }
}

@Suite("A worker in a run")
struct BusyWorkerFaults {
    @Test("makes the call behind it that it is told of meanwhile")
    func call() throws {
        try Scene.play { scene in
            let command: [(String, Value)] = [("command", .list([.string("sleep"), .string("0.3")]))]
            let worker = try BareWorker(scene, interval: .seconds(3_600), kind: "function.exec", data: command)
            try worker.read { worker.begins == 1 }
            try worker.send(.run(.init(call: 7, event: "{}")))
            try worker.read { worker.begins == 2 }
            let call = worker.reports.contains { if case .begin(let begin) = $0 { begin.call == 7 } else { false } }
            #expect(call)
            worker.closeControl()
        }
    }

    @Test("tells a command of an event with a NUL in it, which no variable can hold")
    func event() throws {
        try Scene.play { scene in
            let command: [(String, Value)] = [
                ("command", .list(["sh", "-c", "echo \"<$CRONSUPD_EVENT_ERROR>\""].map { .string($0) }))
            ]
            let worker = try BareWorker(scene, interval: .seconds(3_600), kind: "function.exec", data: command)
            try worker.read { worker.begins == 1 }
            try worker.send(.run(.init(call: 7, event: #"{"error":"a\u0000b"}"#)))
            try worker.read { worker.results.count == 2 }
            #expect(Set(worker.results) == ["<>", "<a\u{FFFD}b>"])
            worker.closeControl()
        }
    }

    @Test("begins no call whose event it cannot read, and says so")
    func malformedEvent() throws {
        try Scene.play { scene in
            let worker = try BareWorker(
                scene, interval: .seconds(3_600), kind: "function.exec", data: [("command", .list([.string("true")]))])
            try worker.read { worker.begins == 1 }
            try worker.send(.run(.init(call: 7, event: "bad")))
            try worker.read { worker.hasEnded }
            let faults = worker.reports.compactMap { if case .fault(let fault) = $0 { fault } else { nil } }
            #expect(faults.map(\.step) == ["control"] && worker.begins == 1)
        }
    }

    @Test("hears between runs that come one behind the other that it is to stop")
    func stop() throws {
        try Scene.play { scene in
            let data: [(String, Value)] = [
                ("method", .string("tick")), ("ledger", .string(scene.ledger)), ("milliseconds", .int(50)),
            ]
            let worker = try BareWorker(scene, interval: .milliseconds(20), data: data, queues: true)
            try wait("it is behind") { scene.ledgerRows().count >= 3 }
            worker.closeControl()
            try worker.read { worker.hasEnded }
        }
    }
}

/// A worker with this test for its daemon.
private final class BareWorker {
    private let process: ProcessID
    private var control: End?
    private let report: End
    private var bytes: [UInt8] = []
    private(set) var hasEnded = false

    private final class End {
        let descriptor: Descriptor
        init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
    }

    /// Its first slot is due at once.
    convenience init(_ scene: Scene, interval: Nanoseconds, lines: Int, asks: Bool = false) throws {
        let data: [(String, Value)] = [
            ("method", .string("chatter")), ("ledger", .string(scene.ledger)), ("lines", .int(Int64(lines))),
            ("milliseconds", .int(5_000)),
        ]
        try self.init(scene, interval: interval, data: data, asks: asks)
    }

    init(
        _ scene: Scene, interval: Nanoseconds, kind: String = "function.swift", data: [(String, Value)],
        asks: Bool = false, queues: Bool = false
    ) throws {
        let control = try Pipe.open(nonblocking: .writer)
        let report = try Pipe.open(nonblocking: .reader)
        let null = try Descriptor.open(updating: "/dev/null")
        let environment = scene.environment + ["CRONSUPD_PID=\(ThisProcess.id)"]
        let program = Program(
            path: Binaries.faultWorker, environment: environment, openFiles: try OpenFilesLimit.current())
        process = try program.spawn(
            arguments: ["test:chatter", "1s"], input: control.reader, output: null, error: null, report: report.writer,
            registry: null)
        let start = SlotInstant(nanoseconds: Clock.monotonic().nanoseconds - interval.count)
        var header = WorkerDefinition.Header(
            entry: EntryID("test:chatter")!, kind: kind, schedule: ScheduleWords(.interval(interval)), start: start,
            accounted: start, runs: 0, file: "registry.yaml")
        (header.asks, header.queues) = (asks, queues)
        let definition = WorkerDefinition(header: header, meta: .init(), data: Value.Map(data))
        try control.writer.writeAll(definition.encoded())
        self.control = End(control.writer)
        self.report = End(report.reader)
    }

    deinit {
        Children.signal(process, .kill)
        _ = try? Children.collect(process)
    }

    /// Where in the reports it has asked for a run.
    var dues: [Int] { reports.indices.filter { if case .due = reports[$0] { true } else { false } } }

    var results: [String] { reports.compactMap { if case .end(let end) = $0 { end.text } else { nil } } }

    var begins: Int { reports.count { if case .begin = $0 { true } else { false } } }

    func send(_ command: Command) throws { try control?.descriptor.writeAll(command.encoded()) }

    func closeControl() { control = nil }

    /// Reads until `condition` holds.
    func read(until condition: () -> Bool) throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        try wait("the worker's reports") {
            loop: while true {
                switch try report.descriptor.read(into: &buffer, from: 0) {
                case .bytes(let count): bytes += buffer[..<count]
                case .wouldBlock: break loop
                case .closed:
                    hasEnded = true
                    break loop
                }
            }
            return condition()
        }
    }

    var reports: [Report] {
        bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            Array(line).withUnsafeBytes { try? Report.decode($0) }
        }
    }
}
