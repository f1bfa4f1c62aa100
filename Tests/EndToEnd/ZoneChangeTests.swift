import Glibc
import Kernel
import TestSupport
import Testing

/// The zones are of the test's own: so many seconds ahead of UTC, which shows in the seconds of a slot.
@Suite("A zone file that changes under a running daemon")
struct ZoneChangeTests {
    // MARK: F49

    private func install(_ bytes: [UInt8], as name: String = "Test/X", in scene: Scene) throws {
        let file = scene.path("zones/\(name)")
        try FileSystem.createDirectories(String(file[..<(file.lastIndex(of: "/") ?? file.startIndex)]))
        try Descriptor.create("\(file).new").writeAll(bytes)
        try FileSystem.rename("\(file).new", to: file)
    }

    /// Even seconds of the zone's clocks.
    private func job(_ name: String = "job", zone: String? = "Test/X", method: String = "tick") -> JobText {
        var job = JobText(name: name, method: method, lifecycle: JobText.quickRestart)
        job.interval = nil
        job.meta = ["schedule": "\"*/2 * * * * *\"", "seconds": "first"]
        job.meta["timezone"] = zone
        return job
    }

    /// It has no slot while the test runs, so that nothing but the kernel tells of a change.
    private func startRareJob(_ scene: Scene, zones: String = "zones") throws -> DaemonProcess {
        var job = job()
        job.meta = ["schedule": "'0 0 29 2 *'", "timezone": "Test/X"]
        try scene.declare([job])
        let daemon = try scene.start(environment: ["TZDIR=\(scene.path(zones))"])
        try daemon.wait(for: "Worker started")
        return daemon
    }

    private func start(
        _ scene: Scene, wrapper: [String] = [], environment: [String] = []
    ) throws -> DaemonProcess {
        let daemon = try scene.start(
            wrapper: wrapper, environment: ["TZDIR=\(scene.path("zones"))"] + environment)
        try daemon.wait(for: "TICK")
        return daemon
    }

    /// Of the slot of a run, on the clocks of UTC.
    private func isOdd(_ tick: LogRecord) -> Bool {
        tick["slot"].flatMap { $0.dropLast(5).last?.wholeNumberValue }.map { $0 % 2 == 1 } ?? false
    }

    private func waitForOddSlots(_ daemon: DaemonProcess, _ id: String = "test:job") throws {
        try daemon.wait("runs by the new rules") { daemon.log.all("TICK", entry: id).filter(isOdd).count >= 2 }
    }

    private func end(_ daemon: DaemonProcess, changes: Int) throws {
        #expect(daemon.log.count("Zone changed") == changes)
        #expect(daemon.log.count("Protocol error") == 0)
        #expect(daemon.log.count("Worker fault") == 0)
        #expect(try daemon.stop() == .exited(code: 0))
    }

    @Test(
        "and is none any more leaves a worker that starts again with the rules in force",
        arguments: ["cut off", "gone"])
    func broken(damage: String) throws {
        try Scene.play { scene in
            try install(fixedZone(aheadBy: 0), in: scene)
            try scene.declare([job()])
            let daemon = try start(scene)
            if damage == "gone" {
                unlink(scene.path("zones/Test/X"))
            } else {
                try Descriptor.create(scene.path("zones/Test/X")).writeAll(Array(fixedZone(aheadBy: 1).prefix(60)))
            }
            kill(try daemon.worker("test:job"), SIGKILL)
            try daemon.wait(for: "Worker started", count: 2)
            let ticks = daemon.log.count("TICK")
            try daemon.wait(for: "TICK", count: ticks + 2)
            try daemon.wait(for: "Zone change ignored")
            // A reload that finds it so is refused.
            daemon.reload()
            try daemon.wait(for: "Reload failed")
            try daemon.wait(for: "TICK", count: ticks + 4)
            #expect(daemon.log.all("TICK").allSatisfy { !isOdd($0) })
            #expect(daemon.log.count("Zone change ignored") == 1)
            // One that is there again is looked at again.
            try install(fixedZone(aheadBy: 1), in: scene)
            try waitForOddSlots(daemon)
            try end(daemon, changes: 1)
        }
    }

    @Test("is gone by from then on, and all that was running ends by itself", arguments: [false, true])
    func changed(whileRunning: Bool) throws {
        try Scene.play { scene in
            try install(fixedZone(aheadBy: 0), in: scene)
            try scene.declare([job(), .init(name: "other")])
            let daemon = try start(scene)
            try install(fixedZone(aheadBy: 1), in: scene)
            // Whatever comes first: the new file's news or the new worker.
            if whileRunning { kill(try daemon.worker("test:job"), SIGKILL) }
            try waitForOddSlots(daemon)
            #expect(daemon.log.all("Zone changed").first?["zone"] == "Test/X")
            #expect(daemon.log.all("Zone changed").first?["count"] == "1")
            #expect(daemon.log.count("Spawning worker", entry: "test:other") == 1)
            let slots = daemon.log.all("TICK", entry: "test:job").map(isOdd)
            #expect(slots == slots.filter { !$0 } + slots.filter { $0 }, "the rules in force changed once")
            try end(daemon, changes: 1)
        }
    }

    @Test("and says the same as before changes nothing")
    func same() throws {
        try Scene.play { scene in
            try install(fixedZone(aheadBy: 0), in: scene)
            try install(fixedZone(aheadBy: 0), as: "Test/Y", in: scene)
            try scene.declare([job(), job("second", zone: "Test/Y")])
            let daemon = try start(scene)
            try install(fixedZone(aheadBy: 0), in: scene)
            // What comes behind it has been noticed.
            try install(fixedZone(aheadBy: 1), as: "Test/Y", in: scene)
            try waitForOddSlots(daemon, "test:second")
            #expect(daemon.log.count("Spawning worker", entry: "test:job") == 1)
            try end(daemon, changes: 1)
        }
    }

    @Test("is that of the machine's own zone as well, which a variable names")
    func local() throws {
        try Scene.play { scene in
            try install(fixedZone(aheadBy: 0), in: scene)
            try scene.declare([job(zone: nil)])
            let daemon = try start(scene, environment: ["TZ=Test/X"])
            try install(fixedZone(aheadBy: 1), in: scene)
            try waitForOddSlots(daemon)
            #expect(daemon.log.all("Zone changed").first?["zone"] == "local")
            try end(daemon, changes: 1)
        }
    }

    @Test(
        "is that of the machine's own zone as well, to which a link leads",
        .enabled(if: Namespaces.areAvailable, "needs the right to create mount namespaces"))
    func link() throws {
        try Scene.play { scene in
            for (name, seconds) in [("X", UInt8(0)), ("Y", 1)] {
                try install(fixedZone(aheadBy: seconds), as: "zoneinfo/Test/\(name)", in: scene)
            }
            let etc = scene.path("etc")
            try FileSystem.createDirectories(etc)
            func turn(to name: String) {
                symlink(scene.path("zones/zoneinfo/Test/\(name)"), "\(etc)/new")
                rename("\(etc)/new", "\(etc)/localtime")
            }
            turn(to: "X")
            try scene.declare([job(zone: nil)])
            let script = "mount --bind '\(etc)' /etc && exec /usr/bin/env -u TZ \"$@\""
            let daemon = try scene.start(
                wrapper: ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, "sh"],
                environment: ["TZDIR=\(scene.path("zones/zoneinfo"))"])
            try daemon.wait(for: "TICK")
            turn(to: "Y")
            try waitForOddSlots(daemon)
            try end(daemon, changes: 1)
        }
    }

    @Test(
        "is noticed when a run begins, where the kernel does not tell of it",
        .enabled(if: Tracer.isAvailable, Tracer.need), arguments: ["inotify_init1", "inotify_add_watch"])
    func refused(call: String) throws {
        try Scene.play { scene in
            try install(fixedZone(aheadBy: 0), in: scene)
            try scene.declare([job()])
            let error = call == "inotify_init1" ? "EMFILE" : "ENOSPC"
            let daemon = try start(scene, wrapper: Tracer.wrapper(failing: call, with: error, turns: "1+1"))
            try install(fixedZone(aheadBy: 1), in: scene)
            try waitForOddSlots(daemon)
            try end(daemon, changes: 1)
        }
    }

    @Test(
        "is noticed wherever on the way to it something changes",
        arguments: ["link", "directory", "missing directory"])
    func onTheWay(what: String) throws {
        try Scene.play { scene in
            try install(fixedZone(aheadBy: 0), in: scene)
            symlink("middle", scene.path("first"))
            symlink(scene.path("zones"), scene.path("middle"))
            let daemon = try startRareJob(scene, zones: "first")
            if what == "link" {
                try install(fixedZone(aheadBy: 1), as: "other/Test/X", in: scene)
                symlink("zones/other", scene.path("new"))
                try FileSystem.rename(scene.path("new"), to: scene.path("middle"))
            } else {
                try FileSystem.rename(scene.path("zones"), to: scene.path("before"))
                if what == "missing directory" { try daemon.wait(for: "Zone change ignored") }
                try install(fixedZone(aheadBy: 1), in: scene)
            }
            try daemon.wait(for: "Zone changed")
            try daemon.wait(for: "Worker started", count: 2)
            try end(daemon, changes: 1)
        }
    }

    @Test(
        "is read with the descriptors that are set aside, and where there is none at all it is looked at again later",
        .enabled(if: access("/usr/bin/prlimit", X_OK) == 0, "needs prlimit"), arguments: [true, false])
    func shortage(hasReserve: Bool) throws {
        try Scene.play { scene in
            try install(fixedZone(aheadBy: 0), in: scene)
            let daemon = try startRareJob(scene)
            let lowestFree = (3..<1_000).first { SpawnFaults.target($0, in: daemon) == nil } ?? 0
            try #require((3..<lowestFree).contains { SpawnFaults.target($0, in: daemon) == "/dev/null" })
            try SpawnFaults.limitOpenFiles(of: daemon, to: hasReserve ? lowestFree : 3, in: scene)
            try install(fixedZone(aheadBy: 1), in: scene)
            if hasReserve {
                try daemon.wait(for: "Zone changed")
                #expect(daemon.log.count("Zone change ignored") == 0)
                try SpawnFaults.limitOpenFiles(of: daemon, to: 1_000, in: scene)
            } else {
                try daemon.wait(for: "Zone change ignored")
                #expect(daemon.log.all("Zone change ignored")[0]["error"]?.contains("Too many open files") == true)
                try SpawnFaults.limitOpenFiles(of: daemon, to: 1_000, in: scene)
                try daemon.wait(for: "Zone changed")
                #expect(daemon.log.count("Zone change ignored") == 1)
            }
            try daemon.wait(for: "Worker started", count: 2)
            try end(daemon, changes: 1)
        }
    }
}
