import Glibc
import Kernel
import Testing

@Suite("The log")
struct LogFaults {
    // MARK: F38

    @Test("may have a reader that stalls, and one that goes away")
    func stalledReader() throws {
        try Scene.play { scene in
            let pipe = scene.path("pipe")
            #expect(mkfifo(pipe, 0o600) == 0)
            var reader: FIFOReader? = try FIFOReader(pipe)
            // A long line a run, so that the pipe and the buffer are soon full: of 1.1 MB together.
            let result = String(repeating: "x", count: 3_000)
            try scene.declare([
                JobText(
                    name: "talk", method: "talk", interval: "10ms", data: ["result": result, "ledger": scene.ledger]),
                JobText(name: "tick", interval: "20ms", data: ["ledger": scene.ledger]),
            ])
            let daemon = try scene.start(output: pipe)
            try wait("the jobs go on with nobody reading", within: 60) {
                let rows = scene.ledgerRows()
                return ["test:talk": 600, "test:tick": 400].allSatisfy { entry, least in
                    rows.count { $0.entry == entry } > least
                }
            }

            try reader?.read(until: "\"message\":\"Log lines dropped\"")
            let text = reader?.text ?? ""
            let records = text.split(separator: "\n").compactMap { LogRecord($0) }
            let dropped = try #require(records.first { $0.message == "Log lines dropped" })
            #expect(dropped.number("ticks") + dropped.number("output") + dropped.number("count") > 0)
            #expect(records.contains { $0.message == "Worker started" && $0.entry == "test:tick" })

            reader = nil
            let rows = scene.ledgerRows().count
            let cpu = Proc.processorTicks(daemon.pid)
            try wait("the jobs go on with no reader at all") { scene.ledgerRows().count > rows + 50 }
            #expect(Proc.processorTicks(daemon.pid) - cpu < 60)
            daemon.signal(SIGTERM)
            #expect(try daemon.waitForExit() == .exited(code: 0))
        }
    }

    // MARK: F42

    @Test("tells of a worker that talks nonsense, and its neighbours are none the worse for it")
    func nonsense() throws {
        try Scene.play { scene in
            let kinds = ["torn", "oversize", "nul", "foreign", "version", "feature", "hostile"]
            try scene.declare(
                [JobText(name: "neighbour", interval: "100ms")]
                    + kinds.map { JobText(name: "raw.\($0)", interval: "1h", lifecycle: JobText.noRestart) })
            let daemon = try scene.start(["--log-level", "debug"])
            func said(_ kind: String, _ message: String, _ text: String) throws {
                try daemon.wait("\(kind): \(message) \(text)") {
                    daemon.log.all(message, entry: "test:raw.\(kind)").contains { $0["error"]?.contains(text) == true }
                }
            }
            try said("torn", "Message rejected", "torn at its worker's death")
            try said("oversize", "Message rejected", "longer than 4096 bytes by")
            try said("nul", "Message rejected", "")
            try said("version", "Message rejected", "protocol version 999 is not spoken here; expected 2")
            try said("feature", "Message rejected", "belongs to the feature 'gates', which was not agreed on")
            try said("hostile", "Protocol error", "")
            // The name of the job is that of the pipe, whatever the text says.
            try daemon.wait(for: "hello", entry: "test:raw.foreign")
            #expect(daemon.log.count("hello", entry: "test:neighbour") == 0)

            let ticks = daemon.log.count("TICK", entry: "test:neighbour")
            try daemon.wait(for: "TICK", entry: "test:neighbour", count: ticks + 10)
            #expect(daemon.log.count("Worker exited", entry: "test:neighbour") == 0)
            // Ten megabytes passed by, and none of it stayed.
            let memory = Proc.status(daemon.pid, "VmHWM")?.split(separator: " ").first.flatMap { Int($0) } ?? .max
            #expect(memory < 60_000)
            #expect(try daemon.stop().code != nil)
        }
    }

    // MARK: F43

    @Test("takes so much of a job's output and no more, says how much it left out, and its neighbours are heard")
    func flood() throws {
        try Scene.play { scene in
            try scene.declare([
                JobText(name: "loud", method: "flood", interval: "50ms", data: ["blocks": "2000"]),
                JobText(name: "quiet", interval: "50ms", data: ["ledger": scene.ledger]),
            ])
            let daemon = try scene.start()
            try daemon.wait(for: "Job output dropped", entry: "test:loud", count: 2, within: 30)
            let rows = scene.ledgerRows().count
            try daemon.wait(for: "TICK", entry: "test:quiet", count: rows + 20)
            #expect(try daemon.stop(within: 30) == .exited(code: 0))

            let runs = daemon.log.count("TICK", entry: "test:loud")
            let shown = daemon.log.count("Job output", entry: "test:loud")
            let dropped = daemon.log.all("Job output dropped").reduce(0) { $0 + $1.number("lines") }
            // Each run writes 2,000 × 100 lines: what is not shown is counted.
            #expect(shown + dropped == runs * 200_000)
        }
    }
}

/// Holds the reading end of a named pipe open and reads when it is told to.
private final class FIFOReader {
    private let descriptor: Descriptor
    private(set) var text = ""

    init(_ path: String) throws { descriptor = try Descriptor.open(reading: path) }

    func read(until word: String) throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        try wait("'\(word)' in the log") {
            while case .bytes(let count) = try descriptor.read(into: &buffer, from: 0) {
                text += String(decoding: buffer[..<count], as: UTF8.self)
            }
            return text.contains(word)
        }
    }
}
