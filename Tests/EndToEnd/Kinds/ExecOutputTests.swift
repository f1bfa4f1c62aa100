import Glibc
import Kernel
import Testing

@Suite("What a command writes")
struct ExecOutputTests {
    @Test("is logged or counted to the byte, and delays nobody")
    func flood() throws {
        try Scene.play { scene in
            let lines = LongTests.size(50_000, long: 1_000_000)
            let line = String(repeating: "x", count: 99)
            try scene.declare([
                .shell("flood", "yes \(line) | head -n \(lines); echo done"),
                JobText(name: "neighbour", method: "heartbeat", interval: "20ms"),
            ])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", entry: "test:flood", within: 120)
            let ticks = daemon.log.count("TICK", entry: "test:neighbour")
            try daemon.wait(for: "TICK", entry: "test:neighbour", count: ticks + 5)
            #expect(try daemon.stop() == .exited(code: 0))

            #expect(daemon.log.all("TICK", entry: "test:flood").first?["result"] == "done")
            let logged = daemon.log.all("Job output", entry: "test:flood").compactMap { $0["text"]?.utf8.count }
            let losses = daemon.log.all("Job output dropped", entry: "test:flood")
            // "done" is a line of its own.
            #expect(logged.count + losses.reduce(0) { $0 + $1.number("lines") } == lines + 1)
            #expect(logged.reduce(0, +) + losses.reduce(0) { $0 + $1.number("bytes") } == lines * line.utf8.count + 4)
            #expect(logged.count >= 1_000)
            let lateness = daemon.log.all("TICK", entry: "test:neighbour").map { $0.number("lateness_us") }.sorted()
            #expect(lateness[lateness.count / 2] < 100_000, "\(lateness)")
            #expect(daemon.log.count("Reports dropped") == 0)
        }
    }

    @Test("says at its end why it failed, however much it has written before")
    func reason() throws {
        try Scene.play { scene in
            let text = "seq 1 5000; echo FATAL: reason"
            try scene.declare([
                .shell("failed", "\(text); exit 1"), .shell("killed", "\(text); sleep 0.5; kill -9 $PPID"),
                .shell("late", "\(text); exec sleep 60", data: ["timeout": "1s"]),
                .shell("short", "\(text); exit 1", data: ["output": "{head: 3, tail: 2}"]),
            ])
            let daemon = try scene.start(worker: Binaries.worker)
            let ends = [
                "failed": "TICK FAILED", "killed": "TICK CRASHED", "late": "TICK TIMEOUT", "short": "TICK FAILED",
            ]
            for (name, end) in ends { try daemon.wait(for: end, entry: "test:\(name)") }
            #expect(try daemon.stop() == .exited(code: 0))
            for (name, end) in ends {
                let (head, tail) = name == "short" ? (3, 2) : (1_000, 900)
                let records = daemon.log.records.filter { $0.entry == "test:\(name)" }
                let output = records.prefix { $0.message != end }.filter { $0.message.hasPrefix("Job output") }
                try #require(output.count == head + 1 + tail, "\(name)")
                let texts = output.compactMap { $0["text"] }
                let numbers = Array(1...head) + Array(5_002 - tail...5_000)
                #expect(texts == numbers.map { "\($0)" } + ["FATAL: reason"])
                #expect(output[head].message == "Job output dropped")
                #expect(output[head].number("lines") == 5_001 - head - tail)
            }
            #expect(daemon.log.all("TICK FAILED", entry: "test:failed").first?["error"] == "exit 1: FATAL: reason")
        }
    }

    @Test("ends with it: one that it left behind holds up nothing, and is gone")
    func leftBehind() throws {
        try Scene.play { scene in
            let file = scene.path("pids")
            let command = "(sleep 0.3; echo late; exec sleep 60) & echo $! > \(file); echo done"
            try scene.declare([.shell("job", command)])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK")
            let killed = try #require(daemon.log.all("Leftovers killed").first)
            #expect((killed.entry, killed.number("run"), killed["program"]) == ("test:job", 1, "sh"))
            #expect(killed.number("count") >= 1)
            let left = try #require(TextFile.read(file).flatMap { ProcessID($0.dropLast()) })
            #expect(!Proc.isAlive(left))
            #expect(try daemon.stop() == .exited(code: 0))
            let tick = try #require(daemon.log.all("TICK").first)
            #expect(tick["result"] == "done")
            #expect(tick.number("duration_us") < 1_000_000)
            #expect(daemon.log.all("Job output").map { $0["text"] } == ["done"])
        }
    }

    @Test("costs no descriptor and leaves no zombie, however often it runs")
    func many() throws {
        try Scene.play { scene in
            let runs = LongTests.size(300, long: 10_000)
            try scene.declare([.shell("job", "echo $$", interval: "10ms")])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", count: 20)
            let worker = try daemon.worker("test:job")
            let before = Proc.descriptorCount(daemon.pid)
            try daemon.wait(for: "TICK", count: runs, within: 30 + runs / 20)
            // Between two runs it has the pipes to the daemon, the registry, the lock, the note, the job's own three, and the
            // timer.
            try wait("the worker's descriptors are those of before") { Proc.descriptorCount(worker) == 9 }
            #expect(Proc.descriptorCount(daemon.pid) == before)
            try wait("no zombie") { Proc.zombies(of: worker).isEmpty && Proc.zombies(of: daemon.pid).isEmpty }
            #expect(try daemon.worker("test:job") == worker)
            #expect(daemon.log.count("TICK FAILED") == 0)
            #expect(Set(daemon.log.all("TICK").map { $0["result"] }).count >= runs)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
