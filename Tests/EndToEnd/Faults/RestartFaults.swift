import Clocks
import Glibc
import Kernel
import TestSupport
import Testing

@Suite("Restarting")
struct RestartFaults {
    // MARK: F22

    @Test("of a job that always fails backs off, and touches nobody else")
    func crashLoop() throws {
        try Scene.play { scene in
            let restart =
                "restart: {initial_delay: 100ms, backoff_factor: 2, max_delay: 800ms, jitter: 0.1, max_attempts: 0}"
            let healthy = (1...9).map { JobText(name: "job\($0)", interval: "100ms") }
            try scene.declare(healthy + [JobText(name: "raw.exit.1", interval: "1h", lifecycle: [restart])])
            let daemon = try scene.start()
            let wanted = LongTests.size(8, long: 400)
            try daemon.wait(for: "Worker exited", count: wanted, within: 30 + wanted)
            let ticks = daemon.log.count("TICK")
            try daemon.wait(for: "TICK", count: ticks + 30)
            #expect(try daemon.stop() == .exited(code: 0))

            let story = daemon.log.records.filter { $0.entry == "test:raw.exit.1" }
            let exits = story.filter { $0.message == "Worker exited" }.map(\.time)
            let starts = story.filter { $0.message == "Spawning worker" }.map(\.time)
            for (index, (exit, start)) in zip(exits, starts.dropFirst()).enumerated() {
                let planned = min(0.1 * Double(1 << min(index, 10)), 0.8)
                // Never sooner than the delay less its jitter; how much later is the machine's doing. Times are cut to the
                // millisecond.
                #expect(start - exit >= planned * 0.9 - 0.002, "start \(index + 2)")
            }
            for job in healthy {
                #expect(daemon.log.count("Spawning worker", entry: job.id) == 1)
                #expect(daemon.log.count("TICK", entry: job.id) > 5)
            }
        }
    }

    // MARK: F23

    @Test("starts from the shortest delay again once a worker has been stable, and not before")
    func recovery() throws {
        try Scene.play { scene in
            let flag = scene.path("flag")
            try TextFile.write("", to: flag)
            try scene.declare([
                JobText(
                    name: "flaky", method: "flaky", interval: "100ms", data: ["while": flag],
                    lifecycle: [
                        "stable_threshold: 1500ms", "restart: {initial_delay: 50ms, max_delay: 100ms, max_attempts: 0}",
                    ])
            ])
            let daemon = try scene.start()
            // It lives for an interval and dies: too short to count as recovered.
            try daemon.wait(for: "Restarting worker", count: 4)
            unlink(flag)
            let ticks = 20
            try daemon.wait(for: "TICK", count: ticks)
            let failures = daemon.log.all("Restarting worker").map { $0.number("failures") }
            #expect(failures == Array(1...failures.count))
            try TextFile.write("", to: flag)
            try daemon.wait(for: "Restarting worker", count: failures.count + 2)
            #expect(daemon.log.all("Restarting worker")[failures.count].number("failures") == 1)
            #expect(daemon.log.all("Restarting worker")[failures.count + 1].number("failures") == 2)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    // MARK: F24, the slow retry in FailedJobTests

    @Test("ends when the attempts are used up, and a changed entry revives the job at once")
    func budget() throws {
        try Scene.play { scene in
            let few = ["restart: {initial_delay: 20ms, max_delay: 20ms, jitter: 0, max_attempts: 3}"]
            try scene.declare([
                JobText(name: "job", method: "exit", interval: "50ms", data: ["code": "7"], lifecycle: few)
            ])
            let daemon = try scene.start()
            try daemon.wait(for: "Job failed")
            #expect(daemon.log.count("Spawning worker") == 4)
            let failed = try #require(daemon.log.all("Job failed").first)
            #expect(failed["level"] == "ERROR" && failed.number("failures") == 4)
            // When it is tried again, and why not sooner.
            #expect(failed["after"] == "5m")
            #expect(daemon.log.all("Worker exited").map { $0["status"] } == (1...4).map { _ in "exit 7" })
            try scene.declare([JobText(name: "job", interval: "50ms", lifecycle: few)])
            daemon.reload()
            try daemon.wait(for: "TICK", count: 2)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    // MARK: F25

    @Test("of all workers that died together is bounded in its rate, soon over, and runs nothing twice")
    func together() throws {
        try Scene.play { scene in
            let count = LongTests.size(200, long: 1_000)
            // On the wall clock's grid, so that all are due at once and a slot has the same name in any worker.
            try scene.declare(
                (1...count).map {
                    JobText(
                        name: "job\($0)", interval: LongTests.isOn ? "5s" : "2s", meta: ["align": "true"],
                        data: ["milliseconds": "20", "ledger": scene.ledger], lifecycle: JobText.quickRestart)
                })
            let daemon = try scene.start()
            try daemon.wait("all have run", within: 60) { Set(scene.ledgerRows().map(\.entry)).count == count }
            try daemon.wait("all are up") { daemon.workers.count == count }
            let workers = daemon.workers
            // In the midst of the next slot.
            let rows = scene.ledgerRows().count
            try daemon.wait("the next slot is due") { scene.ledgerRows().count > rows }
            let killed = Double(Clock.wall().nanoseconds) / 1e9
            for pid in workers.values { kill(pid, SIGKILL) }

            try daemon.wait("all have returned", within: 60) { daemon.log.count("Worker started") == 2 * count }
            let returned = daemon.log.all("Worker started").suffix(count).map(\.time)
            #expect((returned.max() ?? .infinity) - killed <= 30)
            expectBoundedRate(daemon.log.all("Spawning worker").suffix(count).map(\.time))
            let pids = Set(workers.values)
            try daemon.wait("all have run again", within: 60) {
                Set(scene.ledgerRows().filter { !pids.contains($0.pid) }.map(\.entry)).count == count
            }
            _ = try daemon.stop(within: 30)
            let slots = scene.ledgerRows().map { "\($0.entry) \($0.slot)" }
            #expect(Set(slots).count == slots.count)
        }
    }

    /// At most 20 at once and 100 a second, so that any second holds no more than both. Times are cut to the millisecond.
    private func expectBoundedRate(_ times: [Double]) {
        let most = times.indices.map { index in times[index...].prefix { $0 < times[index] + 1 }.count }.max() ?? 0
        #expect(most <= 122)
    }

    // MARK: F26

    @Test("never brings back a job that was removed, whatever it was in the middle of")
    func removal() throws {
        try Scene.play { scene in
            var random = SeededGenerator(seed: 26)
            let jobs = (1...6).map {
                JobText(
                    name: "job\($0)", method: $0 % 2 == 0 ? "exit" : "tick", interval: "30ms",
                    lifecycle: ["restart: {initial_delay: 10ms, max_delay: 40ms, max_attempts: 0}"])
            }
            try scene.declare(jobs)
            let daemon = try scene.start(["--stop-timeout", "2s"])
            for round in 1...LongTests.size(12, long: 1_000) {
                // A reload that leaves no job is refused.
                try scene.declare(jobs.filter { _ in Bool.random(using: &random) } + [JobText(name: "other")])
                usleep(UInt32.random(in: 0...60_000, using: &random))
                daemon.reload()
                try daemon.wait(for: "Reloaded registry", count: round)
            }
            #expect(try daemon.stop().code != nil)

            // A worker is only started for a job that is declared and not stopped since.
            for job in jobs {
                var reloads = 0
                var stoppedAt: Int?
                for record in daemon.log.records where record.entry == job.id || record.message == "Reloaded registry" {
                    switch record.message {
                    case "Reloaded registry": reloads += 1
                    case "Worker stopped": stoppedAt = reloads
                    case "Spawning worker":
                        #expect(stoppedAt.map { reloads > $0 } ?? true, "\(job.id) at \(record["time"] ?? "")")
                        stoppedAt = nil
                    default: break
                    }
                }
            }
        }
    }
}

extension Kernel.ExitStatus {
    /// `nil` unless it exited.
    var code: Int32? { if case .exited(let code) = self { code } else { nil } }
}
