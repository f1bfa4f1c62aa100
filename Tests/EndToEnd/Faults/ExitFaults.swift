import Glibc
import Kernel
import Testing

@Suite("An exit")
struct ExitFaults {
    // MARK: F08

    /// Those whose default action ends the process (signal(7)).
    private static let fatalSignals: [Int32] =
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24, 25, 26, 27, 29, 30, 31] + Array(34...64)

    @Test("is recorded with its exact code, or with its signal")
    func codesAndSignals() throws {
        try Scene.play { scene in
            let codes = (Int32(0)...255).map {
                JobText(name: "raw.exit.\($0)", interval: "1h", lifecycle: JobText.noRestart)
            }
            let signals = Self.fatalSignals.map {
                JobText(name: "raw.signal.\($0)", interval: "1h", lifecycle: JobText.noRestart)
            }
            try scene.declare(codes + signals)
            let daemon = try scene.start(wrapper: ["/bin/sh", "-c", "cd \(scene.directory); exec \"$@\"", "sh"])
            try daemon.wait("every exit", within: 60) {
                daemon.log.count("Worker exited") == codes.count + signals.count
            }
            for code in Int32(0)...255 {
                let status = daemon.log.all("Worker exited", entry: "test:raw.exit.\(code)").first?["status"]
                #expect(status == "exit \(code)")
            }
            for signal in Self.fatalSignals {
                let status = daemon.log.all("Worker exited", entry: "test:raw.signal.\(signal)").first?["status"]
                #expect(
                    status == "signal \(signal) (\(SignalName.of(signal)))"
                        || status == "signal \(signal) (\(SignalName.of(signal))), core dumped")
            }
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    // MARK: F09

    @Test("of all workers at once is seen once each, and they return at a bounded rate")
    func massacre() throws {
        try Scene.play { scene in
            let count = LongTests.size(200, long: 1_000)
            try scene.declare(
                (1...count).map { JobText(name: "job\($0)", interval: "1h", lifecycle: JobText.quickRestart) })
            let daemon = try scene.start()
            try daemon.wait("all are up", within: 60) { daemon.workers.count == count }
            let baseline = Proc.descriptorCount(daemon.pid)
            for pid in daemon.workers.values { kill(pid, SIGKILL) }

            try daemon.wait("all have returned", within: 60) { daemon.log.count("Worker started") == 2 * count }
            #expect(daemon.log.count("Worker exited") == count)
            #expect(Set(daemon.log.all("Worker exited").map(\.entry)).count == count)
            #expect(Proc.zombies(of: daemon.pid) == [])
            // At most 20 at once and 100 a second: what came back in any second is no more than both.
            let times = daemon.log.all("Spawning worker").suffix(count).map(\.time)
            for (index, time) in times.enumerated() {
                let inSecond = times[index...].prefix { $0 < time + 1 }.count
                #expect(inSecond <= 122)
            }
            try daemon.wait("the descriptors are those of before") { Proc.descriptorCount(daemon.pid) == baseline }
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    // MARK: F13

    @Test("is recorded behind everything that the worker had reported")
    func lastWords() throws {
        try Scene.play { scene in
            let (jobs, frames, rounds) = (50, 20, LongTests.size(4, long: 200))
            try scene.declare(
                (1...jobs).map {
                    JobText(name: "raw.frames.\(frames).\($0)", interval: "1h", lifecycle: JobText.quickRestart)
                })
            let daemon = try scene.start()
            try daemon.wait("\(rounds) rounds", within: 30 + rounds) {
                daemon.log.count("Worker exited") >= jobs * rounds
            }
            #expect(try daemon.stop() == .exited(code: 0))

            var open: [String: Int] = [:]
            for record in daemon.log.records {
                if record.message.hasPrefix("frame-") {
                    open[record.entry, default: 0] += 1
                    #expect(record.message == "frame-\(open[record.entry] ?? 0)")
                } else if record.message == "Worker exited" {
                    #expect(open[record.entry] == frames, "\(record.entry)")
                    open[record.entry] = 0
                }
            }
        }
    }

    // MARK: F14

    @Test("is not delayed by a grandchild that holds the pipes open", arguments: [false, true], [false, true])
    func grandchild(apart: Bool, hidesGroups: Bool) throws {
        try Scene.play { scene in
            try scene.declare([
                JobText(
                    name: "parent", method: "orphan", interval: "100ms",
                    data: ["apart": "\(apart)", "ledger": scene.ledger], lifecycle: JobText.noRestart),
                JobText(name: "neighbour", interval: "100ms"),
            ])
            let daemon = try scene.start(wrapper: hidesGroups ? ControlGroups.hiding : [])
            try daemon.wait(for: "Worker exited", entry: "test:parent", within: 5)
            let grandchild = try #require(scene.ledgerRows().first?.pid)
            // It goes with the worker's control group. Without one, it does if it has stayed in the worker's process group; in a
            // session of its own it is beyond reach.
            let survives = apart && (hidesGroups || !ControlGroups.areAvailable)
            try daemon.wait("the grandchild's fate") { Proc.isAlive(grandchild) == survives }
            #expect(daemon.log.count("TICK CRASHED", entry: "test:parent") == 1)
            // The neighbour's two pipes and nothing of the dead worker's.
            let (first, ticks) = (Proc.descriptorCount(daemon.pid), daemon.log.count("TICK"))
            try daemon.wait(for: "TICK", entry: "test:neighbour", count: ticks + 3)
            #expect(Proc.descriptorCount(daemon.pid) == first)
            #expect(try daemon.stop() == .exited(code: 0))
            if survives { kill(grandchild, SIGKILL) }
        }
    }

    // MARK: F15

    @Test("is what comes to a worker that closes its report pipe and lives on")
    func closedReport() throws {
        try Scene.play { scene in
            try scene.declare([
                JobText(name: "mute", method: "close-report", interval: "100ms", lifecycle: JobText.quickRestart)
            ])
            let daemon = try scene.start(["--stop-timeout", "100ms"])
            try daemon.wait(for: "Worker started")
            let before = Proc.processorTicks(daemon.pid)
            try daemon.wait(for: "Protocol error", within: 10)
            // Two seconds in which a loop that does not let go of a closed pipe would take 200 ticks.
            #expect(Proc.processorTicks(daemon.pid) - before < 40)
            try daemon.wait(for: "Worker started", count: 2)
            #expect(daemon.log.count("TICK CRASHED") >= 1)
            _ = try daemon.stop()
        }
    }

    // MARK: F10, as far as strangers go

    @Test("of a stranger that became the daemon's child is collected and belongs to no job")
    func strangers() throws {
        try Scene.play { scene in
            try scene.declare([
                JobText(
                    name: "parent", method: "orphan", interval: "50ms",
                    data: ["apart": "true", "dies": "false", "seconds": "0.2"]),
                JobText(name: "short", method: "exit", interval: "100ms", lifecycle: JobText.quickRestart),
                JobText(
                    name: "lost", method: "orphan", interval: "100ms", data: ["apart": "true", "seconds": "0.3"],
                    lifecycle: JobText.quickRestart),
            ])
            let daemon = try scene.start()
            try daemon.wait(for: "Worker exited", entry: "test:lost", count: 5)
            try daemon.wait(for: "TICK", entry: "test:parent", count: 10)
            try daemon.wait("no zombie of the daemon's") { Proc.zombies(of: daemon.pid).isEmpty }
            for record in daemon.log.all("Worker exited", entry: "test:lost") {
                #expect(record["status"] == "signal 9 (SIGKILL)")
            }
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
