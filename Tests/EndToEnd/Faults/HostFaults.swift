import Glibc
import Kernel
import Testing

@Suite("The host")
struct HostFaults {
    // MARK: F51

    @Test(
        "may be a container where the daemon is PID 1",
        .enabled(if: Namespaces.areAvailable, "needs the right to create PID namespaces"))
    func firstProcess() throws {
        try Scene.play { scene in
            try scene.declare([
                JobText(name: "job", interval: "100ms"),
                JobText(
                    name: "lost", method: "orphan", interval: "100ms", data: ["apart": "true", "seconds": "0.2"],
                    lifecycle: JobText.quickRestart),
            ])
            let unshare = try scene.start(wrapper: Namespaces.newProcessNamespace)
            try unshare.wait(for: "TICK", entry: "test:job", count: 3)
            try unshare.wait(for: "Worker exited", entry: "test:lost", count: 3)
            #expect(unshare.log.records.first?.number("pid") == 1)
            let daemon = try #require(Proc.children(of: unshare.pid).first)
            try wait("strangers are collected") { Proc.zombies(of: daemon).isEmpty }
            kill(daemon, SIGTERM)
            #expect(try unshare.waitForExit() == .exited(code: 0))
            #expect(unshare.log.count("Worker stopped") == 2)
        }
    }

    @Test(
        "never loses a SIGTERM to PID 1, from the moment it can be kept",
        .enabled(if: Namespaces.areAvailable, "needs the right to create PID namespaces"))
    func terminatedEarly() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job", interval: "50ms")])
            for delay in stride(from: 0, through: 100, by: LongTests.size(20, long: 1)) {
                let unshare = try scene.start(wrapper: Namespaces.newProcessNamespace)
                var daemon: ProcessID?
                // The kernel drops what PID 1 has neither blocked nor a handler for: nobody can do anything about that.
                try wait("it has blocked its signals") {
                    daemon = Proc.children(of: unshare.pid).first
                    return daemon.map(Self.isBlockingTermination) ?? false
                }
                usleep(UInt32(delay * 1_000))
                if let daemon { kill(daemon, SIGTERM) }
                #expect(try unshare.waitForExit(within: 10) == .exited(code: 0), "after \(delay) ms")
            }
        }
    }

    /// `unshare` itself blocks signals for a moment before it becomes the daemon.
    private static func isBlockingTermination(_ pid: ProcessID) -> Bool {
        guard (try? FileSystem.linkTarget("/proc/\(pid)/exe")) == Binaries.daemon else { return false }
        let blocked = Proc.status(pid, "SigBlk").flatMap { UInt64($0, radix: 16) } ?? 0
        return blocked & (1 << UInt64(SIGTERM - 1)) != 0
    }

    // MARK: F55

    @Test(
        "may have no /proc, which a clear line says",
        .enabled(if: Namespaces.areAvailable, "needs the right to create mount namespaces"))
    func withoutProc() throws {
        try Scene.play { scene in
            let bare = "umount -l /proc && exec \(Binaries.daemon)"
            let finished = try scene.run(["--mount", "/bin/sh", "-c", bare], program: "/usr/bin/unshare")
            #expect(finished.status == .exited(code: 111))
            #expect(finished.errors == "cronsupd: no arguments in /proc/self/cmdline; expected /proc to be mounted\n")
        }
    }

    @Test("may have closed the standard descriptors, emptied the environment and lifted the umask")
    func bareStart() throws {
        try Scene.play { scene in
            let file = scene.path("probe")
            try scene.declare([
                JobText(name: "probe", method: "probe", interval: "100ms", data: ["file": file]),
                JobText(name: "job", interval: "50ms", data: ["ledger": scene.ledger]),
            ])
            let bare = "umask 0; exec 0<&- 1>&- 2>&-; exec env -i \(scene.cage.marker) \"$@\""
            let daemon = try scene.start(wrapper: ["/bin/sh", "-c", bare, "sh"])
            try daemon.wait("it runs its jobs") { scene.ledgerRows().count > 5 && TextFile.read(file) != nil }
            // What was closed is /dev/null, and no pipe has taken its number.
            for number in 0...2 {
                #expect(try FileSystem.linkTarget("/proc/\(daemon.pid)/fd/\(number)") == "/dev/null")
            }
            #expect(TextFile.read(file)?.contains("umask=0\n") == true)
            #expect(TextFile.read(file)?.contains("descriptors=0,1,2\n") == true)
            #expect(try daemon.stop() == .exited(code: 0))
            // Nobody else's file was taken for the log.
            #expect(scene.ledgerRows().allSatisfy { $0.entry == "test:job" })
        }
    }

    @Test(
        "may have a umask that takes everything: what the daemon makes can be entered and opened again",
        .enabled(if: geteuid() != 0 || access(setpriv, X_OK) == 0, "needs setpriv"))
    func umask() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job", interval: "50ms")])
            // Root as well is held to permissions without these.
            let plain = geteuid() == 0 ? "\(Self.setpriv) --bounding-set -dac_override,-dac_read_search" : ""
            let wrapper = ["/bin/sh", "-c", "umask 777; exec \(plain) \"$@\"", "sh"]
            for _ in 0..<2 {
                let daemon = try scene.start(wrapper: wrapper)
                try daemon.wait(for: "TICK", count: 2)
                let second = try scene.start(wrapper: wrapper)
                #expect(try second.waitForExit() == .exited(code: 111))
                let errors = TextFile.read(second.errors) ?? ""
                #expect(errors.contains("is held by process \(daemon.pid)"), "\(errors)")
                #expect(try daemon.stop() == .exited(code: 0))
            }
        }
    }

    private static let setpriv = "/usr/bin/setpriv"

    @Test("may allow few open files: jobs that fit run, those that do not are refused in one line")
    func fewDescriptors() throws {
        try Scene.play { scene in
            // What other tests have open at the moment of the fork would count.
            let clean = "for ((i = 3; i < 66; i++)); do eval \"exec $i>&-\"; done"
            let few = ["/bin/bash", "-c", "\(clean); ulimit -n 66; exec \"$@\"", "bash"]
            try scene.declare((1...5).map { JobText(name: "job\($0)", interval: "100ms") })
            let daemon = try scene.start(wrapper: few)
            try daemon.wait("all have run") { Set(daemon.log.all("TICK").map(\.entry)).count == 5 }
            #expect(try daemon.stop() == .exited(code: 0))

            try scene.declare((1...30).map { JobText(name: "job\($0)", interval: "100ms") })
            let refused = try scene.start(wrapper: few)
            #expect(try refused.waitForExit() == .exited(code: 100))
            let errors = TextFile.read(refused.errors) ?? ""
            #expect(errors.contains("of 30 is more than the limit of open files allows; expected at most"))
            #expect(errors.contains("\(scene.registry)/jobs.yaml:"))
        }
    }

    @Test("may give workers a small stack, which commands get as it is: jobs of all kinds run")
    func smallStack() throws {
        try Scene.play { scene in
            func small(_ program: String) throws -> String {
                let path = scene.path("small-\(program)")
                try TextFile.write("#!/bin/sh\nulimit -s 64; exec \(Binaries.directory)/\(program) \"$@\"\n", to: path)
                chmod(path, 0o700)
                return path
            }
            try scene.write("return {run = function() return string.rep('x', 1000) end}\n", in: "job.lua")
            let source = ["source": "file://\(try small("faultworker"))"]
            try scene.declare([
                .shell("shell", "seq 1 20000 >&2; ulimit -s", interval: "100ms"),
                .program("program", ["env"], interval: "100ms"), .lua("lua", "run", in: "job.lua"),
                JobText(name: "swift", method: "talk", interval: "100ms", data: source),
                JobText(name: "async", method: "wait", interval: "100ms", data: source),
            ])
            let daemon = try scene.start(worker: try small("cronworker"))
            let entries = ["shell", "program", "lua", "swift", "async"].map { "test:\($0)" }
            for entry in entries { try daemon.wait(for: "TICK", entry: entry, count: 3) }
            #expect(daemon.log.all("TICK", entry: "test:shell").allSatisfy { $0["result"] == "64" })
            #expect(daemon.log.count("Worker exited") + daemon.log.count("TICK FAILED") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("may be short of descriptors when the registry is read, which is not the registry's fault")
    func shortage() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job")])
            let few = ["/bin/sh", "-c", "ulimit -n 8; exec \"$@\"", "sh"]
            let daemon = try scene.start(["--check"], wrapper: few)
            #expect(try daemon.waitForExit() == .exited(code: 111))
            #expect(TextFile.read(daemon.errors)?.contains("Too many open files") == true)
        }
    }

    @Test(
        "may have a read-only root",
        .enabled(if: Namespaces.areAvailable, "needs the right to create mount namespaces"))
    func readOnlyRoot() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job", interval: "50ms")])
            // As in a container: the one place that can be written to is in memory.
            let readOnly =
                "mkdir \(scene.runtime) && mount -t tmpfs none \(scene.runtime) && mount -o remount,bind,ro / && exec \"$@\""
            let daemon = try scene.start(wrapper: ["/usr/bin/unshare", "-m", "/bin/sh", "-c", readOnly, "sh"])
            try daemon.wait(for: "TICK", count: 3)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
