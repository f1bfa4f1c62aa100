import Glibc
import Kernel
import Testing

@Suite("Jobs beside others that go wrong")
struct NeighbourFaults {
    private static let lua = "return {loop = function() while true do end end}\n"
    private static let neighbours = 996

    private var healthy: [JobText] { (1...Self.neighbours).map { JobText(name: "job\($0)", method: "heartbeat") } }

    /// A loop in Lua and one in Swift that reach their time-out, a segmentation fault; the fourth is killed from outside.
    private var faulty: [JobText] {
        let bounds = ["timeout": "300ms", "kill_after": "50ms"]
        let source = ["source": "file://\(Binaries.faultWorker)"]
        return [
            .lua("lua", "loop", interval: "1s", data: bounds),
            JobText(name: "swift", method: "spin", data: bounds.merging(source) { $1 }),
            JobText(
                name: "segfault", method: "die", data: ["signal": "11"].merging(source) { $1 },
                lifecycle: JobText.quickRestart),
            JobText(name: "victim", method: "heartbeat", lifecycle: JobText.quickRestart),
        ]
    }

    // MARK: F22

    @Test("run each of their slots with success, whatever becomes of the four", .timeLimit(.minutes(3)))
    func thousand() throws {
        try Scene.play { scene in
            try scene.write(Self.lua, in: "jobs.lua")
            try scene.declare(healthy + faulty)
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait("all are up", within: 90) { daemon.workers.count >= 1_000 }
            kill(try daemon.worker("test:victim"), SIGKILL)
            try daemon.wait("all have run for a while", within: 90) {
                daemon.log.count("TICK TIMEOUT", entry: "test:lua") >= 4
                    && daemon.log.count("TICK TIMEOUT", entry: "test:swift") >= 4
                    && daemon.log.count("TICK CRASHED", entry: "test:segfault") >= 4
                    && daemon.log.count("TICK", entry: "test:victim") >= 2
            }
            #expect(try daemon.stop(within: 60).isExit)
            check(daemon)
        }
    }

    private func check(_ daemon: DaemonProcess) {
        let stopped = daemon.log.all("Worker stopped")
        #expect(stopped.count == 1_000)
        let failures = ["failed", "timeout", "crashed", "oom", "cancelled"]
        for record in stopped where record.entry.hasPrefix("test:job") {
            #expect(failures.allSatisfy { record.number($0) == 0 }, "\(record.fields)")
            #expect(record.number("ok") > 0, "\(record.fields)")
        }
        let faulty = Dictionary(uniqueKeysWithValues: stopped.map { ($0.entry, $0) })
        for (entry, outcome) in [("test:lua", "timeout"), ("test:swift", "timeout"), ("test:segfault", "crashed")] {
            #expect(faulty[entry]?.number(outcome) ?? 0 >= 4 && faulty[entry]?.number("ok") == 0, "\(entry)")
        }
        // It was killed between its runs.
        #expect(faulty["test:victim"]?.number("ok") ?? 0 >= 2 && faulty["test:victim"]?.number("crashed") ?? 9 <= 1)
        for entry in daemon.log.all("Worker exited").map(\.entry) {
            #expect(["test:segfault", "test:victim"].contains(entry), "\(entry)")
        }
    }
}

extension Kernel.ExitStatus {
    /// By itself, with whatever code: endless loops have to be killed at a stop too.
    fileprivate var isExit: Bool { if case .exited = self { true } else { false } }
}
