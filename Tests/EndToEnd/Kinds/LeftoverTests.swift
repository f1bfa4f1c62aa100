import Glibc
import Kernel
import Testing

@Suite("What a command leaves on purpose")
struct LeftoverTests {
    /// Writes the number of the process that it leaves, which has no lines to write.
    private static func leave(_ scene: Scene, seconds: Int = 1_000) -> String {
        "sleep \(seconds) >/dev/null 2>&1 & echo $! >> \(scene.path("pids")); echo done"
    }

    private func pids(_ scene: Scene) -> [ProcessID] {
        (TextFile.read(scene.path("pids")) ?? "").split(separator: "\n").compactMap { ProcessID($0) }
    }

    private func isLeft(_ pids: [ProcessID]) -> Bool { !pids.isEmpty && pids.allSatisfy { Proc.isAlive($0) } }

    /// Plays, and ends what was left.
    private func play(_ body: (Scene) throws -> Void) throws {
        try Scene.play { scene in
            defer {
                for pid in pids(scene) { kill(pid, SIGKILL) }
                // A next daemon would remove it.
                try? wait("its groups can be removed", within: 5) {
                    ControlGroups.left(of: scene.registry).map { !$0.exists || (try? $0.removeTree()) != nil } ?? true
                }
            }
            try body(scene)
            #expect(ControlGroups.base(of: scene.registry) == nil)
        }
    }

    private func job(_ scene: Scene, _ rule: String = "leave", _ more: String = "", interval: String? = nil) -> JobText
    {
        .shell("job", more + Self.leave(scene), interval: interval, data: ["leftovers": rule])
    }

    @Test(
        "goes on through a reload without the job, the daemon's end and the next daemon's start, and has no mark",
        arguments: [false, true])
    func lives(hidesGroups: Bool) throws {
        try play { scene in
            try scene.declare([job(scene), JobText.shell("other", "true", interval: "1h")])
            let daemon = try scene.start(
                worker: Binaries.worker, wrapper: hidesGroups ? ControlGroups.hiding : [])
            try daemon.wait(for: "TICK", entry: "test:job")
            let left = try #require(daemon.log.all("Leftovers left").first)
            #expect((left.entry, left.number("run"), left.number("count")) == ("test:job", 1, 1))
            // The shell's child may not have become sleep yet.
            #expect(["sleep", "sh"].contains(left["program"]) && left["error"] == nil)
            let environment = TextFile.read("/proc/\(pids(scene)[0])/environ") ?? ""
            #expect(environment.contains("CRONSUPD_ENTRY=test:job") && !environment.contains("CRONSUPD_INSTANCE="))
            try scene.declare([JobText.shell("other", "true", interval: "1h")])
            daemon.reload()
            try daemon.wait(for: "Worker stopped", entry: "test:job")
            #expect(isLeft(pids(scene)))
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(isLeft(pids(scene)))
            let next = try scene.start(
                worker: Binaries.worker, wrapper: hidesGroups ? ControlGroups.hiding : [])
            try next.wait(for: "Worker started")
            #expect(isLeft(pids(scene)))
            #expect(try next.stop() == .exited(code: 0))
            #expect(isLeft(pids(scene)))
            #expect(daemon.log.count("Leftovers killed") + next.log.count("Leftovers killed") == 0)
        }
    }

    @Test("is no zombie of its worker when it ends, though the worker sleeps")
    func ends() throws {
        try play { scene in
            let command = "sleep 0.3 >/dev/null 2>&1 & echo $! >> \(scene.path("pids"))"
            try scene.declare([.shell("job", command, data: ["leftovers": "leave"])])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "Leftovers left")
            try wait("it is gone") { Proc.state(pids(scene)[0]) == nil }
            #expect(try Proc.isAlive(daemon.worker("test:job")))
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("does not keep the end of a later command from being seen")
    func nextRuns() throws {
        try play { scene in
            try scene.declare([job(scene, interval: "50ms")])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", count: 5)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(daemon.log.count("TICK FAILED") == 0 && isLeft(pids(scene)))
            #expect(daemon.log.all("Leftovers left").allSatisfy { $0.number("count") == 1 })
        }
    }

    // MARK: In control groups

    private static func group(of pid: ProcessID) -> String { TextFile.read("/proc/\(pid)/cgroup") ?? "" }

    @Test(
        "is in no group of its worker's, so that the kill of a later run spares it",
        .enabled(if: ControlGroups.areAvailable, ControlGroups.need))
    func laterRun() throws {
        try play { scene in
            // The second run leaves a process too, hangs and is killed with it.
            let first = "[ -e \(scene.path("pids")) ] && { sleep 1001 & trap '' TERM; sleep 1002; }; "
            var job = job(scene, "leave", first, interval: "300ms")
            job.data["timeout"] = "400ms"
            job.data["kill_after"] = "100ms"
            try scene.declare([job])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK")
            let left = pids(scene)
            #expect(left.allSatisfy { Self.group(of: $0).contains("-left/test:job.") })
            try daemon.wait(for: "TICK TIMEOUT", within: 30)
            try daemon.wait(for: "Worker killed", within: 30)
            try wait("the run that was killed has left nothing") {
                scene.cage.processes.allSatisfy { pid in
                    !(TextFile.read("/proc/\(pid)/cmdline") ?? "").contains("1001") || !Proc.isAlive(pid)
                }
            }
            #expect(isLeft(left))
            _ = try daemon.stop()
            #expect(isLeft(left))
        }
    }

    @Test(
        "for a time is killed when that is over, also by the next daemon",
        .enabled(if: ControlGroups.areAvailable, ControlGroups.need), arguments: [false, true])
    func span(isNextLife: Bool) throws {
        try play { scene in
            try scene.declare([job(scene, isNextLife ? "{leave: 1500ms}" : "{leave: 200ms}")])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "Leftovers left")
            let left = pids(scene)
            if isNextLife {
                #expect(try daemon.stop() == .exited(code: 0))
                try #require(isLeft(left))
                try scene.declare([JobText.shell("other", "true", interval: "1h")])
            }
            let last = isNextLife ? try scene.start(worker: Binaries.worker) : daemon
            try last.wait(for: "Leftovers killed", entry: "test:job")
            let killed = try #require(last.log.all("Leftovers killed").first)
            #expect(killed.number("count") == 1 && ["sleep", "sh"].contains(killed["program"]))
            try wait("it is gone") { left.allSatisfy { !Proc.isAlive($0) } }
            #expect(try last.stop() == .exited(code: 0))
        }
    }

    @Test(
        "of a worker whose daemon was killed goes on when the next one has come",
        .enabled(if: ControlGroups.areAvailable, ControlGroups.need))
    func orphan() throws {
        try play { scene in
            try scene.declare([.shell("job", "sleep 0.5; " + Self.leave(scene), data: ["leftovers": "leave"])])
            let daemon = try scene.start(worker: Binaries.worker)
            let worker = try daemon.worker("test:job")
            try wait("it is in a run") { !Proc.children(of: worker).isEmpty }
            daemon.signal(SIGKILL)
            _ = try daemon.waitForExit()
            try wait("the run is over, and the worker") { !pids(scene).isEmpty && !Proc.isAlive(worker) }
            let next = try scene.start(worker: Binaries.worker)
            try next.wait(for: "Leftovers left", entry: "test:job")
            try next.wait(for: "Worker started")
            #expect(isLeft(Array(pids(scene).prefix(1))))
            #expect(try next.stop() == .exited(code: 0))
        }
    }

    @Test(
        "cannot be for a time where there are no control groups",
        .enabled(if: ControlGroups.areAvailable, ControlGroups.need))
    func withoutGroups() throws {
        try play { scene in
            try scene.declare([job(scene, "{leave: 1h}")])
            let daemon = try scene.start(["--check"], wrapper: ControlGroups.hiding)
            #expect(try daemon.waitForExit() == .exited(code: 100))
            let errors = TextFile.read(daemon.errors) ?? ""
            #expect(errors.contains("leftovers.leave: to kill them later needs control groups: "), "\(errors)")
        }
    }
}
