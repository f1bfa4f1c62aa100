import Glibc
import Kernel
import Testing

@Suite("The main job")
struct MainJobTests {
    private static let example =
        #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        + "/Examples/crontab-registry"

    /// The example's directory for its backups is made where the registry is.
    private func copyExample(to scene: Scene) throws {
        for name in ["_index.yaml"] {
            try scene.write(try #require(TextFile.read("\(Self.example)/\(name)")), in: name)
        }
    }

    @Test("of the example reads in the log as in the document it comes from")
    func words() throws {
        try Scene.play { scene in
            try copyExample(to: scene)
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", entry: "app:job.heartbeat", count: 3)
            try daemon.wait(for: "TICK", entry: "app:job.cleanup")
            #expect(try daemon.stop() == .exited(code: 0))

            let words = daemon.log.records.map(\.message)
            #expect(words.prefix(2) == ["Scheduler started", "Discovered jobs"])
            #expect(daemon.log.records[1].number("count") == 4)
            #expect(words.last == "Scheduler stopping")
            #expect(words.filter { $0 == "Worker stopped" }.count == 4)
            for entry in ["app:job.heartbeat", "app:job.cleanup", "app:job.report", "app:job.backup"] {
                let story = daemon.log.records.filter { $0.entry == entry }.map(\.message)
                #expect(story.prefix(2) == ["Spawning worker", "Worker started"], "\(entry)")
                #expect(story.last == "Worker stopped", "\(entry)")
            }
            #expect(daemon.log.foreignLines == [])
        }
    }

    @Test("gives every record of a run all that is known about it")
    func fields() throws {
        try Scene.play { scene in
            try scene.declare([
                JobText(name: "good", interval: "200ms"), JobText(name: "bad", method: "fail", interval: "200ms"),
            ])
            let daemon = try scene.start()
            try daemon.wait(for: "TICK", entry: "test:good", count: 2)
            try daemon.wait(for: "TICK FAILED", entry: "test:bad", count: 2)
            #expect(try daemon.stop() == .exited(code: 0))

            let good = try #require(daemon.log.all("TICK").last)
            #expect(
                Set(good.fields.keys) == [
                    "time", "level", "message", "entry", "pid", "run", "attempt", "slot", "lateness_us", "duration_us",
                    "outcome", "result",
                ])
            #expect(good["outcome"] == "ok")
            #expect(try daemon.worker("test:good") == ProcessID(good.number("pid")))
            let bad = try #require(daemon.log.all("TICK FAILED").last)
            #expect(bad["error"] == "disk full")
            #expect(bad["outcome"] == "failed")
            #expect(bad["level"] == "ERROR")
            let runs = daemon.log.all("TICK", entry: "test:good").map { $0.number("run") }
            #expect(runs == Array(1...runs.count))
        }
    }

    @Test("keeps its slots on a fixed grid")
    func grid() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "grid", interval: "250ms", data: ["milliseconds": "100"])])
            let daemon = try scene.start()
            try daemon.wait(for: "TICK", count: 6)
            _ = try daemon.stop()
            let slots = daemon.log.all("TICK").map { Double($0["slot"].map { $0.dropFirst(17).dropLast() } ?? "") ?? 0 }
            for (first, second) in zip(slots, slots.dropFirst()) {
                // Full minutes go round; a slot that a busy machine made late is skipped, never moved.
                let steps = (second - first + 60).truncatingRemainder(dividingBy: 60) / 0.25
                #expect(abs(steps - steps.rounded()) < 0.02, "slots \(slots)")
            }
        }
    }

    @Test("counts the slots that a long run overlaps as skipped")
    func overlap() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "long", interval: "100ms", data: ["milliseconds": "350"])])
            let daemon = try scene.start()
            try daemon.wait(for: "TICK SKIPPED", count: 2)
            #expect(daemon.log.all("TICK SKIPPED").allSatisfy { $0.number("count") >= 3 })
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("logs what the function, its output and its errors say, under the job's name")
    func output() throws {
        try Scene.play { scene in
            try scene.declare([
                JobText(name: "talk", method: "talk", interval: "200ms", data: ["result": "\"two words\""])
            ])
            let daemon = try scene.start()
            try daemon.wait(for: "TICK", count: 2)
            #expect(try daemon.stop() == .exited(code: 0))
            let said = try #require(daemon.log.all("said by the function").first)
            #expect(said.entry == "test:talk")
            #expect(said["key"] == "a value")
            let lines = daemon.log.all("Job output").compactMap { $0["text"] }
            #expect(lines.contains("said to the standard output"))
            #expect(lines.contains("said to the standard error"))
            #expect(daemon.log.all("TICK").first?["result"] == "two words")
        }
    }

    @Test("runs functions that are async")
    func async() throws {
        try Scene.play { scene in
            try scene.declare([
                JobText(name: "async", method: "wait", interval: "200ms", data: ["milliseconds": "20"])
            ])
            let daemon = try scene.start()
            try daemon.wait(for: "TICK", count: 3)
            #expect(daemon.log.all("TICK").allSatisfy { $0["result"] == "waited" })
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
