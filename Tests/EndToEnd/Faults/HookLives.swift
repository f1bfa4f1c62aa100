import Clocks
import Glibc
import Kernel
import Testing

/// What a daemon has begun to do about a failure, the next one goes on with.
@Suite("A failure, over the daemon's end")
struct HookLives {
    /// The job and its incident, for each call of the hook that has ended.
    private func alerts(_ scene: Scene) -> [String: [String]] {
        let lines = (TextFile.read(scene.ledger) ?? "").split(separator: "\n").map { $0.split(separator: " ") }
        return Dictionary(grouping: lines.filter { $0.count == 2 }) { String($0[0]) }.mapValues {
            $0.map { String($0[1]) }
        }
    }

    private func alert(_ scene: Scene, doing work: String = "true") -> JobText {
        .shell(
            "alert", "\(work); echo $CRONSUPD_EVENT_ENTRY $CRONSUPD_EVENT_INCIDENT >> \(scene.ledger)", interval: "1h")
    }

    private func kill(_ daemon: DaemonProcess) throws {
        daemon.signal(SIGKILL)
        _ = try daemon.waitForExit()
    }

    // MARK: F19

    @Test("is told at least once, with the same incident, wherever the daemon is killed")
    func told() throws {
        try Scene.play { scene in
            let jobs = (0..<12).map { number in
                JobText.shell(
                    "bad\(number)", "exit 3", interval: "\(250 + 40 * number)ms", data: ["on_failure": "test:alert"])
            }
            try scene.declare(jobs + [alert(scene)])
            var random = SystemRandomNumberGenerator()
            for _ in 0..<LongTests.size(6, long: 200) {
                let daemon = try scene.start(worker: Binaries.worker)
                // Anywhere between the first failure of a job and the end of its call.
                let more = Int.random(in: 0...3, using: &random)
                try daemon.wait("it has called some, or all are told") {
                    let isNear = daemon.log.count("Calling function") >= more || alerts(scene).count == jobs.count
                    return isNear && daemon.log.count("TICK FAILED") > 0
                }
                try kill(daemon)
            }
            let last = try scene.start(worker: Binaries.worker)
            try last.wait(for: "Scheduler started")
            try last.wait("all are told", within: 60) { alerts(scene).count == jobs.count }
            let status = try last.stop()
            #expect(status == .exited(code: 0), "\(status)\n\(last.evidence)")
            for (job, incidents) in alerts(scene) {
                #expect(Set(incidents).count == 1, "\(job): \(incidents)")
            }
        }
    }

    @Test("is told again where the daemon was killed while the call was going, and not after its end")
    func going() throws {
        try Scene.play { scene in
            let gate = "while [ ! -e \(scene.path("gate")) ]; do sleep 0.02; done"
            let bad = JobText.shell("bad", "exit 3", interval: "200ms", data: ["on_failure": "test:alert"])
            try scene.declare([bad, alert(scene, doing: gate)])
            for life in 0..<3 {
                let daemon = try scene.start(worker: Binaries.worker)
                if life == 1 { try TextFile.write("", to: scene.path("gate")) }
                if life < 2 { try daemon.wait(for: "Calling function") }
                if life == 1 { try daemon.wait("it is told") { daemon.log.count("TICK", entry: "test:alert") == 2 } }
                if life == 2 { try daemon.wait(for: "TICK FAILED", count: 2) }
                #expect(daemon.log.count("Calling function") == (life < 2 ? 1 : 0), "life \(life)")
                try kill(daemon)
            }
            #expect(alerts(scene) == ["test:bad": ["1", "1"]])
        }
    }

    @Test("is none while another attempt is to come: the next daemon makes it")
    func keptAttempt() throws {
        try Scene.play { scene in
            let job = JobText.shell(
                "job", "[ $CRONSUPD_ATTEMPT -gt 1 ] || exit 3", interval: "8s",
                data: ["retry": "{max_attempts: 3, initial_delay: 6s, jitter: 0}", "on_failure": "test:alert"])
            try scene.declare([job, alert(scene)])
            let options = ["--ledger", "required", "--state-directory", scene.path("state")]
            let first = try scene.start(options, worker: Binaries.worker)
            try first.wait(for: "TICK FAILED")
            #expect(try first.stop() == .exited(code: 0))
            #expect(first.log.count("Retry given up") == 0)
            let next = try scene.start(options, worker: Binaries.worker)
            try next.wait(for: "TICK", entry: "test:job")
            #expect(try next.stop() == .exited(code: 0))
            let tick = try #require(next.log.all("TICK", entry: "test:job").first)
            #expect(tick.number("run") == 2 && tick.number("attempt") == 2)
            #expect(tick["slot"] == first.log.all("TICK FAILED").first?["slot"])
            #expect(next.log.count("TICK MISSED") == 0 && alerts(scene).isEmpty)
        }
    }

    @Test("is none where the daemon ends without a ledger before the next attempt")
    func interruptedAttempt() throws {
        try Scene.play { scene in
            let job = JobText.shell(
                "job", "exit 3", interval: "1s",
                data: ["retry": "{max_attempts: 3, initial_delay: 900ms, jitter: 0}", "on_failure": "test:alert"])
            try scene.declare([job, alert(scene)])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK FAILED")
            #expect(try daemon.stop() == .exited(code: 0))
            let stopped = try #require(daemon.log.all("Worker stopped", entry: "test:job").first)
            // On a busy machine the next attempt may have begun before the stop.
            #expect(stopped.number("interrupted") == daemon.log.count("Retry given up"))
            #expect(alerts(scene).isEmpty == (stopped.number("failed") == 0))
        }
    }
}
