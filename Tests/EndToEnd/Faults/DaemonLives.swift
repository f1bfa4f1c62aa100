import Clocks
import Glibc
import Kernel
import Testing

/// What a job came to is known although the daemon was killed: by the books in memory, and by what its worker has noted.
@Suite("Over the daemon's death")
struct DaemonLives {
    /// Writes down when its run begins and ends.
    private func job(
        _ scene: Scene, _ name: String = "job", doing work: String, interval: String, data: [String: String] = [:]
    ) -> JobText {
        let row: (String) -> String = {
            "echo \($0) $CRONSUPD_ENTRY $CRONSUPD_RUN $CRONSUPD_SLOT $CRONSUPD_ATTEMPT >> \(scene.ledger)"
        }
        return .shell(name, "\(row("begin")); \(work); \(row("end"))", interval: interval, data: data)
    }

    private func rows(_ scene: Scene, _ what: String, _ entry: String = "test:job") -> [[Substring]] {
        (TextFile.read(scene.ledger) ?? "").split(separator: "\n").map { $0.split(separator: " ") }
            .filter { $0.count == 5 && $0[0] == what && $0[1] == entry }
    }

    private func kill(_ daemon: DaemonProcess) throws {
        daemon.signal(SIGKILL)
        _ = try daemon.waitForExit()
    }

    private func sum(_ records: [LogRecord], _ keys: [String]) -> Int {
        records.reduce(0) { sum, record in keys.reduce(sum) { $0 + record.number($1) } }
    }

    // MARK: F19

    @Test("a run that goes on then has its outcome from the next daemon")
    func runThatGoesOn() throws {
        try Scene.play { scene in
            let gate = "while [ ! -e \(scene.path("gate")) ]; do sleep 0.02; done; echo done"
            try scene.declare([job(scene, doing: gate, interval: "200ms")])
            let first = try scene.start(worker: Binaries.worker)
            try first.wait("a run has begun") { !rows(scene, "begin").isEmpty }
            try kill(first)
            let next = try scene.start(worker: Binaries.worker)
            try next.wait(for: "Waiting for previous worker")
            try TextFile.write("", to: scene.path("gate"))
            try next.wait(for: "TICK", count: 2)
            #expect(try next.stop() == .exited(code: 0))
            let ticks = next.log.all("TICK")
            #expect(ticks[0].number("run") == 1 && ticks[0]["result"] == "done" && ticks[0]["outcome"] == "ok")
            #expect(ticks[0].number("duration_us") > 0 && ticks[0]["slot"] != nil)
            #expect(ticks[1].number("run") == 2)
            #expect(first.log.count("TICK") == 0 && next.log.count("TICK INTERRUPTED") == 0)
            let stopped = try #require(next.log.all("Worker stopped").first)
            #expect(stopped.number("runs") == ticks.count && stopped.number("unknown") == 0)
        }
    }

    @Test("a run whose worker dies too is interrupted")
    func interrupted() throws {
        try Scene.play { scene in
            try scene.declare([job(scene, doing: "sleep 600", interval: "200ms")])
            let first = try scene.start(worker: Binaries.worker)
            try first.wait("a run has begun") { !rows(scene, "begin").isEmpty }
            let worker = try first.worker("test:job")
            try kill(first)
            Glibc.kill(worker, SIGKILL)
            let next = try scene.start(worker: Binaries.worker)
            try next.wait("the next run has begun") { rows(scene, "begin").count == 2 }
            let record = try #require(next.log.all("TICK INTERRUPTED").first)
            #expect(record.number("run") == 1 && record["outcome"] == "interrupted")
            #expect(record["error"] == "the daemon was killed in it, and its worker has not noted an end")
            #expect(rows(scene, "begin")[1][2] == "2", "the next run has the next number")
            next.signal(SIGINT)
            next.signal(SIGINT)
            next.signal(SIGINT)
            _ = try next.waitForExit()
        }
    }

    @Test(
        "its runs go on with the next number, its interval with the next slot, and what it has announced once is not announced again"
    )
    func goesOn() throws {
        try Scene.play { scene in
            let alert = JobText.shell("alert", "true", interval: "1h")
            let failing = job(scene, doing: "exit 3", interval: "2s", data: ["on_failure": "test:alert"])
            try scene.declare([failing, alert])
            var slots: [Double] = []
            var runs: [Int] = []
            for life in 0..<3 {
                let daemon = try scene.start(worker: Binaries.worker)
                try daemon.wait(for: "TICK FAILED")
                // A call that has not ended is made again.
                if life == 0 { try daemon.wait(for: "TICK", entry: "test:alert") }
                if life == 1 { _ = try daemon.stop() } else { try kill(daemon) }
                let due = LogRecord.seconds(daemon.log.all("TICK FAILED").last?["slot"]) + 2.1
                try wait("a slot comes due without a daemon", within: 20) {
                    Double(Clock.wall().nanoseconds) / 1e9 > due
                }
                if life > 0 {
                    let missed = try #require(daemon.log.all("TICK MISSED", entry: "test:job").first)
                    #expect(missed["reason"] == "down" && missed.number("count") >= 1 && missed["level"] == "NOTE")
                }
                runs += daemon.log.all("TICK FAILED").map { $0.number("run") }
                slots += daemon.log.all("TICK FAILED").map { LogRecord.seconds($0["slot"]) }
                #expect(daemon.log.count("Calling function") == (life == 0 ? 1 : 0), "life \(life)")
            }
            #expect(runs == Array(1...runs.count), "\(runs)")
            for slot in slots {
                let steps = (slot - slots[0]) / 2
                #expect(abs(steps - steps.rounded()) < 0.01, "\(slots)")
            }
        }
    }

    @Test("an attempt that is owed is made by the next daemon")
    func owedAttempt() throws {
        try Scene.play { scene in
            let retry = "{max_attempts: 2, initial_delay: 3s, jitter: 0}"
            try scene.declare([
                job(scene, doing: "[ $CRONSUPD_ATTEMPT = 2 ] || exit 1", interval: "1h", data: ["retry": retry])
                    .atStart
            ])
            let first = try scene.start(worker: Binaries.worker)
            try first.wait(for: "TICK FAILED")
            try kill(first)
            // Its own first run would end the attempts.
            try scene.declare([
                job(scene, doing: "[ $CRONSUPD_ATTEMPT = 2 ] || exit 1", interval: "1h", data: ["retry": retry])
            ])
            let next = try scene.start(worker: Binaries.worker)
            try next.wait(for: "TICK")
            let tick = try #require(next.log.all("TICK").first)
            #expect(tick.number("attempt") == 2 && tick.number("run") == 2)
            #expect(try next.stop() == .exited(code: 0))
        }
    }

    @Test("each run that was begun was begun once and has one outcome, the true one, wherever the daemon is killed")
    func random() throws {
        try Scene.play { scene in
            try scene.declare([
                job(scene, "short", doing: "true", interval: "50ms"),
                job(scene, "long", doing: "sleep 0.12", interval: "70ms"),
                job(
                    scene, "flaky", doing: "[ $CRONSUPD_ATTEMPT = 2 ] || exit 1", interval: "150ms",
                    data: ["retry": "{max_attempts: 2, initial_delay: 10ms, jitter: 0}"]),
            ])
            var random = SystemRandomNumberGenerator()
            for _ in 0..<LongTests.size(12, long: 300) {
                let begun = rows(scene, "begin", "test:short").count
                let daemon = try scene.start(worker: Binaries.worker)
                let more = Int.random(in: 1...8, using: &random)
                try daemon.wait("some runs have begun") { rows(scene, "begin", "test:short").count >= begun + more }
                // Its workers have reported what it will never read.
                let isStopped = Bool.random(using: &random)
                if isStopped {
                    daemon.signal(SIGSTOP)
                    let now = rows(scene, "begin", "test:short").count
                    try wait("runs go on", within: 20) { rows(scene, "begin", "test:short").count >= now + 3 }
                }
                try kill(daemon)
            }
            let last = try scene.start(worker: Binaries.worker)
            try last.wait(for: "TICK", entry: "test:long")
            #expect(try last.stop() == .exited(code: 0))
            for entry in ["test:short", "test:long", "test:flaky"] {
                let (begun, ended) = (rows(scene, "begin", entry), rows(scene, "end", entry))
                #expect(Set(begun.map { $0[2] }).count == begun.count, "\(entry): a number twice")
                #expect(Set(begun.map { "\($0[3]) \($0[4])" }).count == begun.count, "\(entry): a slot begun twice")
                let stopped = try #require(last.log.all("Worker stopped", entry: entry).first)
                #expect(stopped.number("runs") == begun.count, "\(entry)")
                #expect(stopped.number("ok") == ended.count, "\(entry): \(stopped.fields)")
                #expect(stopped.number("unknown") == 0, "\(entry): \(stopped.fields)")
                let others = ["failed", "retried", "crashed", "interrupted", "cancelled"].map { stopped.number($0) }
                #expect(others.reduce(0, +) == begun.count - ended.count, "\(entry): \(stopped.fields)")
                if entry != "test:flaky" { #expect(stopped.number("interrupted") == 0, "\(entry): workers live on") }
            }
        }
    }

    @Test(
        "the books of a runtime directory that was named from where the daemon was started are not tidied up by others")
    func relativeDirectory() throws {
        try Scene.play { scene in
            let other = scene.path("other.yaml")
            try TextFile.write(RegistryText.file([.shell("other", "true", interval: "1h")]), to: other)
            try scene.declare([job(scene, doing: "true", interval: "100ms")])
            let start = { () throws in
                try scene.start(
                    runtime: "below", worker: Binaries.worker,
                    wrapper: ["/bin/sh", "-c", "cd \(scene.directory) && exec \"$@\"", "sh"])
            }
            let first = try start()
            try first.wait(for: "TICK", count: 3)
            try kill(first)
            let stranger = try scene.start(registry: other, worker: Binaries.worker)
            try stranger.wait(for: "Worker started")
            #expect(try stranger.stop() == .exited(code: 0))
            let next = try start()
            try next.wait(for: "TICK", count: 2)
            #expect(try next.stop() == .exited(code: 0))
            let stopped = try #require(next.log.all("Worker stopped").first)
            #expect(stopped.number("ok") == rows(scene, "end").count && stopped.number("unknown") == 0)
        }
    }

    @Test("a job that is gone when the daemon comes back has the outcome of its last run all the same")
    func gone() throws {
        try Scene.play { scene in
            try scene.declare([
                job(scene, doing: "echo over", interval: "200ms"), .shell("other", "true", interval: "1h"),
            ])
            let first = try scene.start(worker: Binaries.worker)
            try first.wait("a run has begun") { !rows(scene, "begin").isEmpty }
            first.signal(SIGSTOP)
            let count = rows(scene, "begin").count
            try wait("another run is over", within: 20) { rows(scene, "end").count > count }
            try kill(first)
            try wait("its workers have gone", within: 5) { scene.cage.isEmpty }
            try scene.declare([.shell("other", "true", interval: "1h")])
            let next = try scene.start(worker: Binaries.worker)
            try next.wait(for: "TICK", entry: "test:job")
            #expect(next.log.all("TICK", entry: "test:job").last?.number("run") == rows(scene, "end").count)
            #expect(try next.stop() == .exited(code: 0))
        }
    }

    @Test("the books are made anew if somebody removes them")
    func removed() throws {
        try Scene.play { scene in
            try scene.declare([job(scene, doing: "kill -9 $PPID", interval: "300ms")])
            let first = try scene.start(worker: Binaries.worker)
            try first.wait(for: "TICK CRASHED")
            let place = try #require(scene.books())
            Scene.removeTree(place)
            try first.wait(for: "TICK CRASHED", count: 3)
            try first.wait("they are there again") { scene.books() != nil }
            // What was counted beside them goes on.
            let crashed = first.log.count("TICK CRASHED")
            let metrics = try scene.control(["metrics"]).output
            let ended = metrics.split(separator: "\n").first { $0.hasPrefix("cronsupd_worker_restarts_total") } ?? ""
            #expect(Int(ended.split(separator: " ").last ?? "") ?? 0 >= crashed, "\(ended)")
            try kill(first)
            let next = try scene.start(worker: Binaries.worker)
            try next.wait(for: "TICK CRASHED")
            let before = first.log.all("TICK CRASHED").map { $0.number("run") }.max() ?? 0
            #expect(next.log.all("TICK CRASHED").contains { $0.number("run") > before })
            try kill(next)
        }
    }
}

extension LogRecord {
    static func seconds(_ time: String?) -> Double {
        time.flatMap { LogRecord("{\"time\": \"\($0)\"}") }?.time ?? 0
    }
}

extension JobText {
    fileprivate var atStart: JobText {
        var job = self
        job.meta["at_start"] = "true"
        return job
    }
}

extension Scene {
    /// Where the books of its daemon are; `nil`: there are none.
    func books() -> String? {
        for place in ["/dev/shm/cronsupd-\(getuid())", runtime] {
            for name in (try? FileSystem.names(in: place)) ?? [] {
                let candidates = ["\(place)/\(name)", "\(place)/\(name)/memory"]
                for candidate in candidates where FileSystem.exists("\(candidate)/books") {
                    let owner = TextFile.read("\(candidate)/runtime")
                    if owner.map({ $0.hasPrefix(runtime) }) ?? candidate.hasPrefix(runtime) { return candidate }
                }
            }
        }
        return nil
    }
}
