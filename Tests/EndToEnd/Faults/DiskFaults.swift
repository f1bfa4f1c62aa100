import Glibc
import Kernel
import Testing

@Suite("A disk that does not answer", .enabled(if: FrozenDisk.isAvailable, FrozenDisk.need))
struct DiskFaults {
    // MARK: F30

    @Test("holds up neither the daemon nor its end: the worker that waits for it is named, and has no second copy")
    func frozen() throws {
        try Scene.play { scene in
            let disk = try FrozenDisk(scene)
            defer { disk.remove() }
            let stuck = JobText(
                name: "stuck", interval: "100ms",
                data: ["ledger": "\(disk.path)/ledger", "timeout": "300ms", "kill_after": "100ms"])
            try scene.declare([stuck, JobText(name: "other", interval: "100ms")])
            try disk.freeze()
            let daemon = try scene.start(["--stop-timeout", "1s"])
            try daemon.wait(for: "Worker unkillable", entry: stuck.id)
            let worker = try daemon.worker(stuck.id)
            #expect(daemon.log.all("Worker unkillable").first?.number("pid") == Int(worker))
            #expect(Proc.state(worker) == "D")
            #expect(daemon.log.all("Worker stack", entry: stuck.id).first?["state"] == "blocked")
            let ticks = daemon.log.count("TICK", entry: "test:other")
            try daemon.wait(for: "TICK", entry: "test:other", count: ticks + 10, within: 3)
            #expect(daemon.log.count("Spawning worker", entry: stuck.id) == 1)

            #expect(try daemon.stop(within: 4) == .exited(code: 111))
            let left = try #require(daemon.log.all("Worker left behind").first)
            #expect(left.number("pid") == Int(worker))
            #expect(Proc.state(worker) == "D")
            try disk.thaw()
            try wait("it dies when the disk answers") { !Proc.isAlive(worker) }
        }
    }

    // MARK: F18

    @Test("holds a job's lock with its worker, also for a daemon that comes behind one that was killed")
    func previousWorker() throws {
        try Scene.play { scene in
            let disk = try FrozenDisk(scene)
            defer { disk.remove() }
            let stuck = JobText(name: "stuck", interval: "100ms", data: ["ledger": "\(disk.path)/ledger"])
            try scene.declare([stuck, JobText(name: "other", interval: "100ms")])
            try disk.freeze()
            let first = try scene.start()
            try first.wait("it is in a run") { first.latestWorker(stuck.id).map { Proc.state($0) == "D" } ?? false }
            let old = try first.worker(stuck.id)
            first.signal(SIGKILL)
            _ = try first.waitForExit()

            let second = try scene.start()
            try second.wait(for: "Waiting for previous worker", entry: stuck.id)
            #expect(second.log.all("Waiting for previous worker").first?.number("pid") == Int(old))
            try second.wait(for: "TICK", entry: "test:other", count: 5)
            #expect(Proc.state(old) == "D" && second.log.count("Spawning worker", entry: stuck.id) == 0)
            try disk.thaw()
            try second.wait(for: "TICK", entry: stuck.id)
            #expect(!Proc.isAlive(old))
            #expect(try second.stop() == .exited(code: 0))
        }
    }

    @Test(
        "has no second copy of a command waiting for it either, in this life of the daemon or the next",
        .enabled(if: ControlGroups.areAvailable, ControlGroups.need))
    func command() throws {
        try Scene.play { scene in
            let disk = try FrozenDisk(scene)
            defer { disk.remove() }
            let stuck = JobText.shell(
                "stuck", "echo $$ > \(disk.path)/file", interval: "100ms",
                data: ["timeout": "300ms", "kill_after": "100ms"])
            try scene.declare([stuck])
            try disk.freeze()
            let first = try scene.start()
            try first.wait(for: "Waiting for previous worker", entry: stuck.id)
            let command = try #require(first.log.all("Waiting for previous worker").first?.number("pid"))
            #expect(Proc.state(ProcessID(command)) == "D")
            try first.wait(for: "Leftovers unkillable")
            #expect(first.log.count("Spawning worker") == 1)
            #expect(first.log.count("Previous worker killed") == 0)
            #expect(try first.stop(within: 4) == .exited(code: 111))
            #expect(first.log.all("Leftovers unkillable").last?["processes"] == "\(command)")

            let second = try scene.start()
            try second.wait(for: "Waiting for previous worker", entry: stuck.id)
            #expect(second.log.count("Spawning worker") == 0)
            try disk.thaw()
            try second.wait(for: "TICK", entry: stuck.id)
            #expect(!Proc.isAlive(ProcessID(command)))
            #expect(try second.stop() == .exited(code: 0))
        }
    }

    @Test("is waited for by a job that a reload removes, whose worker is collected when it answers")
    func removed() throws {
        try Scene.play { scene in
            let disk = try FrozenDisk(scene)
            defer { disk.remove() }
            let stuck = JobText(
                name: "stuck", interval: "100ms", data: ["ledger": "\(disk.path)/ledger"],
                lifecycle: ["stop_timeout: 50ms"])
            try scene.declare([stuck])
            try disk.freeze()
            let daemon = try scene.start()
            try daemon.wait("it is in a run") { daemon.latestWorker(stuck.id).map { Proc.state($0) == "D" } ?? false }
            var disabled = stuck
            disabled.meta = ["enabled": "false"]
            try scene.declare([disabled])
            daemon.reload()
            try daemon.wait(for: "Worker unkillable", entry: stuck.id)
            try scene.declare([stuck])
            daemon.reload()
            try daemon.wait(for: "Reloaded registry", count: 2)
            #expect(daemon.log.count("Spawning worker") == 1)
            try disk.thaw()
            try daemon.wait(for: "Spawning worker", count: 2)
            try daemon.wait(for: "TICK")
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
