import Glibc
import Kernel
import TestSupport
import Testing

@Suite("A reload")
struct RegistryFaults {
    @Test("is a difference: what is unchanged keeps its process and its slots")
    func difference() throws {
        try Scene.play { scene in
            let kept = JobText(name: "kept", interval: "100ms")
            let changed = JobText(name: "changed", interval: "100ms")
            let removed = JobText(name: "removed", interval: "100ms")
            try scene.declare([kept, changed, removed])
            let daemon = try scene.start()
            for job in [kept, changed, removed] { try daemon.wait(for: "TICK", entry: job.id, count: 2) }
            let before = daemon.workers

            var slower = changed
            slower.interval = "150ms"
            // Another place in the file is no change.
            try scene.declare([slower, JobText(name: "added", interval: "100ms"), kept])
            daemon.reload()
            try daemon.wait(for: "Reloaded registry")
            try daemon.wait(for: "TICK", entry: "test:added", count: 2)
            try daemon.wait(for: "Worker stopped", entry: removed.id)
            try daemon.wait(for: "Worker started", entry: changed.id, count: 2)
            let ticks = daemon.log.count("TICK", entry: kept.id)
            try daemon.wait(for: "TICK", entry: kept.id, count: ticks + 3)

            let reload = try #require(daemon.log.all("Reloaded registry").first)
            for (key, count) in [("added", 1), ("changed", 1), ("removed", 1), ("unchanged", 1), ("count", 3)] {
                #expect(reload.number(key) == count, "\(key)")
            }
            #expect(daemon.workers[kept.id] == before[kept.id])
            #expect(daemon.workers[changed.id] != before[changed.id])
            #expect(daemon.log.count("Spawning worker", entry: kept.id) == 1)
            #expect(daemon.log.count("Spawning worker", entry: removed.id) == 1)
            let runs = daemon.log.all("TICK", entry: kept.id).map { $0.number("run") }
            #expect(runs == Array(1...runs.count))
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("lets the current run of a removed or a changed job finish")
    func runInHand() throws {
        try Scene.play { scene in
            let data = ["milliseconds": "700", "ledger": scene.ledger]
            try scene.declare([
                JobText(name: "removed", interval: "100ms", data: data),
                JobText(name: "changed", interval: "100ms", data: data),
            ])
            let daemon = try scene.start()
            try daemon.wait("both are in a run") { Set(scene.ledgerRows().map(\.entry)).count == 2 }
            try scene.declare([JobText(name: "changed", interval: "200ms", data: data)])
            daemon.reload()
            try daemon.wait(for: "Worker stopped", count: 2)
            for entry in ["test:removed", "test:changed"] {
                let first = daemon.log.all("Worker started", entry: entry)[0].number("pid")
                let ran = scene.ledgerRows().filter { $0.entry == entry && $0.pid == first }.count
                let told = daemon.log.all("TICK", entry: entry).filter { $0.number("pid") == first }.count
                #expect(ran == told, "\(entry)")
            }
            #expect(daemon.log.count("TICK CANCELLED") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    // MARK: F44

    @Test("of a registry with one broken file changes nothing and says where it is broken")
    func brokenFile() throws {
        try Scene.play { scene in
            let files = LongTests.size(100, long: 1_000)
            for index in 1...files {
                try scene.declare([JobText(name: "job\(index)", interval: "1h")], in: "file\(index).yaml")
            }
            let daemon = try scene.start()
            try daemon.wait("all are up", within: 60) { daemon.workers.count == files }
            let before = daemon.workers
            try scene.write("version: \"1.0\"\nnamespace: test\nentries:\n  - name: [\n", in: "file7.yaml")
            daemon.reload()
            try daemon.wait(for: "Reload failed")

            let error = try #require(daemon.log.all("Registry error").first)
            #expect(error["location"]?.hasPrefix("\(scene.registry)/file7.yaml:") == true)
            #expect(daemon.log.count("Reloaded registry") == 0)
            #expect(daemon.log.count("Worker stopped") == 0)
            #expect(before.values.allSatisfy { Proc.isAlive($0) })

            try scene.declare([JobText(name: "job7", interval: "1h")], in: "file7.yaml")
            daemon.reload()
            try daemon.wait(for: "Reloaded registry")
            #expect(daemon.workers == before)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    // MARK: F47

    @Test("of a registry that is gone changes nothing and says what failed")
    func missing() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job", interval: "100ms")])
            let daemon = try scene.start()
            try daemon.wait(for: "TICK")
            try FileSystem.rename(scene.registry, to: scene.path("elsewhere"))
            daemon.reload()
            try daemon.wait(for: "Reload failed")
            #expect(
                daemon.log.all("Reload failed").first?["error"] == "stat '\(scene.registry)': No such file or directory"
            )
            let ticks = daemon.log.count("TICK")
            try daemon.wait(for: "TICK", count: ticks + 3)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    // MARK: Programs

    @Test("asks a worker program that was replaced for its functions")
    func newProgram() throws {
        try Scene.play { scene in
            let worker = scene.path("worker")
            #expect(symlink(Binaries.worker, worker) == 0)
            try scene.declare([JobText(name: "job", method: "heartbeat", interval: "100ms")])
            let daemon = try scene.start(worker: worker)
            try daemon.wait(for: "TICK")
            try scene.declare([JobText(name: "job", method: "tick", interval: "100ms")])
            daemon.reload()
            try daemon.wait(for: "Registry error")
            #expect(
                daemon.log.all("Registry error").first?["error"]?.hasPrefix("the worker has no function 'tick'") == true
            )
            #expect(symlink(Binaries.faultWorker, worker + ".new") == 0)
            try FileSystem.rename(worker + ".new", to: worker)
            daemon.reload()
            try daemon.wait(for: "Reloaded registry")
            try daemon.wait(for: "Worker started", count: 2)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("has the answer of a worker program that left something behind, which holds its output open")
    func leftBehind() throws {
        try Scene.play { scene in
            let (worker, file) = (scene.path("worker"), scene.path("left"))
            try scene.declare([JobText(name: "job", interval: "100ms")])
            #expect(symlink(Binaries.faultWorker, worker) == 0)
            let daemon = try scene.start(worker: worker)
            try daemon.wait(for: "TICK")
            let leaving =
                "setsid sh -c 'echo $$ > \(file).new; mv \(file).new \(file); exec sleep 60' & "
                + "while ! [ -e \(file) ]; do sleep 0.01; done; exec \(Binaries.faultWorker) --catalog"
            let script = "#!/bin/sh\n[ \"$1\" = --catalog ] || exec \(Binaries.faultWorker) \"$@\"\n\(leaving)\n"
            try TextFile.write(script, to: worker + ".new")
            chmod(worker + ".new", 0o700)
            try FileSystem.rename(worker + ".new", to: worker)
            daemon.reload()
            try daemon.wait(for: "Reloaded registry")
            let left = try #require(TextFile.read(file).flatMap { ProcessID($0.dropLast()) })
            #expect(Proc.isAlive(left))
            kill(left, SIGKILL)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    // MARK: F45

    @Test("never takes half of what somebody is writing")
    func halfWritten() throws {
        try Scene.play { scene in
            let jobs = 40
            func text(_ generation: Int) -> String {
                RegistryText.file(
                    (1...jobs).map { JobText(name: "job\($0)", interval: "1h", meta: ["comment": "\"\(generation)\""]) }
                )
            }
            try scene.write(text(0))
            try scene.declare([JobText(name: "steady", interval: "100ms")], in: "steady.yaml")
            let daemon = try scene.start()
            try daemon.wait("all are up", within: 60) { daemon.workers.count == jobs + 1 }
            var random = SeededGenerator(seed: 45)
            for round in 1...LongTests.size(6, long: 200) {
                // Cut between two entries, so that the half is a registry as well.
                let lines = text(round).split(separator: "\n", omittingEmptySubsequences: false)
                let cut = lines.indices.filter { lines[$0].hasPrefix("  - name") }.randomElement(using: &random) ?? 3
                let file = try Descriptor.create("\(scene.registry)/jobs.yaml")
                try file.writeAll(Array((lines[..<cut].joined(separator: "\n") + "\n").utf8))
                daemon.reload()
                usleep(UInt32.random(in: 0...150_000, using: &random))
                try file.writeAll(Array(lines[cut...].joined(separator: "\n").utf8))
                daemon.reload()
                try daemon.wait("a reload takes the whole") {
                    daemon.log.count("Reloaded registry") >= round
                        && daemon.log.count("Spawning worker") >= jobs * (round + 1) + 1
                }
            }
            #expect(daemon.log.all("Reloaded registry").allSatisfy { $0.number("count") == jobs + 1 })
            #expect(daemon.log.count("Spawning worker", entry: "test:steady") == 1)
            #expect(try daemon.stop() == .exited(code: 0))
            for job in 1...jobs {
                let story = daemon.log.records.filter { $0.entry == "test:job\(job)" }.map(\.message)
                for (first, second) in zip(story, story.dropFirst()) where second == "Spawning worker" {
                    #expect(first == "Worker stopped", "no two workers of one job")
                }
            }
        }
    }
}
