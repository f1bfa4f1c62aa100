import Glibc
import Kernel
import Testing

@Suite("Spawning")
struct SpawnFaults {
    // MARK: F01

    @Test(
        "goes on as soon as the machine has processes again", .enabled(if: ProcessLimit.isAvailable, ProcessLimit.need))
    func processShortage() throws {
        try Scene.play { scene in
            let count = 50
            try scene.declare((1...count).map { JobText(name: "job\($0)", interval: "1h") })
            let limit = try ProcessLimit(most: 12)
            let daemon = try scene.start(wrapper: limit.wrapper)
            try daemon.wait(for: "Spawn postponed", count: 10)

            // It answers while it is short: a reload needs no process.
            daemon.reload()
            try daemon.wait(for: "Reloaded registry", within: 5)
            for record in daemon.log.all("Spawn postponed") {
                #expect(daemon.log.count("Spawn postponed", entry: record.entry) == 1)
                #expect(record["error"]?.contains("clone") == true)
            }
            try limit.lift()
            try daemon.wait("all \(count) are up", within: 15) { daemon.workers.count == count }
            #expect(daemon.log.count("Worker exited") == 0)
            #expect(daemon.log.count("Restarting worker") == 0)
            #expect(daemon.log.count("Job failed") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    // MARK: F03

    @Test("survives the want of descriptors, and reloads in the midst of it")
    func descriptorShortage() throws {
        try Scene.play { scene in
            try scene.declare(
                (1...20).map { JobText(name: "job\($0)", interval: "1h", lifecycle: JobText.quickRestart) })
            let daemon = try scene.start()
            try daemon.wait("20 are up") { daemon.workers.count == 20 }
            let baseline = Proc.descriptorCount(daemon.pid)
            let before = daemon.workers

            // One of those that are set aside is beyond it, and cannot be had again before the limit is lifted.
            let limit = try #require((0..<1_000).last { Self.target($0, in: daemon) == "/dev/null" })
            try Self.limitOpenFiles(of: daemon, to: limit, in: scene)
            for pid in before.values { kill(pid, SIGKILL) }
            try daemon.wait(for: "Spawn postponed", count: 10)
            #expect(
                daemon.log.all("Spawn postponed").allSatisfy { $0["error"]?.contains("Too many open files") == true })
            // Not one number is left now but those that the daemon has set aside.
            let lowestFree = (0..<limit).first { Self.target($0, in: daemon) == nil } ?? limit
            try Self.limitOpenFiles(of: daemon, to: lowestFree, in: scene)
            daemon.reload()
            try daemon.wait(for: "Reloaded registry", within: 5)

            try Self.limitOpenFiles(of: daemon, to: 1_000, in: scene)
            try daemon.wait("all are back", within: 15) { daemon.log.count("Worker started") == 40 }
            try daemon.wait("the descriptors are those of before") { Proc.descriptorCount(daemon.pid) == baseline }
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    static func target(_ number: Int, in daemon: DaemonProcess) -> String? {
        try? FileSystem.linkTarget("/proc/\(daemon.pid)/fd/\(number)")
    }

    static func limitOpenFiles(of daemon: DaemonProcess, to limit: Int, in scene: Scene) throws {
        let arguments = ["--pid", "\(daemon.pid)", "--nofile=\(limit):"]
        #expect(try scene.run(arguments, program: "/usr/bin/prlimit").status == .exited(code: 0))
    }

    // MARK: F04

    @Test("names the step, the file and the reason, and goes on when the program is mended")
    func badProgram() throws {
        try Scene.play { scene in
            // A script is not kept open, so that it can be missing too.
            let worker = scene.path("worker")
            let good = "#!/bin/sh\nexec '\(Binaries.faultWorker)' \"$@\"\n"
            try Self.install(Array(good.utf8), mode: 0o755, at: worker)
            let daemon = try start(worker, in: scene)

            try fail(daemon, "missing", "execve '\(worker)': No such file or directory") { unlink(worker) }
            try fail(daemon, "not executable", "execve '\(worker)': Permission denied") {
                try Self.install(Array(good.utf8), mode: 0o644, at: worker)
            }
            try fail(daemon, "no program", "execve '\(worker)': Exec format error") {
                try Self.install(Array("neither a script nor a program".utf8), mode: 0o755, at: worker)
            }
            // A program whose end is missing either cannot be started or dies of it; in both cases it is said.
            let failures = daemon.log.count("Spawn failed") + daemon.log.count("Worker exited")
            let program = try #require(TextFile.bytes(Binaries.faultWorker))
            try Self.install(Array(program.prefix(program.count / 3)), mode: 0o755, at: worker)
            try daemon.wait("the truncated program is noticed") {
                daemon.log.count("Spawn failed") + daemon.log.count("Worker exited") > failures + 2
            }
            let started = daemon.log.count("Worker started")
            try Self.install(Array(good.utf8), mode: 0o755, at: worker)
            try daemon.wait(for: "Worker started", count: started + 1)
            #expect(Proc.zombies(of: daemon.pid) == [])
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("that is spoilt where it stands is the same, though it was opened before")
    func spoiltProgram() throws {
        try Scene.play { scene in
            let worker = scene.path("worker")
            let good = try #require(TextFile.bytes(Binaries.faultWorker))
            try Self.install(good, mode: 0o755, at: worker)
            let daemon = try start(worker, in: scene)
            try fail(daemon, "not executable", "execve '\(worker)': Permission denied") { chmod(worker, 0o644) }
            // The file itself, which nobody runs now.
            try fail(daemon, "no program", "execve '\(worker)': Exec format error") {
                try Descriptor.create(worker).writeAll(Array("no program".utf8))
                chmod(worker, 0o755)
            }
            let started = daemon.log.count("Worker started")
            chmod(worker, 0o644)
            try Descriptor.create(worker).writeAll(good)
            chmod(worker, 0o755)
            try daemon.wait(for: "Worker started", count: started + 1)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("that is replaced or removed changes nothing before a reload, and nothing if that is refused")
    func replacedProgram() throws {
        try Scene.play { scene in
            let worker = scene.path("worker")
            try Self.install(try #require(TextFile.bytes(Binaries.faultWorker)), mode: 0o755, at: worker)
            let daemon = try start(worker, in: scene)
            func again() throws -> ProcessID {
                let started = daemon.log.count("Worker started")
                kill(try daemon.worker("test:job"), SIGKILL)
                try daemon.wait(for: "Worker started", count: started + 1)
                return try daemon.worker("test:job")
            }
            func isRun(_ path: String, by pid: ProcessID) throws -> Bool {
                try FileSystem.status("/proc/\(pid)/exe").identity.size == FileSystem.status(path).identity.size
            }
            let command = try #require(TextFile.read("/proc/\(try again())/cmdline"))
            #expect(command == "\(worker)\0test:job\01h\0")
            try Self.install(Array("no program".utf8), mode: 0o755, at: worker)
            #expect(try isRun(Binaries.faultWorker, by: try again()))
            unlink(worker)
            let pid = try again()
            #expect(try isRun(Binaries.faultWorker, by: pid))
            // It calls itself what it was called.
            #expect(TextFile.read("/proc/\(pid)/comm") == "worker\n")
            #expect(TextFile.read("/proc/\(pid)/cmdline") == command)
            daemon.reload()
            try daemon.wait(for: "Reload failed")
            #expect(
                daemon.log.all("Reload failed").first?["error"] == "execve '\(worker)': No such file or directory")
            #expect(try isRun(Binaries.faultWorker, by: try again()))
            try Self.install(try #require(TextFile.bytes(Binaries.worker)), mode: 0o755, at: worker)
            try scene.declare([
                JobText(name: "job", method: "heartbeat", interval: "1h", lifecycle: JobText.quickRestart)
            ])
            daemon.reload()
            try daemon.wait(for: "Reloaded registry")
            try daemon.wait("the new program runs") {
                let pid = try daemon.worker("test:job")
                return try Proc.isAlive(pid) && isRun(worker, by: pid)
            }
            #expect(try isRun(worker, by: try again()))
            #expect(daemon.log.count("Spawn failed") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    private func start(_ worker: String, in scene: Scene, wrapper: [String] = []) throws -> DaemonProcess {
        try scene.declare([
            JobText(
                name: "job", interval: "1h",
                lifecycle: ["restart: {initial_delay: 50ms, max_delay: 50ms, max_attempts: 0}"])
        ])
        let daemon = try scene.start(worker: worker, wrapper: wrapper)
        try daemon.wait(for: "Worker started")
        return daemon
    }

    private func fail(
        _ daemon: DaemonProcess, _ what: String, _ reason: String, _ damage: () throws -> Void
    ) throws {
        try damage()
        if let pid = daemon.latestWorker("test:job"), Proc.isAlive(pid) { kill(pid, SIGKILL) }
        try daemon.wait("'Spawn failed' for a program that is \(what)") {
            daemon.log.all("Spawn failed").contains { $0["error"] == reason }
        }
    }

    private static func install(_ bytes: [UInt8], mode: mode_t, at path: String) throws {
        try Descriptor.create(path + ".new").writeAll(bytes)
        chmod(path + ".new", mode)
        try FileSystem.rename(path + ".new", to: path)
    }

    @Test(
        "that is replaced is started as it was also where execveat is refused",
        .enabled(if: Tracer.isAvailable, Tracer.need), arguments: ["ENOSYS", "EPERM"])
    func refusedCall(error: String) throws {
        try Scene.play { scene in
            let worker = scene.path("worker")
            try Self.install(try #require(TextFile.bytes(Binaries.faultWorker)), mode: 0o755, at: worker)
            // Of its children too.
            let daemon = try start(
                worker, in: scene,
                wrapper: ["/usr/bin/strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=execveat"]
                    + ["-e", "inject=execveat:error=\(error)"])
            try Self.install(Array("no program".utf8), mode: 0o755, at: worker)
            kill(try daemon.worker("test:job"), SIGKILL)
            try daemon.wait(for: "Worker started", count: 2)
            #expect(daemon.log.count("Spawn failed") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    // MARK: F05

    @Test("leaves nothing of the daemon's on a worker, however the daemon was started")
    func hygiene() throws {
        try Scene.play { scene in
            let file = scene.path("probe")
            try scene.declare([JobText(name: "probe", method: "probe", interval: "100ms", data: ["file": file])])
            let spoil =
                "umask 027; trap '' TERM HUP USR1 PIPE; ulimit -Sn 300; exec 3</dev/null 5</dev/null 9</dev/null; "
                + "exec nice -n 3 env --block-signal=USR2 \"$@\""
            let daemon = try scene.start(wrapper: ["/bin/sh", "-c", spoil, "sh"])
            try daemon.wait(for: "TICK", count: 2)

            let pid = try daemon.worker("test:probe")
            #expect(Proc.status(pid, "SigBlk") == "0000000000000000")
            // 32 and 33 are the C library's own.
            let ignored = UInt64(Proc.status(pid, "SigIgn") ?? "", radix: 16) ?? .max
            #expect(ignored & ~(3 << 31) == 0)
            let facts = (TextFile.read(file) ?? "").split(separator: "\n").map(String.init)
            #expect(facts.contains("pid=\(pid)"))
            #expect(facts.contains("session=\(pid)"))
            #expect(facts.contains("group=\(pid)"))
            #expect(facts.contains("umask=23"))
            #expect(facts.contains("nice=3"))
            #expect(facts.contains { $0.hasPrefix("open_files=300/") })
            #expect(facts.contains("supervisor=unset"))
            let instance = try #require(facts.first { $0.hasPrefix("instance=") }?.dropFirst("instance=".count))
            #expect(try FileSystem.names(in: scene.runtime).contains { instance.hasSuffix("-\($0)") })
            #expect(facts.contains("descriptors=0,1,2"))
            #expect(TextFile.read("/proc/\(pid)/oom_score_adj") == TextFile.read("/proc/\(daemon.pid)/oom_score_adj"))
            let here = try FileSystem.linkTarget("/proc/\(daemon.pid)/cwd")
            #expect(try FileSystem.linkTarget("/proc/\(pid)/cwd") == here)
            // The pipes to the daemon, the registry, the lock, the note, the job's own three, and the timer.
            #expect(Proc.descriptorCount(pid) == 9)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
