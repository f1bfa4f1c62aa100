import Clocks
import Glibc
import Kernel
import Testing

/// Jobs make up for what came due while no cronsupd ran, by the programs that are installed.
@Suite("Slots that came due without cronsupd")
struct CatchUpTests {
    private func job(_ scene: Scene, interval: String = "250ms", data: [String: String]) -> JobText {
        .shell("job", "echo $CRONSUPD_SLOT >> \(scene.ledger)", interval: interval, data: data)
    }

    private func slots(_ scene: Scene) -> [String] {
        (TextFile.read(scene.ledger) ?? "").split(separator: "\n").map(String.init)
    }

    /// A job runs, cronsupd is killed, and slots come due. Returns the next one, which has run some slots of its own since, and how
    /// many had run before.
    private func nextLife(_ scene: Scene, _ data: [String: String], _ arguments: [String] = []) throws -> (
        DaemonProcess, Int
    ) {
        try scene.declare([job(scene, data: data)])
        let first = try scene.start(arguments, worker: Binaries.worker)
        try first.wait(for: "TICK", count: 2)
        first.signal(SIGKILL)
        _ = try first.waitForExit()
        let end = Clock.monotonic() + .milliseconds(2_600)
        try wait("slots come due without a daemon", within: 20) { Clock.monotonic() > end }
        let count = slots(scene).count
        let next = try scene.start(arguments, worker: Binaries.worker)
        try next.wait(for: "Worker started")
        return (next, count)
    }

    private func caughtUp(_ daemon: DaemonProcess) -> [LogRecord] {
        daemon.log.all("TICK", entry: "test:job").filter { $0["cause"] == "catch_up" }
    }

    private func missed(_ daemon: DaemonProcess, _ reason: String) -> Int {
        daemon.log.all("TICK MISSED", entry: "test:job").filter { $0["reason"] == reason }
            .reduce(0) { $0 + $1.number("count") }
    }

    @Test("are missed, if nothing else is said")
    func none() throws {
        try Scene.play { scene in
            let (next, _) = try nextLife(scene, [:])
            try next.wait(for: "TICK")
            #expect(try next.stop() == .exited(code: 0))
            #expect(caughtUp(next).isEmpty && missed(next, "down") >= 8)
        }
    }

    @Test("have one run, with the last of them")
    func last() throws {
        try Scene.play { scene in
            let (next, count) = try nextLife(scene, ["catch_up": "last"])
            try next.wait("later slots") { slots(scene).count >= count + 2 }
            #expect(try next.stop() == .exited(code: 0))
            let record = try #require(next.log.all("Catching up", entry: "test:job").first)
            #expect(record.number("slots") == 1 && record.number("missed") == missed(next, "down"))
            let runs = caughtUp(next)
            #expect(runs.count == 1 && runs.first?["slot"] == record["last"] && missed(next, "down") >= 8)
        }
    }

    @Test("have a run each, in their order and with their own slot, and then the job goes on")
    func all() throws {
        try Scene.play { scene in
            let (next, count) = try nextLife(scene, ["catch_up": "all"])
            try next.wait("later slots") { slots(scene).count >= count + 12 }
            #expect(try next.stop() == .exited(code: 0))
            let record = try #require(next.log.all("Catching up", entry: "test:job").first)
            #expect(record.number("slots") >= 9 && record.number("missed") == 0)
            let runs = caughtUp(next)
            #expect(runs.count == record.number("slots") && missed(next, "down") == 0)
            #expect(runs.first?["slot"] == record["first"] && runs.last?["slot"] == record["last"])
            // Each slot once, in the order in which they came due, in this life and the one before.
            let all = slots(scene)
            #expect(all == all.sorted() && Set(all).count == all.count, "\(all)")
            let stopped = try #require(next.log.all("Worker stopped").last)
            #expect(stopped.number("missed") == 0 && stopped.number("unknown") == 0)
        }
    }

    @Test("are the last so many, and none that could not begin in time")
    func bounds() throws {
        try Scene.play { scene in
            let (next, _) = try nextLife(scene, ["catch_up": "{slots: all, max: 3}"])
            try next.wait("they have run") { caughtUp(next).count >= 3 }
            #expect(try next.stop() == .exited(code: 0))
            #expect(caughtUp(next).count == 3 && missed(next, "limit") >= 5 && missed(next, "down") == 0)
        }
        try Scene.play { scene in
            let (next, _) = try nextLife(scene, ["catch_up": "all", "starting_deadline": "1500ms"])
            try next.wait(for: "TICK", count: 3)
            #expect(try next.stop() == .exited(code: 0))
            #expect(missed(next, "deadline") >= 3 && missed(next, "down") == 0 && !caughtUp(next).isEmpty)
        }
    }

    @Test("of an interval that is longer than each life of cronsupd come all the same")
    func shortLives() throws {
        try Scene.play { scene in
            try scene.declare([job(scene, interval: "4s", data: [:])])
            let start = Clock.monotonic()
            var lives = 0
            while Clock.monotonic() - start < .seconds(14) {
                let daemon = try scene.start(worker: Binaries.worker)
                let end = Clock.monotonic() + .seconds(3)
                try daemon.wait("3 s") { Clock.monotonic() > end }
                daemon.signal(lives % 2 == 0 ? SIGKILL : SIGTERM)
                _ = try daemon.waitForExit()
                lives += 1
            }
            // One may have come due between two lives.
            #expect(slots(scene).count >= 2, "\(slots(scene)) in \(lives) lives")
        }
    }

    @Test("a run that was lost with cronsupd is attempted again")
    func lost() throws {
        try Scene.play { scene in
            let text = "echo $CRONSUPD_ATTEMPT >> \(scene.ledger); [ $CRONSUPD_ATTEMPT = 2 ] || sleep 600"
            try scene.declare([.shell("job", text, interval: "4s", data: ["on_lost": "rerun"])])
            let first = try scene.start(worker: Binaries.worker)
            try first.wait("a run has begun") { slots(scene) == ["1"] }
            let worker = try first.worker("test:job")
            first.signal(SIGKILL)
            _ = try first.waitForExit()
            Glibc.kill(worker, SIGKILL)
            let next = try scene.start(worker: Binaries.worker)
            try next.wait(for: "TICK")
            #expect(slots(scene) == ["1", "2"] && next.log.count("TICK INTERRUPTED") == 1)
            #expect(try next.stop() == .exited(code: 0))
        }
    }
}
