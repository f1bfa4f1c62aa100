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
