import Glibc
import Kernel
import Testing

@Suite("A reload during a run")
struct RunInHandFaults {
    /// The runs of this job that its worker began are those that the log tells of, each with one outcome.
    private func expectEveryRun(of job: JobText, in scene: Scene, _ daemon: DaemonProcess) {
        let outcomes = ["TICK", "TICK FAILED", "TICK CANCELLED", "TICK CRASHED", "TICK TIMEOUT"]
        let told = daemon.log.records.filter { $0.entry == job.id && outcomes.contains($0.message) }
        let ran = scene.ledgerRows().filter { $0.entry == job.id }
        #expect(Set(told.map { "\($0.number("run")) of \($0.number("pid"))" }).count == told.count)
        #expect(
            Set(told.map { "\($0.number("run")) of \($0.number("pid"))" }) == Set(ran.map { "\($0.run) of \($0.pid)" }))
    }

    // MARK: F46

    @Test("that removes its job lets it finish within the grace, and cancels it otherwise", arguments: [true, false])
    func removed(inTime: Bool) throws {
        try Scene.play { scene in
            let job = JobText(
                name: "job", method: inTime ? "tick" : "hang", interval: "50ms",
                data: ["milliseconds": "700", "ledger": scene.ledger],
                lifecycle: ["stop_timeout: \(inTime ? "10s" : "100ms")"])
            let other = JobText(name: "other", interval: "1h")
            try scene.declare([job, other])
            let daemon = try scene.start()
            try daemon.wait("it is in a run") { !scene.ledgerRows().isEmpty }
            try scene.declare([other])
            daemon.reload()
            try daemon.wait(for: "Worker stopped", entry: job.id)
            #expect(daemon.log.count("TICK CANCELLED", entry: job.id) == (inTime ? 0 : 1))
            #expect(daemon.log.count("Worker terminated") == (inTime ? 0 : 1))
            expectEveryRun(of: job, in: scene, daemon)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(daemon.log.count("Spawning worker", entry: job.id) == 1)
        }
    }

    @Test("that renames its job lets it finish under its old name, and the new one begins at once")
    func renamed() throws {
        try Scene.play { scene in
            let data = ["gate": scene.path("gate"), "ledger": scene.ledger]
            let old = JobText(name: "old", method: "gate", interval: "50ms", data: data)
            let new = JobText(name: "new", method: "gate", interval: "50ms", data: data)
            try scene.declare([old])
            let daemon = try scene.start()
            try daemon.wait("it is in a run") { !scene.ledgerRows().isEmpty }
            try scene.declare([new])
            daemon.reload()
            try daemon.wait("both are in a run") { Set(scene.ledgerRows().map(\.entry)).count == 2 }
            #expect(daemon.log.count("Worker stopped") == 0)
            try TextFile.write("", to: scene.path("gate"))
            try daemon.wait(for: "Worker stopped", entry: old.id)
            try daemon.wait(for: "TICK", entry: new.id, count: 2)
            #expect(daemon.log.all("TICK", entry: new.id).first?.number("run") == 1)
            #expect(try daemon.stop() == .exited(code: 0))
            for job in [old, new] { expectEveryRun(of: job, in: scene, daemon) }
            #expect(daemon.log.count("TICK", entry: old.id) == 1)
            #expect(daemon.log.count("TICK CANCELLED") == 0)
        }
    }

    @Test(
        "that changes the schedule alone lets it finish however long it takes, and then begins the job by the new one")
    func rescheduled() throws {
        try Scene.play { scene in
            // Its grace is shorter than a reload takes.
            var job = JobText(
                name: "job", method: "gate", interval: "50ms",
                data: ["gate": scene.path("gate"), "ledger": scene.ledger], lifecycle: ["stop_timeout: 50ms"])
            try scene.declare([job])
            let daemon = try scene.start()
            try daemon.wait("it is in a run") { scene.ledgerRows().count == 1 }
            let worker = try daemon.worker(job.id)
            job.interval = nil
            job.meta = ["schedule": "'* * * * * *'", "seconds": "first", "timezone": "UTC"]
            for (round, zone) in ["UTC", "Asia/Kolkata"].enumerated() {
                job.meta["timezone"] = zone
                try scene.declare([job])
                daemon.reload()
                try daemon.wait(for: "Reloaded registry", count: round + 1)
            }
            #expect(daemon.log.count("Worker stopped") == 0)
            #expect(Proc.isAlive(worker))
            try TextFile.write("", to: scene.path("gate"))
            try daemon.wait(for: "Worker started", count: 2)
            // The next second may be over by now, and with it a run of the new worker.
            #expect(daemon.log.all("TICK").first?.number("pid") == Int(worker))
            #expect(daemon.log.all("Spawning worker")[1]["schedule"] == "* * * * * *")
            try daemon.wait(for: "TICK", count: 2)
            #expect(daemon.log.count("Worker terminated") + daemon.log.count("TICK CANCELLED") == 0)
            _ = try daemon.stop()
            expectEveryRun(of: job, in: scene, daemon)
        }
    }

    @Test("that changes the schedule alone leaves it its time-out")
    func timeout() throws {
        try Scene.play { scene in
            var job = JobText(
                name: "job", method: "hang", interval: "50ms",
                data: ["ledger": scene.ledger, "timeout": "4s", "kill_after": "50ms"],
                lifecycle: ["stop_timeout: 50ms"])
            try scene.declare([job])
            let daemon = try scene.start()
            try daemon.wait("it is in a run") { scene.ledgerRows().count == 1 }
            job.interval = "1h"
            try scene.declare([job])
            daemon.reload()
            try daemon.wait(for: "Worker started", count: 2)
            #expect(daemon.log.count("TICK TIMEOUT") == 1)
            expectEveryRun(of: job, in: scene, daemon)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test(
        "that changes the schedule alone is followed by others that may have less patience", arguments: [true, false])
    func patienceEnds(isStop: Bool) throws {
        try Scene.play { scene in
            var job = JobText(
                name: "job", method: "hang", interval: "50ms", data: ["ledger": scene.ledger],
                lifecycle: ["stop_timeout: 300ms"])
            try scene.declare([job])
            let daemon = try scene.start()
            try daemon.wait("it is in a run") { scene.ledgerRows().count == 1 }
            job.interval = "1h"
            try scene.declare([job])
            daemon.reload()
            try daemon.wait(for: "Reloaded registry")
            if isStop {
                #expect(try daemon.stop(within: 10) == .exited(code: 0))
            } else {
                job.data["args"] = "[1]"
                try scene.declare([job])
                daemon.reload()
                try daemon.wait(for: "Worker started", count: 2, within: 10)
                #expect(try daemon.stop() == .exited(code: 0))
            }
            #expect(daemon.log.count("TICK CANCELLED") == 1)
            expectEveryRun(of: job, in: scene, daemon)
        }
    }
}
