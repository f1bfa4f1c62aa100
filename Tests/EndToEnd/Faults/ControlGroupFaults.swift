import Clocks
import Glibc
import Kernel
import Testing

@Suite("A worker's control group", .enabled(if: ControlGroups.areAvailable, ControlGroups.need))
struct ControlGroupFaults {
    /// A command with a child, and a grandchild that two forks and a session of its own have hidden. The worker, the shell and the
    /// two: four processes.
    private static let family = "sleep 1000 & setsid --fork sh -c 'setsid --fork sleep 1000'; wait"

    /// A job whose run goes on with a family.
    private func busy(_ name: String) -> JobText {
        var job = JobText.shell(name, Self.family)
        job.lifecycle = JobText.noRestart
        return job
    }

    /// A job whose worker sleeps when it has left a process behind in a session of its own: two processes.
    private func idle(_ name: String) -> JobText {
        JobText(
            name: name, method: "orphan", interval: nil, meta: ["schedule": "'@reboot'", "at_start": "true"],
            data: ["apart": "true", "dies": "false", "seconds": "1000"], lifecycle: JobText.noRestart)
    }

    private func processes(_ scene: Scene) -> [ProcessID] {
        ControlGroups.leaves(of: scene.registry).flatMap { $0.treeProcesses() }
    }

    private func areGone(_ pids: [ProcessID]) -> Bool { pids.allSatisfy { !Proc.isAlive($0) } }

    // MARK: F14, F16

    @Test(
        "ends all that a killed worker has started, in whatever session it is, and goes with it",
        arguments: [true, false])
    func killedWorker(isInRun: Bool) throws {
        try Scene.play { scene in
            try scene.declare([isInRun ? busy("job") : idle("job"), JobText(name: "neighbour", interval: "1h")])
            let daemon = try scene.start()
            try daemon.wait("both are up") { daemon.workers.count == 2 }
            let expected = isInRun ? 4 : 2
            try daemon.wait("the family is complete") { processes(scene).count == expected + 1 }
            // It is there before the run that leaves it is over.
            if !isInRun { try daemon.wait(for: "TICK", entry: "test:job") }
            let worker = try daemon.worker("test:job")
            let neighbour = try daemon.worker("test:neighbour")
            let family = processes(scene).filter { $0 != neighbour }
            #expect(family.contains(worker) && ControlGroups.leaves(of: scene.registry).count == 2)
            kill(worker, SIGKILL)
            try daemon.wait(for: "Worker exited", within: 2)
            try daemon.wait("nothing is left of it", within: 2) { areGone(family) }
            try daemon.wait("its group is gone", within: 2) { ControlGroups.leaves(of: scene.registry).count == 1 }
            #expect(Proc.isAlive(neighbour))
            #expect(daemon.log.count("TICK CRASHED") == (isInRun ? 1 : 0))
            let left = try #require(daemon.log.all("Leftovers killed", entry: "test:job").first)
            #expect(isInRun ? left.number("count") > 0 : left.number("count") == 1 && left["program"] == "sleep")
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(ControlGroups.base(of: scene.registry) == nil)
        }
    }

    @Test("of a daemon's life before is emptied before the first spawn of the next")
    func sweep() throws {
        try Scene.play { scene in
            let half = LongTests.size(5, long: 250)
            try scene.declare((1...half).map { busy("busy\($0)") } + (1...half).map { idle("idle\($0)") })
            let first = try scene.start()
            try first.wait("all families are complete", within: 60) { processes(scene).count == half * 6 }
            // A worker that works does so before the log names it.
            try first.wait("all are up", within: 60) { first.workers.count == half * 2 }
            let old = processes(scene)
            first.signal(SIGKILL)
            _ = try first.waitForExit()
            // One that is at work would be let finish its run.
            for worker in first.workers.values { kill(worker, SIGKILL) }
            try #require(old.contains { Proc.isAlive($0) }, "nothing is left for the next daemon")

            // The first worker of the next life looks for itself.
            let look =
                "for p in \(old.map(String.init).joined(separator: " ")); do "
                + "case \"$(cut -d' ' -f3 /proc/$p/stat 2>/dev/null)\" in ''|Z|X) ;; *) echo alive $p;; esac; done; echo none"
            try scene.declare([.shell("look", look)])
            let second = try scene.start()
            try second.wait(for: "TICK", entry: "test:look")
            #expect(second.log.all("Job output").compactMap { $0["text"] } == ["none"])
            #expect(areGone(old))
            let words = second.log.records.map(\.message)
            let swept = try #require(words.firstIndex(of: "Leftovers killed"))
            #expect(swept < (words.firstIndex(of: "Spawning worker") ?? 0))
            #expect(second.log.records[swept].number("count") >= half)
            #expect(try second.stop() == .exited(code: 0))
            #expect(ControlGroups.base(of: scene.registry) == nil)
        }
    }

    // MARK: F17

    private static let strace = "/usr/bin/strace"

    /// Each process that is traced counts its own calls: the child's first write is the one into its group's list.
    @Test(
        "holds a worker whose daemon is killed in the midst of the spawn, and nothing is left of it",
        .enabled(if: access(strace, X_OK) == 0, "needs strace"),
        arguments: [
            ["clone3:error=ENOSYS", "write:delay_enter=300ms:when=1"], ["setsid:delay_enter=300ms"],
            ["execve:delay_enter=300ms:when=1"], ["prctl:delay_enter=300ms"],
        ])
    func deathInSpawn(injections: [String]) throws {
        for _ in 0..<LongTests.size(2, long: 200) {
            try Scene.play { scene in
                try scene.declare((1...3).map { JobText(name: "job\($0)", interval: "1h") })
                let calls = injections.map { $0.prefix { $0 != ":" } }.joined(separator: ",")
                let options = ["-e", "trace=\(calls)"] + injections.flatMap { ["-e", "inject=\($0)"] }
                let tracer = try scene.start(wrapper: [Self.strace, "-f", "-qq", "-o", "/dev/null"] + options)
                let daemon = try daemonPID(tracer)
                try tracer.wait("a worker is being spawned") {
                    !ControlGroups.leaves(of: scene.registry).isEmpty && !Proc.children(of: daemon).isEmpty
                }
                kill(daemon, SIGKILL)
                try wait("nothing is left", within: 2, evidence: "\(scene.cage.processes)") { scene.cage.isEmpty }
                #expect(processes(scene) == [])
            }
        }
    }

    /// Of what a tracer has started.
    private func daemonPID(_ tracer: DaemonProcess) throws -> ProcessID {
        try tracer.wait(for: "Scheduler started")
        return ProcessID(tracer.log.all("Scheduler started").first?.number("pid") ?? 0)
    }

    // MARK: F07

    @Test("is made and removed again as often as a worker crashes")
    func crashCycles() throws {
        try Scene.play { scene in
            let count = LongTests.size(60, long: 10_000)
            try scene.declare([
                JobText(
                    name: "job", method: "exit", interval: "10ms", data: ["code": "1"],
                    lifecycle: ["restart: {initial_delay: 1ms, max_delay: 1ms, max_attempts: 0}"])
            ])
            let daemon = try scene.start()
            try daemon.wait(for: "Worker started", count: 5)
            let descriptors = Proc.descriptorCount(daemon.pid)
            try daemon.wait("\(count) crashes", within: 30 + count / 5) {
                daemon.log.count("Worker exited") >= count
            }
            #expect(ControlGroups.leaves(of: scene.registry).count <= 2)
            // In the midst of a spawn it has some more; a leak would be one a crash.
            #expect(Proc.descriptorCount(daemon.pid) < descriptors + 20)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(ControlGroups.base(of: scene.registry) == nil)
        }
    }

    // MARK: F61

    @Test(
        "is joined by the worker itself where clone3 is refused",
        .enabled(if: access(strace, X_OK) == 0, "needs strace"), arguments: ["ENOSYS", "EPERM"])
    func withoutClone3(error: String) throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job", interval: "1h")])
            let options = ["-e", "trace=clone3", "-e", "inject=clone3:error=\(error)"]
            let tracer = try scene.start(wrapper: [Self.strace, "-f", "-qq", "-o", "/dev/null"] + options)
            let daemon = try daemonPID(tracer)
            try tracer.wait(for: "Worker started")
            #expect(processes(scene) == [try tracer.worker("test:job")])
            kill(daemon, SIGTERM)
            #expect(try tracer.waitForExit() == .exited(code: 0))
            #expect(ControlGroups.base(of: scene.registry) == nil)
        }
    }

    @Test(
        "is done without where the kernel does not let a worker in, which is said once",
        .enabled(if: access(strace, X_OK) == 0, "needs strace"), arguments: ["EBUSY", "EOPNOTSUPP", "ENODEV"])
    func refusedJoin(error: String) throws {
        try Scene.play { scene in
            try scene.declare((1...3).map { JobText(name: "job\($0)", interval: "1h") })
            let options = ["-e", "trace=clone3", "-e", "inject=clone3:error=\(error):when=1..2"]
            let tracer = try scene.start(wrapper: [Self.strace, "-f", "-qq", "-o", "/dev/null"] + options)
            let daemon = try daemonPID(tracer)
            try tracer.wait(for: "Worker started", count: 3)
            #expect(processes(scene) == [try tracer.worker("test:job3")])
            #expect(ControlGroups.leaves(of: scene.registry).count == 1)
            let warnings = tracer.log.all("Control groups").filter { $0["level"] == "WARN" }
            #expect(warnings.count == 1 && warnings.first?["error"]?.hasPrefix("clone '") == true)
            #expect(tracer.log.count("Spawn failed") == 0)
            kill(daemon, SIGTERM)
            #expect(try tracer.waitForExit() == .exited(code: 0))
        }
    }

    @Test(
        "is left to the daemon that has it: another with the same registry goes without",
        .enabled(if: Namespaces.areAvailable, "needs the right to create mount namespaces"))
    func sameRegistry() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job", interval: "1h")])
            let first = try scene.start()
            try first.wait(for: "Worker started")
            // With the same /run or the same runtime directory it would not even start.
            let second = try scene.start(
                runtime: scene.path("another"), wrapper: Namespaces.withRun("mount -t tmpfs none /run"))
            try second.wait(for: "Worker started")
            let refusal = try #require(second.log.all("Control groups").first)
            #expect(refusal["status"] == "unavailable")
            #expect(refusal["error"]?.hasPrefix("another cronsupd uses '") == true)
            #expect(processes(scene) == [try first.worker("test:job")])
            #expect(try second.stop() == .exited(code: 0))
            #expect(first.log.count("Worker exited") == 0)
            #expect(try first.stop() == .exited(code: 0))
            #expect(ControlGroups.base(of: scene.registry) == nil)
        }
    }

    @Test("lies beside the daemon's own where the service manager has put that below the delegated one")
    func delegatedSubgroup() throws {
        try Scene.play { scene in
            let delegated = try #require(ControlGroups.own).child("cronsupd-test-\(ThisProcess.id)")
            let supervisor = delegated.child("cronsupd-supervisor")
            try delegated.create()
            defer { try? delegated.removeTree() }
            try supervisor.create()
            try scene.declare([JobText(name: "job", interval: "1h")])
            let enter = ["/bin/sh", "-c", "echo 0 > \(supervisor.path)/cgroup.procs; exec \"$@\"", "sh"]
            let daemon = try scene.start(wrapper: enter)
            try daemon.wait(for: "Worker started")
            let path = try #require(daemon.log.all("Control groups").first?["path"])
            #expect(path.hasPrefix("\(delegated.path)/cronsupd-"))
            let leaves = try ControlGroup(path).children()
            #expect(leaves.count == 1 && leaves[0].hasPrefix("test:job."))
            #expect(try supervisor.processes() == [daemon.pid])
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try delegated.children() == ["cronsupd-supervisor"])
        }
    }

    @Test("is not there where there are none, which is said, and a worker's run is ended by other means")
    func hidden() throws {
        try Scene.play { scene in
            var job = busy("job")
            job.data["command"] = "\"sleep 1000 & echo up; wait\""
            try scene.declare([job])
            let daemon = try scene.start(wrapper: ControlGroups.hiding)
            try daemon.wait(for: "Job output")
            let record = try #require(daemon.log.all("Control groups").first)
            #expect(record["level"] == "NOTE" && record["status"] == "unavailable")
            #expect(record["error"] == "no file system of control groups of version 2 is mounted")
            #expect(ControlGroups.base(of: scene.registry) == nil)
            let others = scene.cage.processes.filter { $0 != daemon.pid }
            #expect(others.count == 3)
            kill(try daemon.worker(job.id), SIGKILL)
            try daemon.wait("nothing is left of it", within: 2) { areGone(others) }
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    // MARK: F53

    @Test("is what a limit needs that is refused without its controller, with its place and the reason")
    func refusedLimit() throws {
        try Scene.play { scene in
            try scene.write(
                """
                namespace: test
                entries:
                  - name: job
                    kind: function.swift
                    method: tick
                    limits: {open_files: 64, cpu: 0.5}
                    meta: {type: cron.job, interval: 10s}

                """)
            let command =
                Array(ControlGroups.hiding.dropFirst())
                + [Binaries.daemon, "--registry", scene.registry, "--worker", Binaries.faultWorker]
            let finished = try scene.run(
                command + ["--runtime-directory", scene.runtime], program: ControlGroups.hiding[0])
            #expect(finished.status == .exited(code: 100))
            // Outside of the service, which may have the controller, it is none.
            for strict in [[], ["--strict"]] {
                let checked = try scene.run(command + ["--check"] + strict, program: ControlGroups.hiding[0])
                #expect(checked.status == .exited(code: 0))
                #expect(checked.errors.hasPrefix("note[missing-controller]: "))
            }
            let complaint =
                "jobs.yaml:6:35: limits.cpu: the control group controller 'cpu' is not available: "
                + "no file system of control groups of version 2 is mounted"
            #expect(finished.errors.contains(complaint), "\(finished.errors)")
        }
    }

    @Test(
        "is missing where the hierarchy is read-only, which the log says",
        .enabled(if: Namespaces.areAvailable, "needs the right to create mount namespaces"))
    func readOnly() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job", interval: "1h")])
            let points = "awk '/ - cgroup2 /{print $5}' /proc/self/mountinfo"
            let daemon = try scene.start(
                wrapper: Namespaces.withRun("for point in $(\(points)); do mount -o bind,remount,ro $point; done"))
            try daemon.wait(for: "Worker started")
            let record = try #require(daemon.log.all("Control groups").first)
            #expect(
                record["error"]?.hasSuffix("is read-only for this process, as with ProtectControlGroups=yes") == true)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
