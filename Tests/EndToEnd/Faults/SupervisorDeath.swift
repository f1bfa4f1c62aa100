import Glibc
import Kernel
import Testing

@Suite("The daemon's death")
struct SupervisorDeath {
    // MARK: F16, F19

    @Test("ends its workers, whether they sleep or are about to run", arguments: [SIGKILL, SIGSEGV])
    func death(signal: Int32) throws {
        try Scene.play { scene in
            let count = LongTests.size(100, long: 500)
            try scene.declare(
                (1...count).map {
                    JobText(name: "job\($0)", interval: $0 % 2 == 0 ? "1h" : "100ms", data: ["milliseconds": "20"])
                })
            let daemon = try scene.start()
            try daemon.wait("all are up", within: 60) { daemon.workers.count == count }
            daemon.signal(signal)
            #expect(try daemon.waitForExit().isSignal(signal))
            try wait("no worker is left", within: 4, evidence: "\(scene.cage.processes)") { scene.cage.isEmpty }
        }
    }

    @Test("lets a run finish, and no other begin")
    func runInHand() throws {
        try Scene.play { scene in
            try scene.declare([
                JobText(
                    name: "long", interval: "100ms", data: ["milliseconds": "600", "ledger": scene.ledger])
            ])
            let daemon = try scene.start()
            try daemon.wait("a run has begun") { scene.ledgerRows().count == 1 }
            daemon.signal(SIGKILL)
            _ = try daemon.waitForExit()
            try wait("the worker has ended", within: 5) { scene.cage.isEmpty }
            #expect(scene.ledgerRows().count == 1)
        }
    }

    @Test("ends the check of a Lua file that never comes to its end")
    func check() throws {
        try Scene.play { scene in
            let registry = """
                namespace: test
                entries:
                  - {name: job, kind: function.lua, source: 'file://job.lua', method: run,
                     meta: {type: cron.job, interval: 1h}}

                """
            try scene.write("return {run = function() end}\n", in: "job.lua")
            try scene.write(registry)
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait("the worker is up") { daemon.workers.count == 1 }
            try scene.write("while true do end\n", in: "job.lua")
            daemon.reload()
            try daemon.wait("the file is being loaded") {
                Proc.children(of: daemon.pid).contains { Proc.processorTicks($0) > 10 }
            }
            daemon.signal(SIGKILL)
            _ = try daemon.waitForExit()
            try wait("the check has ended", within: 5) { scene.cage.isEmpty }
        }
    }

    // MARK: F20

    @Test("is not taken for granted while it is stopped: the jobs keep their schedule, and every run is accounted for")
    func suspended() throws {
        try Scene.play { scene in
            try scene.declare([
                JobText(name: "fast", interval: "10ms", data: ["ledger": scene.ledger]),
                JobText(name: "slow", interval: "250ms", data: ["ledger": scene.ledger]),
            ])
            let daemon = try scene.start()
            try daemon.wait(for: "TICK", count: 10)
            let before = scene.ledgerRows().count
            daemon.signal(SIGSTOP)
            // More runs than the pipe and the worker's queue hold reports for.
            let wanted = LongTests.size(600, long: 6_000)
            try wait("the jobs go on", within: 30 + wanted / 10) { scene.ledgerRows().count - before > wanted }
            daemon.signal(SIGCONT)
            try daemon.wait("the reports come in") { daemon.log.count("Reports dropped", entry: "test:fast") >= 1 }
            #expect(daemon.log.count("Worker hung") == 0)
            #expect(daemon.log.count("Worker exited") == 0)
            #expect(try daemon.stop() == .exited(code: 0))

            for entry in ["test:fast", "test:slow"] {
                let ran = scene.ledgerRows().filter { $0.entry == entry }.count
                let told = daemon.log.count("TICK", entry: entry)
                let dropped = daemon.log.all("Reports dropped", entry: entry).reduce(0) { $0 + $1.number("ok") }
                #expect(ran == told + dropped, "\(entry)")
                let stopped = try #require(daemon.log.all("Worker stopped", entry: entry).first)
                #expect(stopped.number("ok") == ran)
                #expect(stopped.number("runs") == ran)
            }
        }
    }
}

extension Kernel.ExitStatus {
    func isSignal(_ number: Int32) -> Bool { if case .signaled(number, _) = self { true } else { false } }
}
