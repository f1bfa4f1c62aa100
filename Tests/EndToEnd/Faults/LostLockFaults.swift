import Glibc
import Kernel
import Testing

@Suite("A runtime directory that somebody removes")
struct LostLockFaults {
    private static let entry = "test:job"

    private func declare(_ scene: Scene, data: [String: String] = [:]) throws {
        let own = ["milliseconds": "10", "child": "false", "ledger": scene.ledger]
        try scene.declare([
            JobText(
                name: "job", method: "span", interval: "100ms", data: own.merging(data) { $1 },
                lifecycle: JobText.quickRestart)
        ])
    }

    private func killWorker(_ daemon: DaemonProcess) throws {
        let started = daemon.log.count("Worker started")
        kill(try daemon.worker(Self.entry), SIGKILL)
        try daemon.wait(for: "Worker started", count: started + 1)
    }

    /// Where the lock of the scene's registry is, as a second daemon says.
    private func registryLock(_ scene: Scene) throws -> String {
        let second = try scene.start(runtime: scene.path("another"))
        #expect(try second.waitForExit() == .exited(code: 111))
        let words = (TextFile.read(second.errors) ?? "").split(separator: "'")
        return String(try #require(words.dropFirst().first))
    }

    // MARK: F54

    @Test("is made anew as soon as it is gone: no second daemon starts, and workers are replaced")
    func restored() throws {
        try Scene.play { scene in
            try declare(scene)
            let daemon = try scene.start()
            try daemon.wait(for: "TICK")
            for round in 1...3 {
                Scene.removeTree(scene.runtime)
                try daemon.wait("the lock is there again") { daemon.log.count("Lock restored") >= round }
                try wait("with the directory") { FileSystem.isDirectory(scene.runtime) }
                try killWorker(daemon)
                let second = try scene.start()
                #expect(try second.waitForExit() == .exited(code: 111))
            }
            #expect(daemon.log.all("Lock restored").allSatisfy { $0["level"] == "WARN" })
            #expect(daemon.log.count("Lock lost") == 0 && daemon.log.count("Spawn postponed") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(!scene.runsOverlap(Self.entry))
        }
    }

    @Test(
        "is made anew when a worker is started, where the kernel does not tell of it",
        .enabled(if: Tracer.isAvailable, Tracer.need))
    func unwatched() throws {
        try Scene.play { scene in
            try declare(scene)
            let daemon = try scene.start(
                wrapper: Tracer.wrapper(failing: "inotify_init1", with: "EMFILE", turns: "1+"))
            try daemon.wait(for: "TICK")
            Scene.removeTree(scene.runtime)
            try daemon.wait(for: "TICK", count: daemon.log.count("TICK") + 3)
            #expect(!FileSystem.exists(scene.runtime))
            try killWorker(daemon)
            #expect(daemon.log.count("Lock restored") == 1 && daemon.log.count("Spawn postponed") == 0)
            let second = try scene.start()
            #expect(try second.waitForExit() == .exited(code: 111))
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test(
        "is not missed by the next daemon, which waits for a worker whose lock went with it", arguments: [true, false])
    func workerAtWork(isNoticed: Bool) throws {
        try Scene.play { scene in
            try declare(scene, data: ["until": scene.path("gate")])
            let first = try scene.start()
            try first.wait("a run has begun") { !scene.spanRows("begin").isEmpty }
            let old = try #require(scene.spanRows("begin").first).pid
            if !isNoticed { first.signal(SIGSTOP) }
            Scene.removeTree(scene.runtime)
            if isNoticed { try first.wait(for: "Lock restored") }
            first.signal(SIGKILL)
            _ = try first.waitForExit()

            let daemon = try scene.start()
            try daemon.wait(for: "Waiting for previous worker", entry: Self.entry)
            #expect(daemon.log.all("Waiting for previous worker").first?.number("pid") == Int(old))
            #expect(Proc.isAlive(old) && daemon.log.count("Spawning worker") == 0)
            try TextFile.write("", to: scene.path("gate"))
            try daemon.wait("the next worker is up") { daemon.latestWorker(Self.entry).map { $0 != old } ?? false }
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(scene.spanRows("end").contains { $0.pid == old }, "its run was not cut short")
            #expect(!scene.runsOverlap(Self.entry))
        }
    }

    @Test("does not hide from the next daemon what was started before it went")
    func leftovers() throws {
        try Scene.play { scene in
            try declare(scene, data: ["child": "true"])
            let first = try scene.start(wrapper: ControlGroups.hiding)
            try first.wait(for: "TICK")
            Scene.removeTree(scene.runtime)
            try first.wait(for: "Lock restored")
            first.signal(SIGKILL)
            _ = try first.waitForExit()
            try declare(scene)
            let daemon = try scene.start(wrapper: ControlGroups.hiding)
            try daemon.wait(for: "Worker started")
            #expect(daemon.log.count("Leftovers killed") == 1)
            #expect(!scene.spanRows("child").contains { Proc.isAlive($0.pid) })
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    // MARK: F54, the lock of the registry

    @Test("has the lock of the registry taken anew as well, if its file is removed")
    func registryLock() throws {
        try Scene.play { scene in
            try declare(scene)
            let daemon = try scene.start()
            try daemon.wait(for: "TICK")
            let lock = try registryLock(scene)
            unlink(lock)
            try daemon.wait(for: "Lock restored")
            #expect(daemon.log.all("Lock restored").first?["path"] == lock)
            #expect(try registryLock(scene) == lock)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("may be another daemon's by now: both go on, each job has one worker, and the locks are had again after it")
    func lost() throws {
        try Scene.play { scene in
            try declare(scene)
            let first = try scene.start()
            try first.wait(for: "TICK")
            let (lock, worker) = (try registryLock(scene), try first.worker(Self.entry))
            first.signal(SIGSTOP)
            Scene.removeTree(scene.runtime)
            unlink(lock)
            let second = try scene.start()
            try second.wait(for: "Waiting for previous worker", entry: Self.entry)
            #expect(second.log.all("Waiting for previous worker").first?.number("pid") == Int(worker))
            first.signal(SIGCONT)
            try first.wait(for: "Lock lost", count: 2)
            let errors = first.log.all("Lock lost").compactMap { $0["error"] }
            #expect(errors.allSatisfy { $0.contains("is held by process \(second.pid): another cronsupd") })
            try first.wait(for: "TICK", count: first.log.count("TICK") + 3)
            #expect(second.log.count("Spawning worker") == 0)

            // The next worker is that of the one or the other.
            kill(worker, SIGKILL)
            let begun = scene.spanRows("begin").count
            try first.wait("the job runs") { scene.spanRows("begin").count > begun + 3 }
            #expect(try second.stop() == .exited(code: 0))
            try first.wait(for: "Lock restored", count: 2)
            try first.wait(for: "Worker started", count: 2)
            #expect(try registryLock(scene) == lock)
            #expect(try first.stop() == .exited(code: 0))
            #expect(!scene.runsOverlap(Self.entry))
        }
    }
}
