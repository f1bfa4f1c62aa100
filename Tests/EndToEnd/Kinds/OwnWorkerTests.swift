import Glibc
import Kernel
import Testing

@Suite("A worker of one's own")
struct OwnWorkerTests {
    private func own(_ name: String, _ method: String, at path: String, _ data: [String: String] = [:]) -> JobText {
        JobText(
            name: name, method: method, interval: "100ms",
            data: data.merging(["source": "file://\(path)"]) { $1 })
    }

    private func install(_ program: String, at path: String) throws {
        try Descriptor.create(path + ".new").writeAll(try #require(TextFile.bytes(program)))
        chmod(path + ".new", 0o755)
        try FileSystem.rename(path + ".new", to: path)
    }

    @Test("runs its functions beside those of cronworker")
    func runs() throws {
        try Scene.play { scene in
            try scene.declare([
                own("own", "talk", at: Binaries.faultWorker, ["result": "mine"]),
                JobText(name: "standard", method: "heartbeat", interval: "100ms"),
            ])
            let table = try scene.check()
            #expect(table.status == .exited(code: 0))
            #expect(table.output.contains("  faultworker:talk\n"), "\(table.output)")
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", entry: "test:own", count: 2)
            try daemon.wait(for: "TICK", entry: "test:standard", count: 2)
            #expect(daemon.log.all("TICK", entry: "test:own").first?["result"] == "mine")
            let programs = try daemon.workers.mapValues { try FileSystem.linkTarget("/proc/\($0)/exe") }
            #expect(programs == ["test:own": Binaries.faultWorker, "test:standard": Binaries.worker])
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("says its own name, and which CronWorkerKit it is made of")
    func version() throws {
        try Scene.play { scene in
            let own = try scene.run(["--version"], program: Binaries.faultWorker)
            #expect(own.output == "faultworker (CronWorkerKit 0.1.0)\n")
            #expect(
                try scene.run(["--help"], program: Binaries.faultWorker).output.hasPrefix("USAGE: faultworker FUNCTION")
            )
            #expect(try scene.run(["--version"], program: Binaries.worker).output == "cronworker 0.1.0\n")
        }
    }

    // MARK: Cancellation

    @Test("tells an async function that its run is to end, and waits until it has cleaned up")
    func cancelled() throws {
        try Scene.play { scene in
            let rules = ["timeout": "1s", "kill_after": "30s", "milliseconds": "20"]
            try scene.declare([
                own("late", "cancel", at: Binaries.faultWorker, rules),
                own("stopped", "cancel", at: Binaries.faultWorker),
            ])
            let daemon = try scene.start(["--stop-timeout", "50ms"], worker: Binaries.worker)
            try daemon.wait(for: "TICK TIMEOUT", entry: "test:late")
            let said = daemon.log.all("cleaned up", entry: "test:late")
            #expect(said.first?["task"] == "true" && said.first?.number("run") == 1)
            #expect(daemon.log.all("working", entry: "test:late").first?["bounded"] == "true")
            try daemon.wait(for: "working", entry: "test:stopped")
            #expect(daemon.log.all("working", entry: "test:stopped").first?["bounded"] == "false")
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(daemon.log.count("cleaned up", entry: "test:stopped") == 1)
            #expect(daemon.log.count("Worker killed") == 0)
            #expect(daemon.log.all("TICK CANCELLED", entry: "test:stopped").count == 1)
        }
    }

    @Test("is killed after kill_after if the function does not end")
    func stubborn() throws {
        try Scene.play { scene in
            let rules = ["timeout": "200ms", "kill_after": "100ms", "milliseconds": "60000"]
            try scene.declare([own("late", "cancel", at: Binaries.faultWorker, rules)])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK TIMEOUT", entry: "test:late")
            #expect(daemon.log.count("Worker killed", entry: "test:late") == 1)
            #expect(daemon.log.count("cleaned up") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("tells an async function without a daemon too")
    func orphaned() throws {
        try Scene.play { scene in
            let file = scene.path("said")
            let rules = ["timeout": "1s", "kill_after": "30s", "milliseconds": "0", "file": file]
            try scene.declare([own("late", "cancel", at: Binaries.faultWorker, rules)])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "working", entry: "test:late")
            daemon.signal(SIGKILL)
            try daemon.wait("the function has cleaned up") { TextFile.read(file) == "cleaned up" }
            try daemon.wait("the worker is gone") { scene.cage.processes.isEmpty }
        }
    }

    @Test("has a catalog of its own, which names are checked against")
    func catalog() throws {
        try Scene.play { scene in
            try scene.declare([
                own("own", "tlak", at: Binaries.faultWorker), own("other", "heartbeat", at: Binaries.faultWorker),
                JobText(name: "standard", method: "talk", interval: "1s"),
            ])
            let finished = try scene.check()
            #expect(finished.status == .exited(code: 100))
            let lines = finished.errors.split(separator: "\n").filter { $0.hasPrefix("/") }
            try #require(lines.count == 3, "\(finished.errors)")
            let own = "'\(Binaries.faultWorker)' has no function"
            #expect(lines[0].hasPrefix("\(scene.registry)/jobs.yaml:6:13: \(own) 'tlak'; "))
            #expect(lines[0].hasSuffix("; did you mean 'talk'?"), "\(lines[0])")
            #expect(lines[1].contains("\(own) 'heartbeat'; expected one of call, "))
            #expect(lines[2].contains("the worker has no function 'talk'; expected one of backup, "))
        }
    }

    @Test("that is missing, may not be run or is none is an error at 'source'")
    func badPrograms() throws {
        try Scene.play { scene in
            try scene.add("#!/bin/sh\n", as: "plain", mode: 0o644)
            try scene.add("#!/bin/sh\necho hello\n", as: "script", mode: 0o755)
            try scene.add("#!/bin/sh\n", as: "silent", mode: 0o755)
            try scene.add("#!/bin/sh\necho function tick\n", as: "old", mode: 0o755)
            // Relative to the registry's file.
            try scene.declare(["missing", "plain", "script", "silent", "old"].map { own($0, "tick", at: $0) })
            let (finished, path) = (try scene.check(), scene.registry)
            #expect(finished.status == .exited(code: 100))
            let expected = [
                "execve '\(path)/missing': No such file or directory",
                "execve '\(path)/plain': Permission denied",
                "'\(path)/script --catalog' printed hello; expected lines 'function NAME'",
                "'\(path)/silent --catalog' printed nothing; expected lines 'function NAME'",
                "'\(path)/old' speaks protocol 1, and this cronsupd 2; build it again with the CronWorkerKit of this",
            ]
            for (index, error) in expected.enumerated() {
                let place = "\(path)/jobs.yaml:\(10 + 7 * index):13: source: "
                #expect(finished.errors.contains(place + error), "\(finished.errors)")
            }
        }
    }

    @Test("that is replaced is taken at a reload, for its jobs alone")
    func replaced() throws {
        try Scene.play { scene in
            let program = scene.path("worker")
            try install(Binaries.worker, at: program)
            let standard = JobText(name: "standard", method: "heartbeat", interval: "100ms")
            try scene.declare([own("own", "heartbeat", at: program), standard])
            let daemon = try scene.start(worker: Binaries.worker)
            for name in ["own", "standard"] { try daemon.wait(for: "TICK", entry: "test:\(name)", count: 2) }
            let before = daemon.workers

            try install(Binaries.worker, at: program)
            daemon.reload()
            try daemon.wait(for: "Worker started", entry: "test:own", count: 2)
            #expect(daemon.log.all("Reloaded registry").first?.number("changed") == 1)
            // One without the function that the registry names.
            try install(Binaries.faultWorker, at: program)
            daemon.reload()
            try daemon.wait(for: "Reload failed")
            #expect(
                daemon.log.all("Registry error").first?["error"]?.hasPrefix("'\(program)' has no function 'heartbeat'")
                    == true)
            try scene.declare([own("own", "tick", at: program), standard])
            daemon.reload()
            try daemon.wait(for: "Worker started", entry: "test:own", count: 3)
            let ticks = daemon.log.count("TICK", entry: "test:standard")
            try daemon.wait(for: "TICK", entry: "test:standard", count: ticks + 2)
            #expect(daemon.workers["test:standard"] == before["test:standard"])
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
