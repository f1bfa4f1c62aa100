import Glibc
import Kernel
import Testing

@Suite("The end of a command")
struct ExecStopTests {
    /// Whom the command named in the file, once it has.
    private func processes(_ daemon: DaemonProcess, _ count: Int, in file: String) throws -> [ProcessID] {
        var found: [ProcessID] = []
        try daemon.wait("the command is there") {
            found = (TextFile.read(file) ?? "").split(whereSeparator: \.isWhitespace).compactMap { ProcessID($0) }
            return found.count >= count
        }
        return found
    }

    @Test("is waited for within the grace of a stop")
    func graceful() throws {
        try Scene.play { scene in
            let file = scene.path("pids")
            try scene.declare([.shell("job", "echo $$ > \(file); sleep 0.5; echo finished")])
            let daemon = try scene.start(worker: Binaries.worker)
            _ = try processes(daemon, 1, in: file)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(daemon.log.all("TICK").map { $0["result"] } == ["finished"])
            #expect(daemon.log.count("TICK CANCELLED") == 0)
        }
    }

    @Test("comes by force to one that ignores SIGTERM, and to all that it started")
    func deaf() throws {
        try Scene.play { scene in
            let file = scene.path("pids")
            let command = "trap '' TERM; timeout 60 sleep 60 & echo $$ $! > \(file); while :; do sleep 1; done"
            try scene.declare([.shell("job", command)])
            let daemon = try scene.start(["--stop-timeout", "500ms"], worker: Binaries.worker)
            let pids = try processes(daemon, 2, in: file)
            #expect(try daemon.stop(within: 10) == .exited(code: 0))
            #expect(daemon.log.count("TICK CANCELLED") == 1)
            #expect(daemon.log.count("Worker killed") == 1)
            try wait("nothing is left of it", within: 2) { pids.allSatisfy { !Proc.isAlive($0) } }
        }
    }

    @Test("is SIGTERM first, which it may use")
    func polite() throws {
        try Scene.play { scene in
            let file = scene.path("pids")
            let command =
                "trap 'echo cleaned > \(scene.path("cleaned")); exit 0' TERM; echo $$ > \(file); "
                + "while :; do sleep 0.1; done"
            try scene.declare([.shell("job", command)])
            let daemon = try scene.start(["--stop-timeout", "300ms"], worker: Binaries.worker)
            _ = try processes(daemon, 1, in: file)
            _ = try daemon.stop(within: 10)
            #expect(TextFile.read(scene.path("cleaned")) == "cleaned\n")
            #expect(daemon.log.count("Worker killed") == 0)
        }
    }

    @Test("comes at once when its worker is killed, to all of its session, and the job goes on")
    func killedWorker() throws {
        try Scene.play { scene in
            let file = scene.path("pids")
            // `timeout` makes itself a group of its own.
            let command = "timeout 60 sleep 60 & echo $$ $! >> \(file); wait"
            var job = JobText.shell("job", command, interval: "100ms")
            job.lifecycle = JobText.quickRestart
            try scene.declare([job])
            let daemon = try scene.start(worker: Binaries.worker)
            let pids = try processes(daemon, 2, in: file)
            let group = try #require(pids.dropFirst().first)
            try wait("it has a group of its own") { getpgid(group) == group }
            let worker = try daemon.worker(job.id)
            #expect(getsid(group) == worker)
            let children = Proc.children(of: group)
            kill(worker, SIGKILL)
            try wait("nothing is left of it", within: 2) { (pids + children).allSatisfy { !Proc.isAlive($0) } }
            try daemon.wait(for: "TICK CRASHED")
            #expect(daemon.log.all("Worker exited").first?["status"] == "signal 9 (SIGKILL)")
            try daemon.wait("it is started again") { (TextFile.read(file) ?? "").split(separator: "\n").count >= 2 }
            _ = try processes(daemon, 4, in: file)
            kill(try #require(processes(daemon, 4, in: file).dropFirst(3).first), SIGKILL)
            try daemon.wait(for: "TICK")
            _ = try daemon.stop()
        }
    }

    @Test("is waited for when a reload removes its job")
    func removed() throws {
        try Scene.play { scene in
            let file = scene.path("pids")
            let other = JobText(name: "other", method: "heartbeat", interval: "100ms")
            try scene.declare([.shell("job", "echo $$ > \(file); sleep 0.7; echo finished"), other])
            let daemon = try scene.start(worker: Binaries.worker)
            let pid = try processes(daemon, 1, in: file)[0]
            try scene.declare([other])
            daemon.reload()
            try daemon.wait(for: "Reloaded registry")
            #expect(Proc.isAlive(pid))
            try daemon.wait(for: "Worker stopped", entry: "test:job")
            #expect(daemon.log.all("TICK", entry: "test:job").map { $0["result"] } == ["finished"])
            #expect(daemon.log.count("Spawning worker", entry: "test:job") == 1)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
