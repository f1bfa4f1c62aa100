import Glibc
import Kernel
import Testing

@Suite("A daemon in the place of one that was killed")
struct PreviousWorkerFaults {
    private static let entry = "test:job"

    /// Its runs, once begun, last until the gate is opened.
    private func gated(_ scene: Scene, child: Bool = false) -> JobText {
        job(scene, milliseconds: 0, child: child, data: ["until": scene.path("gate")])
    }

    private func openGate(_ scene: Scene) throws { try TextFile.write("", to: scene.path("gate")) }

    private func job(
        _ scene: Scene, milliseconds: Int, child: Bool = false, data: [String: String] = [:]
    ) -> JobText {
        let own = ["milliseconds": "\(milliseconds)", "child": "\(child)", "ledger": scene.ledger]
        return JobText(name: "job", method: "span", interval: "200ms", data: own.merging(data) { $1 })
    }

    /// A daemon that was killed while the job's first run was running; the run goes on.
    private func killInRun(_ scene: Scene) throws -> ProcessID {
        let daemon = try scene.start()
        try daemon.wait("a run has begun") { !scene.spanRows("begin").isEmpty }
        daemon.signal(SIGKILL)
        _ = try daemon.waitForExit()
        return try #require(scene.spanRows("begin").first).pid
    }

    private func waitForSuccessor(_ daemon: DaemonProcess, of old: ProcessID) throws {
        try daemon.wait("the next worker is up") { daemon.latestWorker(Self.entry).map { $0 != old } ?? false }
    }

    // MARK: F18

    @Test("waits for a worker that still finishes its run and does not hear SIGTERM: never are two at work")
    func waits() throws {
        try Scene.play { scene in
            try scene.declare([gated(scene), JobText(name: "other", interval: "100ms")])
            let old = try killInRun(scene)
            let daemon = try scene.start()
            try daemon.wait(for: "Waiting for previous worker", entry: Self.entry)
            let waiting = try #require(daemon.log.all("Waiting for previous worker").first)
            #expect(waiting.number("pid") == Int(old))
            kill(old, SIGTERM)
            try daemon.wait(for: "TICK", entry: "test:other", count: 3)
            #expect(Proc.isAlive(old) && daemon.log.count("Spawning worker", entry: Self.entry) == 0)

            try openGate(scene)
            try waitForSuccessor(daemon, of: old)
            #expect(!Proc.isAlive(old))
            try daemon.wait(for: "TICK", entry: Self.entry, count: 1)
            #expect(daemon.log.count("Waiting for previous worker") == 1)
            #expect(daemon.log.count("Restarting worker") == 0 && daemon.log.count("Leftovers killed") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(scene.spanRows("end").contains { $0.pid == old }, "its run was not cut short")
            #expect(!scene.runsOverlap(Self.entry))
        }
    }

    @Test("may itself be killed and followed by a third, again and again, and still there is one worker at a time")
    func again() throws {
        try Scene.play { scene in
            try scene.declare([job(scene, milliseconds: 600)])
            for _ in 0..<LongTests.size(4, long: 50) {
                let begun = scene.spanRows("begin").count
                let daemon = try scene.start()
                try daemon.wait("another run has begun") { scene.spanRows("begin").count > begun }
                daemon.signal(SIGKILL)
                _ = try daemon.waitForExit()
            }
            let daemon = try scene.start()
            try daemon.wait(for: "TICK", count: 2)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(!scene.runsOverlap(Self.entry))
        }
    }

    @Test("waits as well for one that cannot run, until it can")
    func stopped() throws {
        try Scene.play { scene in
            try scene.declare([job(scene, milliseconds: 100)])
            let first = try scene.start()
            // As if it waited for a dead disk.
            try first.wait("a run is running and stopped") {
                guard let pid = scene.spanRows("begin").last?.pid else { return false }
                kill(pid, SIGSTOP)
                if scene.spanRows("begin").count > scene.spanRows("end").count { return true }
                kill(pid, SIGCONT)
                return false
            }
            let old = try #require(scene.spanRows("begin").last).pid
            first.signal(SIGKILL)
            _ = try first.waitForExit()
            let daemon = try scene.start()
            try daemon.wait(for: "Waiting for previous worker")
            #expect(Proc.state(old) == "T")
            kill(old, SIGCONT)
            try waitForSuccessor(daemon, of: old)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(!scene.runsOverlap(Self.entry))
        }
    }

    @Test("kills it with all that it has started when it has had its time-out once more")
    func timeout() throws {
        try Scene.play { scene in
            try scene.declare([job(scene, milliseconds: 600_000, child: true)])
            let old = try killInRun(scene)
            let child = try #require(scene.spanRows("child").first).pid
            try scene.declare([
                job(scene, milliseconds: 10, data: ["timeout": "300ms", "kill_after": "200ms"])
            ])
            let daemon = try scene.start()
            try daemon.wait(for: "Previous worker killed", entry: Self.entry)
            #expect(daemon.log.all("Previous worker killed").first?.number("pid") == Int(old))
            try waitForSuccessor(daemon, of: old)
            #expect(!Proc.isAlive(old))
            try daemon.wait("its child is gone") { !Proc.isAlive(child) }
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(!scene.runsOverlap(Self.entry))
        }
    }

    @Test("lets it finish within the grace when it is told to stop while it waits")
    func stop() throws {
        try Scene.play { scene in
            try scene.declare([gated(scene)])
            let old = try killInRun(scene)
            let daemon = try scene.start()
            try daemon.wait(for: "Waiting for previous worker")
            daemon.signal(SIGTERM)
            try openGate(scene)
            #expect(try daemon.waitForExit() == .exited(code: 0))
            #expect(!Proc.isAlive(old))
            #expect(scene.spanRows("end").contains { $0.pid == old }, "its run was not cut short")
            #expect(daemon.log.count("Worker stopped") == 1)
        }
    }

    @Test("ends it when it is told to stop and the grace is over, and when a reload takes its job away")
    func ended() throws {
        for isStop in [true, false] {
            try Scene.play { scene in
                // It does not hear SIGTERM.
                try scene.declare([gated(scene, child: true), JobText(name: "other", interval: "100ms")])
                let old = try killInRun(scene)
                let child = try #require(scene.spanRows("child").first).pid
                let daemon = try scene.start(["--stop-timeout", "300ms"])
                try daemon.wait(for: "Waiting for previous worker")
                if isStop {
                    #expect(try daemon.stop() == .exited(code: 0))
                } else {
                    try scene.declare([JobText(name: "other", interval: "100ms")])
                    daemon.reload()
                    try daemon.wait(for: "Worker stopped", entry: Self.entry)
                    #expect(try daemon.stop() == .exited(code: 0))
                }
                #expect(!Proc.isAlive(old) && !Proc.isAlive(child))
                for message in ["Worker terminated", "Worker killed"] {
                    #expect(daemon.log.all(message, entry: Self.entry).map { $0.number("pid") } == [Int(old)])
                }
            }
        }
    }

    @Test("ends it after the grace when it finds that the job is not in the registry any more")
    func withoutEntry() throws {
        try Scene.play { scene in
            try scene.declare([gated(scene)])
            let old = try killInRun(scene)
            try scene.declare([JobText(name: "other", interval: "100ms")])
            let daemon = try scene.start(["--stop-timeout", "300ms"])
            try daemon.wait(for: "Worker stopped", entry: Self.entry)
            #expect(!Proc.isAlive(old))
            #expect(daemon.log.all("Worker killed", entry: Self.entry).map { $0.number("pid") } == [Int(old)])
            try daemon.wait(for: "TICK", entry: "test:other", count: 2)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("waits on for it when only its schedule changes")
    func rescheduled() throws {
        try Scene.play { scene in
            try scene.declare([gated(scene)])
            let old = try killInRun(scene)
            let daemon = try scene.start(["--stop-timeout", "50ms"])
            try daemon.wait(for: "Waiting for previous worker")
            var job = gated(scene)
            job.interval = "300ms"
            try scene.declare([job])
            daemon.reload()
            try daemon.wait(for: "Waiting for previous worker", count: 2)
            #expect(Proc.isAlive(old) && daemon.log.count("Worker terminated") == 0)
            try openGate(scene)
            try waitForSuccessor(daemon, of: old)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("names what it leaves behind when it cannot end it, and says so by its exit code")
    func leftBehind() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job", interval: "1h")])
            let first = try scene.start()
            try first.wait(for: "Worker started")
            #expect(try first.stop() == .exited(code: 0))
            let key = try #require(FileSystem.names(in: scene.runtime).first)
            // No worker of whom anybody knows.
            guard let lock = try FileLock.take("\(scene.runtime)/\(key)/test:job.lock") else {
                throw Failure("the lock is held")
            }
            let second = try scene.start(["--stop-timeout", "100ms"])
            try second.wait(for: "Waiting for previous worker")
            #expect(try second.stop() == .exited(code: 111))
            #expect(second.log.count("Worker left behind", entry: Self.entry) == 1)
            withExtendedLifetime(lock) {}
        }
    }

    // MARK: F16

    @Test("kills what dead workers have left in other sessions before it starts anything")
    func leftovers() throws {
        try Scene.play { scene in
            let count = LongTests.size(30, long: 500)
            try scene.declare(
                (1...count).map {
                    JobText(
                        name: "job\($0)", method: "span", interval: nil, meta: ["schedule": "'@reboot'"],
                        data: ["child": "true", "ledger": scene.ledger])
                })
            let first = try scene.start()
            try first.wait(for: "TICK", count: count, within: 60)
            let children = Set(scene.spanRows("child").map(\.pid))
            first.signal(SIGKILL)
            _ = try first.waitForExit()
            try wait("the idle workers are gone") { Set(scene.cage.processes) == children && children.count == count }
            try scene.declare([job(scene, milliseconds: 10)])

            let daemon = try scene.start()
            try daemon.wait(for: "Worker started")
            #expect(!children.contains(where: Proc.isAlive))
            let messages = daemon.log.records.map(\.message)
            let killed = try #require(messages.firstIndex(of: "Leftovers killed"))
            #expect(try killed < #require(messages.firstIndex(of: "Spawning worker")))
            #expect(daemon.log.all("Leftovers killed").first?.number("count") == count)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("spares what a worker at work has started, until that worker has ended")
    func spared() throws {
        try Scene.play { scene in
            try scene.declare([gated(scene, child: true)])
            let old = try killInRun(scene)
            let child = try #require(scene.spanRows("child").first).pid
            try scene.declare([job(scene, milliseconds: 10)])
            // With control groups they find the child first.
            let daemon = try scene.start(wrapper: ControlGroups.hiding)
            try daemon.wait(for: "Waiting for previous worker")
            #expect(Proc.isAlive(child))
            try openGate(scene)
            try waitForSuccessor(daemon, of: old)
            let messages = daemon.log.records.map(\.message)
            let killed = try #require(messages.firstIndex(of: "Leftovers killed"))
            #expect(try killed < #require(messages.firstIndex(of: "Spawning worker")))
            try daemon.wait("the child is gone") { !Proc.isAlive(child) }
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(!scene.runsOverlap(Self.entry))
        }
    }

    // MARK: F54

    @Test("is the only one of its registry: a second ends with the first's name, and the first does not notice")
    func second() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job", interval: "50ms")])
            let first = try scene.start()
            try first.wait(for: "TICK", count: 2)
            let second = try scene.start()
            #expect(try second.waitForExit() == .exited(code: 111))
            let errors = TextFile.read(second.errors) ?? ""
            #expect(
                errors.contains("daemon.lock' is held by process \(first.pid): another cronsupd runs this registry\n"))
            #expect(errors.split(separator: "\n").count == 1)
            #expect(second.log.records.isEmpty)
            try first.wait(for: "TICK", count: first.log.count("TICK") + 3)
            #expect(first.log.count("Worker started") == 1 && first.log.count("Worker exited") == 0)

            // What a crash leaves behind holds nobody up.
            first.signal(SIGKILL)
            _ = try first.waitForExit()
            let third = try scene.start()
            try third.wait(for: "TICK", count: 2)
            #expect(try third.stop() == .exited(code: 0))
        }
    }

    @Test("finds its runtime directory in the environment if the command line has none")
    func usualDirectory() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job")])
            let first = try scene.start()
            try first.wait(for: "Worker started")
            let second = try scene.run(
                [
                    "RUNTIME_DIRECTORY=\(scene.runtime):/nowhere", Binaries.daemon, "--registry", scene.registry,
                    "--worker",
                    Binaries.worker,
                ], program: "/usr/bin/env")
            #expect(second.status == .exited(code: 111))
            #expect(second.errors.hasPrefix("cronsupd: '\(scene.runtime)/"))
            #expect(try first.stop() == .exited(code: 0))
        }
    }

    @Test("does not start where it can have no runtime directory, and says why")
    func noDirectory() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job")])
            try TextFile.write("", to: scene.runtime)
            let daemon = try scene.start()
            #expect(try daemon.waitForExit() == .exited(code: 111))
            let errors = TextFile.read(daemon.errors) ?? ""
            #expect(errors.hasPrefix("cronsupd: no runtime directory: mkdir '\(scene.runtime)': "))
            #expect(errors.split(separator: "\n").count == 1)
        }
    }

    @Test("keeps no locks of jobs that are gone, whether a reload removes them or a new start finds them no more")
    func tidy() throws {
        try Scene.play { scene in
            func declare(_ count: Int) throws {
                try scene.declare((1...count).map { JobText(name: "job\($0)", interval: "1h") })
            }
            func expectLocks(_ count: Int) throws {
                let directory = try "\(scene.runtime)/\(#require(FileSystem.names(in: scene.runtime).first))"
                let names = ["boot", "daemon.lock"] + (1...count).map { "test:job\($0).lock" }
                try wait("\(count) locks") {
                    try FileSystem.names(in: directory).filter { $0 != "control.sock" } == names
                }
            }
            try declare(4)
            let first = try scene.start()
            try first.wait(for: "Worker started", count: 4)
            try expectLocks(4)
            try declare(3)
            first.reload()
            try expectLocks(3)
            #expect(try first.stop() == .exited(code: 0))
            try expectLocks(3)

            try declare(2)
            let second = try scene.start()
            try second.wait(for: "Worker started", count: 2)
            try expectLocks(2)
            #expect(try second.stop() == .exited(code: 0))
        }
    }
}
