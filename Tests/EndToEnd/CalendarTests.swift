import Clocks
import Glibc
import Kernel
import Testing

@Suite("A calendar job")
struct CalendarTests {
    private func job(_ name: String, _ schedule: String, _ meta: [String: String] = [:], method: String = "tick")
        -> JobText
    {
        var job = JobText(name: name, method: method)
        job.interval = nil
        job.meta = meta.merging(["schedule": "\"\(schedule)\""]) { $1 }
        return job
    }

    @Test("runs at the moments that the calendar names, and says so")
    func slots() throws {
        try Scene.play { scene in
            try scene.declare([
                job("even", "*/2 * * * * *", ["seconds": "first", "timezone": "Asia/Kolkata"]),
                job("never", "0 0 29 2 *", ["timezone": "America/New_York"]),
            ])
            let daemon = try scene.start()
            try daemon.wait(for: "TICK", entry: "test:even", count: 3)
            #expect(try daemon.stop() == .exited(code: 0))
            let slots = daemon.log.all("TICK").compactMap { $0["slot"] }
            #expect(slots.allSatisfy { $0.hasSuffix(".000Z") })
            #expect(slots.allSatisfy { ($0.dropLast(5).last?.wholeNumberValue ?? 1) % 2 == 0 }, "\(slots)")
            let worker = try #require(daemon.log.all("Worker started", entry: "test:even").first)
            #expect(worker["schedule"] == "*/2 * * * * *")
            #expect(daemon.log.count("TICK", entry: "test:never") == 0)
        }
    }

    @Test("runs when it starts, if it is asked to, and not again when its worker is replaced")
    func start() throws {
        try Scene.play { scene in
            var crashing = job("crashing", "0 0 1 1 *", ["at_start": "true"], method: "exit")
            crashing.lifecycle = JobText.quickRestart
            try scene.declare([job("boot", "@reboot"), job("asked", "0 0 1 1 *", ["at_start": "true"]), crashing])
            let daemon = try scene.start()
            try daemon.wait(for: "TICK", entry: "test:boot")
            try daemon.wait(for: "TICK", entry: "test:asked")
            try daemon.wait(for: "Worker started", entry: "test:crashing", count: 2)
            let worker = try daemon.worker("test:boot")
            kill(worker, SIGKILL)
            try daemon.wait(for: "Worker started", entry: "test:boot", count: 2)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(daemon.log.count("TICK") == 2)
            #expect(daemon.log.count("TICK CRASHED", entry: "test:crashing") == 1)
            #expect(daemon.log.all("TICK").allSatisfy { $0["slot"] == nil })
        }
    }

    @Test("is out of service as long as its entry says so")
    func disabled() throws {
        try Scene.play { scene in
            let other = job("other", "@reboot")
            try scene.declare([job("job", "* * * * * *", ["seconds": "first", "enabled": "false"]), other])
            let daemon = try scene.start()
            try daemon.wait(for: "TICK", entry: other.id)
            #expect(daemon.log.count("Spawning worker", entry: "test:job") == 0)
            try scene.declare([job("job", "* * * * * *", ["seconds": "first", "enabled": "true"]), other])
            daemon.reload()
            try daemon.wait(for: "TICK", entry: "test:job")
            #expect(daemon.log.count("Spawning worker", entry: other.id) == 1)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("lives from the moment at which it starts to the one at which it ends")
    func life() throws {
        try Scene.play { scene in
            // Both on a slot: the start is to have it, and the end is not.
            let now = WallInstant(seconds: Clock.wall().wholeSeconds)
            func moment(_ seconds: Int64) -> String { "\"\(CivilText.text(now + .seconds(seconds), offset: nil))\"" }
            let every = ["seconds": "first"]
            try scene.declare([
                job("over", "* * * * * *", every.merging(["ends_at": moment(-5)]) { $1 }),
                job("short", "* * * * * *", every.merging(["starts_at": moment(2), "ends_at": moment(5)]) { $1 }),
                job("later", "* * * * * *", every.merging(["starts_at": moment(3_600)]) { $1 }),
            ])
            let daemon = try scene.start()
            try daemon.wait(for: "Worker stopped", entry: "test:short")
            #expect(daemon.log.count("Job over", entry: "test:over") == 1)
            #expect(daemon.log.count("Spawning worker", entry: "test:over") == 0)
            #expect(daemon.log.count("Spawning worker", entry: "test:later") == 0)
            let started = try #require(daemon.log.all("Spawning worker", entry: "test:short").first).time
            #expect(started >= Double(now.nanoseconds) / 1e9 + 1.99)
            let slots = daemon.log.all("TICK", entry: "test:short").compactMap { $0["slot"] }
            #expect((1...3).contains(slots.count))
            #expect(slots.first == CivilTime(now + .seconds(2)).millisecondsText)
            let end = CivilTime(now + .seconds(5)).millisecondsText
            #expect(slots.allSatisfy { $0 < end }, "\(slots)")
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("that is over begins when a reload moves its end")
    func longerLife() throws {
        try Scene.play { scene in
            func declare(_ end: String) throws {
                try scene.declare([job("job", "* * * * * *", ["seconds": "first", "ends_at": "\"\(end)\""])])
            }
            try declare("2020-01-01T00:00:00Z")
            let daemon = try scene.start()
            try daemon.wait(for: "Job over")
            try declare("2200-01-01T00:00:00Z")
            daemon.reload()
            try daemon.wait(for: "TICK")
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("tells its function the slot itself, and not the moment to which splay and jitter put it off")
    func slotOfTheFunction() throws {
        try Scene.play { scene in
            try scene.declare([
                job("job", "* * * * * *", ["seconds": "first", "splay": "300ms", "jitter": "300ms"], method: "slot")
            ])
            let daemon = try scene.start()
            try daemon.wait(for: "TICK", count: 3)
            #expect(try daemon.stop() == .exited(code: 0))
            for run in daemon.log.all("TICK") { #expect(run["result"] == run["slot"]) }
        }
    }

    @Test("keeps its worker through a reload that says the same, and gets another for another schedule")
    func reload() throws {
        try Scene.play { scene in
            let kept = job("kept", "* * * * * *", ["seconds": "first"])
            try scene.declare([kept, job("changed", "0 4 * * *")])
            let daemon = try scene.start()
            try daemon.wait(for: "TICK", entry: kept.id)
            try scene.declare([kept, job("changed", "0 4 * * *", ["timezone": "Pacific/Apia"])])
            daemon.reload()
            try daemon.wait(for: "Worker started", entry: "test:changed", count: 2)
            #expect(daemon.log.count("Spawning worker", entry: kept.id) == 1)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    // MARK: F48

    @Test(
        "runs once, late, when the clock is set forth, and not again when it is set back",
        .enabled(
            if: ThisProcess.environment("CLOCK_TESTS") != nil,
            "sets the clock of this machine; asked for with CLOCK_TESTS=1, on one that nobody else uses"))
    func clockSteps() throws {
        try Scene.play { scene in
            try scene.declare([job("hourly", "0 * * * *")])
            let daemon = try scene.start()
            try daemon.wait(for: "Worker started")
            try setClock(by: 3_600)
            defer { try? setClock(by: -3_600) }
            try daemon.wait(for: "TICK", within: 5)
            try setClock(by: -3_600)
            defer { try? setClock(by: 3_600) }
            try setClock(by: 3_600 + 1_800)
            defer { try? setClock(by: -3_600 - 1_800) }
            #expect(try daemon.stop() == .exited(code: 0))
            #expect((1...2).contains(daemon.log.count("TICK")))
            let slots = daemon.log.all("TICK").compactMap { $0["slot"] }
            #expect(Set(slots).count == slots.count)
        }
    }

    private func setClock(by seconds: Int) throws {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        time.tv_sec += seconds
        guard clock_settime(CLOCK_REALTIME, &time) == 0 else { throw Failure("the clock cannot be set") }
    }
}
