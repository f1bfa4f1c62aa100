import Clocks
import Glibc
import Kernel
import Testing

@Suite("A worker that hangs")
struct HangFaults {
    // MARK: F27

    @Test("is found by its silence, and is killed and replaced when its stacks are in the log")
    func deadlock() throws {
        try Scene.play { scene in
            try scene.declare([
                JobText(name: "stuck", method: "deadlock", interval: "100ms", lifecycle: JobText.quickRestart),
                JobText(name: "other", interval: "100ms"),
            ])
            let daemon = try scene.start()
            try daemon.wait(for: "TICK", entry: "test:stuck")
            let worker = try daemon.worker("test:stuck")
            let lastTick = try #require(daemon.log.all("TICK", entry: "test:stuck").last)
            try daemon.wait(for: "Worker hung", entry: "test:stuck", within: 25)
            try daemon.wait(for: "Worker started", entry: "test:stuck", count: 2)
            let hung = try #require(daemon.log.all("Worker hung").first)
            // The slot, 5 s, and 10 s for the answer.
            #expect(hung.time - lastTick.time < 16.5)
            #expect(hung.number("pid") == worker)
            let threads = daemon.log.all("Worker stack", entry: "test:stuck")
            #expect(threads.first?.number("thread") == Int(worker))
            #expect(threads.first?["call"] == "pause")
            let frames = daemon.log.all("Worker frame", entry: "test:stuck").compactMap { $0["text"] }
            let place = "faultworker.waitInKnownPlace() -> Swift.Never ("
            #expect(frames.contains { $0.hasPrefix(place) } || !StackTaker.readsCalls, "\(frames)")
            #expect(daemon.log.all("Worker exited", entry: "test:stuck").first?["status"] == "signal 9 (SIGKILL)")
            #expect(daemon.log.count("Worker exited", entry: "test:other") == 0)
            // The new one may hang by now, and is killed then.
            #expect(try daemon.stop().code != nil)
        }
    }

    @Test("in a run is ended at the time-out, and where it was is in the log, once a minute")
    func timeout() throws {
        try Scene.play { scene in
            try scene.declare([
                JobText(name: "busy", method: "spin", interval: "100ms", data: ["timeout": "200ms"])
            ])
            let daemon = try scene.start()
            try daemon.wait(for: "TICK TIMEOUT", count: 2)
            let frames = daemon.log.all("Worker frame").compactMap { $0["text"] }
            #expect(frames.contains { $0.hasPrefix("faultworker.spin(") } || !StackTaker.readsCalls, "\(frames)")
            let stacks = daemon.log.all("Worker stack")
            #expect(stacks[0].number("thread") == stacks[0].number("pid"))
            #expect(stacks.count { $0.number("thread") == $0.number("pid") } == 1)
            #expect(try daemon.stop().code != nil)
        }
    }

    // MARK: F28

    @Test("is told from one that nobody listened to: stopped with its daemon, it is not killed when both go on")
    func heldUp() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job", interval: "100ms")])
            let daemon = try scene.start()
            try daemon.wait(for: "TICK", count: 2)
            let worker = try daemon.worker("test:job")
            kill(worker, SIGSTOP)
            // Behind the slot by more than 5 s: the daemon has asked.
            try pass(seconds: 7)
            daemon.signal(SIGSTOP)
            // Past the end of the time for the answer.
            try pass(seconds: LongTests.size(10, long: 30))
            daemon.signal(SIGCONT)
            usleep(200_000)
            kill(worker, SIGCONT)
            let count = daemon.log.count("TICK")
            try daemon.wait(for: "TICK", count: count + 5)
            #expect(daemon.log.count("Worker hung") == 0)
            #expect(daemon.log.count("Worker started") == 1)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    // MARK: F50

    @Test(
        "is none if the whole tree was frozen, as in a suspension: each job makes up for one slot at most",
        .enabled(if: FrozenGroup.isAvailable, FrozenGroup.need))
    func frozen() throws {
        try Scene.play { scene in
            try scene.declare(
                (1...5).map { JobText(name: "job\($0)", interval: "\($0)s", data: ["ledger": scene.ledger]) })
            let daemon = try scene.start()
            try daemon.wait("all have run") { Set(scene.ledgerRows().map(\.entry)).count == 5 }
            let group = try FrozenGroup(scene.cage.processes)
            let before = scene.ledgerRows()
            try pass(seconds: LongTests.size(20, long: 120))
            #expect(scene.ledgerRows() == before)
            try group.thaw()
            let thawed = Clock.monotonic()
            try daemon.wait("all run again") {
                Set(scene.ledgerRows().dropFirst(before.count).map(\.entry)).count == 5
            }
            let elapsed = Int((Clock.monotonic() - thawed).count / 1_000_000_000)
            for number in 1...5 {
                let runs = scene.ledgerRows().dropFirst(before.count).count { $0.entry == "test:job\(number)" }
                // Those that came due since, with one more for the second that was begun, and the one that is late.
                #expect(runs <= elapsed / number + 2, "job\(number)")
            }
            #expect(daemon.log.count("Worker hung") == 0)
            #expect(daemon.log.count("Worker exited") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    /// What the test is about is that this much time is over.
    private func pass(seconds: Int) throws {
        let end = Clock.monotonic() + .seconds(Int64(seconds))
        try wait("\(seconds) s are over", within: seconds + 5) { Clock.monotonic() >= end }
    }
}
