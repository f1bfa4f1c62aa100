import Glibc
import Kernel
import Testing

@Suite("Stopping")
struct StopFaults {
    // MARK: F31

    @Test("a thousand idle workers takes a moment")
    func many() throws {
        try Scene.play { scene in
            let count = LongTests.size(300, long: 1_000)
            try scene.declare((1...count).map { JobText(name: "job\($0)", interval: "1h") })
            let daemon = try scene.start()
            try daemon.wait("all are up", within: 60) { daemon.workers.count == count }
            #expect(try daemon.stop(within: 5) == .exited(code: 0))
            #expect(daemon.log.count("Worker stopped") == count)
            #expect(daemon.log.records.last?.message == "Scheduler stopping")
        }
    }

    // MARK: F32

    @Test("works at every moment of a start")
    func early() throws {
        try Scene.play { scene in
            try scene.declare((1...5).map { JobText(name: "job\($0)", interval: "50ms") })
            let step = LongTests.size(25, long: 5)
            for delay in stride(from: 0, through: 500, by: step) {
                let daemon = try scene.start()
                usleep(UInt32(delay * 1_000))
                let status = try daemon.stop(within: 10)
                // Before it has blocked the signal, the signal's own default ends it.
                #expect(status == .exited(code: 0) || status.isSignal(SIGTERM), "after \(delay) ms")
                try wait("nothing is left after \(delay) ms", within: 5) { scene.cage.isEmpty }
            }
        }
    }

    // MARK: F33

    @Test("kills workers that do not listen when the grace is over, all in parallel")
    func deaf() throws {
        try Scene.play { scene in
            try declareDeaf(20, in: scene)
            let daemon = try scene.start(["--stop-timeout", "1s"])
            try daemon.wait("all are in a run") { scene.ledgerRows().count == 20 }
            #expect(try daemon.stop(within: 8) == .exited(code: 0))
            #expect(daemon.log.count("Worker terminated") == 20)
            #expect(daemon.log.count("Worker killed") == 20)
            #expect(daemon.log.count("TICK CANCELLED") == 20)
            let asked = try #require(daemon.log.all("Worker terminated").first).time
            let ended = try #require(daemon.log.records.last).time
            #expect(ended - asked < 4)
        }
    }

    @Test("cuts the grace when it is asked for twice")
    func twice() throws {
        try Scene.play { scene in
            try declareDeaf(3, in: scene)
            let daemon = try scene.start(["--stop-timeout", "1h"])
            try daemon.wait("all are in a run") { scene.ledgerRows().count == 3 }
            daemon.signal(SIGTERM)
            daemon.signal(SIGINT)
            #expect(try daemon.waitForExit(within: 10) == .exited(code: 0))
            #expect(daemon.log.count("Worker killed") == 3)
        }
    }

    private func declareDeaf(_ count: Int, in scene: Scene) throws {
        try scene.declare(
            (1...count).map {
                JobText(name: "deaf\($0)", method: "hang", interval: "50ms", data: ["ledger": scene.ledger])
            })
    }

    @Test("ends well whomever a reload had to kill before")
    func killedBefore() throws {
        try Scene.play { scene in
            let deaf = JobText(
                name: "deaf", method: "hang", interval: "50ms", data: ["ledger": scene.ledger],
                lifecycle: ["stop_timeout: 50ms"])
            try scene.declare([JobText(name: "job"), deaf])
            let daemon = try scene.start()
            try daemon.wait("it is in a run") { !scene.ledgerRows().isEmpty }
            try scene.declare([JobText(name: "job")])
            daemon.reload()
            try daemon.wait(for: "Worker stopped", entry: deaf.id)
            #expect(daemon.log.count("Worker killed") == 1)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("takes along a worker's program that was asked for its catalog and does not answer")
    func catalogQuery() throws {
        try Scene.play { scene in
            let worker = scene.path("worker")
            func install(_ answer: String) throws {
                try TextFile.write(
                    "#!/bin/sh\n[ \"$1\" = --catalog ] && exec \(answer)\nexec \(Binaries.faultWorker) \"$@\"\n",
                    to: scene.path("new-worker"))
                chmod(scene.path("new-worker"), 0o700)
                try FileSystem.rename(scene.path("new-worker"), to: worker)
            }
            try install("\(Binaries.faultWorker) --catalog")
            try scene.declare([JobText(name: "job")])
            let daemon = try scene.start(worker: worker)
            try daemon.wait(for: "Worker started")
            try install("sleep 60")
            daemon.reload()
            try daemon.wait("it is asked") { Proc.children(of: daemon.pid).count == 2 }
            #expect(try daemon.stop(within: 4) == .exited(code: 0))
        }
    }

    // MARK: F34

    @Test("lets runs finish within the grace, cancels the others, and forgets none")
    func graceful() throws {
        try Scene.play { scene in
            let half = LongTests.size(10, long: 25)
            let quick = (1...half).map {
                JobText(name: "quick\($0)", interval: "100ms", data: ["milliseconds": "700", "ledger": scene.ledger])
            }
            let stuck = (1...half).map {
                JobText(name: "stuck\($0)", method: "hang", interval: "100ms", data: ["ledger": scene.ledger])
            }
            try scene.declare(quick + stuck)
            let daemon = try scene.start(["--stop-timeout", "4s"])
            try daemon.wait("all are in a run") { Set(scene.ledgerRows().map(\.entry)).count == 2 * half }
            #expect(try daemon.stop() == .exited(code: 0))
            for job in quick + stuck {
                // Each run that a job has begun has its outcome, in a line and in the sum.
                let begun = scene.ledgerRows().filter { $0.entry == job.id }.map(\.run)
                let finished = daemon.log.all("TICK", entry: job.id).map { $0.number("run") }
                let cancelled = daemon.log.all("TICK CANCELLED", entry: job.id).map { $0.number("run") }
                #expect(finished + cancelled == begun, "\(job.id)")
                #expect(cancelled.count == (job.method == "hang" ? 1 : 0), "\(job.id)")
                let sum = try #require(daemon.log.all("Worker stopped", entry: job.id).first)
                #expect(sum.number("ok") == finished.count && sum.number("cancelled") == cancelled.count)
                #expect(sum.number("runs") == begun.count)
                #expect(["failed", "timeout", "crashed", "interrupted"].allSatisfy { sum.number($0) == 0 })
                let skipped = daemon.log.all("TICK SKIPPED", entry: job.id).reduce(0) { $0 + $1.number("count") }
                let missed = daemon.log.all("TICK MISSED", entry: job.id).reduce(0) { $0 + $1.number("count") }
                #expect(sum.number("skipped") == skipped && sum.number("missed") == missed)
            }
        }
    }

    // MARK: F35

    @Test("comes to its end in a storm of signals")
    func storm() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job", interval: "50ms")])
            let daemon = try scene.start()
            try daemon.wait(for: "TICK", count: 2)
            for round in 0..<10_000 { daemon.signal([SIGHUP, SIGCHLD, SIGUSR1, SIGWINCH][round % 4]) }
            try daemon.wait(for: "Reloaded registry")
            let ticks = daemon.log.count("TICK")
            try daemon.wait(for: "TICK", count: ticks + 5)
            // Those that came during a reload were one more.
            #expect(daemon.log.count("Reloaded registry") <= 20)
            #expect(daemon.log.count("Spawning worker") == 1)
            for round in 0..<10_000 { daemon.signal([SIGHUP, SIGTERM, SIGCHLD, SIGUSR1][round % 4]) }
            #expect(try daemon.waitForExit().code != nil)
            #expect(daemon.log.records.last?.message == "Scheduler stopping")
        }
    }
}
