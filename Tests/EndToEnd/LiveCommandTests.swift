import Foundation
import Glibc
import Kernel
import Testing

@Suite("cronsupctl and a running cronsupd")
struct LiveCommandTests {
    private static let setpriv = "/usr/bin/setpriv"
    private static var canChangeUser: Bool { geteuid() == 0 && access(setpriv, X_OK) == 0 }

    private func ask(_ scene: Scene, _ arguments: [String]) throws -> Scene.Finished { try scene.control(arguments) }

    private func play(
        _ jobs: [JobText], _ arguments: [String] = [], _ body: (Scene, DaemonProcess) throws -> Void
    ) throws {
        try Scene.play { scene in
            try scene.declare(jobs)
            let daemon = try scene.start(arguments + ["--stop-timeout", "100ms"], worker: Binaries.worker)
            for job in jobs { try daemon.wait(for: "Worker started", entry: job.id) }
            try body(scene, daemon)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    private static let jobs = [
        JobText.shell("bad", "echo broken >&2; exit 3", interval: "100ms"),
        JobText.shell("good", "true", interval: "1h"), JobText.shell("long", "sleep 60", interval: "200ms"),
    ]

    @Test("shows what fails first, then what runs, then the others, and says how many of each")
    func status() throws {
        try play(Self.jobs) { scene, daemon in
            try daemon.wait(for: "TICK FAILED", entry: "test:bad")
            try daemon.wait("the long run") {
                try ask(scene, ["status", "test:long"]).output.contains("state     running")
            }
            let finished = try ask(scene, ["status"])
            #expect(finished.status == .exited(code: 0) && finished.errors.isEmpty, "\(finished.errors)")
            let lines = finished.output.split(separator: "\n")
            try #require(lines.count == 5, "\(finished.output)")
            #expect(lines[0].hasPrefix("JOB ") && lines[0].contains("  STATE "))
            #expect(lines[1].hasPrefix("test:bad ") && lines[1].contains("exit 3"), "\(lines[1])")
            #expect(
                lines[2].hasPrefix("test:long ") && lines[2].contains(" running ") && lines[2].contains("run 1, pid "))
            #expect(lines[3].hasPrefix("test:good ") && lines[3].contains(" idle "))
            #expect(lines[4].hasPrefix("3 jobs: 1 failing, "))
            let failing = try ask(scene, ["status", "--failing", "--no-headers"])
            #expect(failing.output.split(separator: "\n").count == 1 && failing.output.hasPrefix("test:bad "))
            let fine = try ask(scene, ["status", "test:good", "--failing"])
            #expect(fine.status == .exited(code: 1) && fine.errors == "cronsupctl: test:good: not failing\n")
            let page = try ask(scene, ["status", "test:bad"])
            #expect(page.output.hasPrefix("test:bad\n") && page.output.contains("exit 3"), "\(page.output)")
            let timers = try ask(scene, ["list"])
            #expect(timers.output.hasPrefix("NEXT ") && timers.output.contains("test:good"))
            let ping = try ask(scene, ["ping"])
            #expect(ping.output.hasPrefix("cronsupd ") && ping.output.contains("pid \(daemon.pid) "))
        }
    }

    @Test("knows what the last run came to before cronsupd was killed, and not of another schedule's slots")
    func nextLife() throws {
        try Scene.play { scene in
            try scene.declare([JobText.shell("bad", "echo broken >&2; exit 3", interval: "100ms")])
            let first = try scene.start(worker: Binaries.worker)
            try first.wait(for: "TICK FAILED", count: 2)
            first.signal(SIGKILL)
            _ = try first.waitForExit()
            try scene.declare([JobText.shell("bad", "true", interval: "1h")])
            let second = try scene.start(worker: Binaries.worker)
            try second.wait(for: "Worker started")
            let page = try ask(scene, ["status", "test:bad"]).output
            #expect(page.contains("state              failing") && page.contains("exit 3: broken"), "\(page)")
            #expect(try second.stop() == .exited(code: 0))
        }
    }

    @Test("prints JSON, an object a line, with the keys of the log")
    func json() throws {
        try play(Self.jobs) { scene, daemon in
            try daemon.wait(for: "TICK FAILED", entry: "test:bad")
            for command in ["status", "list"] {
                let finished = try ask(scene, [command, "--json"])
                let objects = try finished.output.split(separator: "\n").map { line in
                    try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                }
                #expect(Set(objects.compactMap { $0["entry"] as? String }) == ["test:bad", "test:good", "test:long"])
                let bad = try #require(objects.first { $0["entry"] as? String == "test:bad" })
                #expect((bad["failed"] as? Int ?? 0) > 0 && bad["ok"] as? Int == 0 && bad["failing"] as? Bool == true)
                #expect(objects.count { $0["failing"] as? Bool == false } == 2)
                let last = try #require(bad["last"] as? [String: Any])
                #expect(last["outcome"] as? String == "failed" && last["code"] as? Int == 3)
                #expect(last["duration_us"] is Int && last["lateness_us"] is Int && last["slot"] is String)
            }
        }
    }

    @Test("ends with 3 where no cronsupd runs, and with 1 for a job that there is not")
    func nobody() throws {
        try Scene.play { scene in
            try scene.declare([JobText.shell("one", "true", interval: "1h")])
            for command in [["status"], ["list"], ["ping"], ["reload"], ["run", "test:one"], ["pause", "--all"]] {
                let finished = try ask(scene, command)
                #expect(finished.status == .exited(code: 3) && finished.output.isEmpty)
                #expect(finished.errors == "cronsupctl: no cronsupd is running for \(scene.registry)\n")
            }
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "Worker started")
            let finished = try ask(scene, ["status", "test:onne"])
            #expect(finished.status == .exited(code: 1))
            #expect(finished.errors == "cronsupctl: there is no job 'test:onne'; did you mean 'test:one'?\n")
            #expect(try ask(scene, ["status", "one"]).status == .exited(code: 100))
            // Its socket is there still, and nobody listens.
            daemon.signal(SIGKILL)
            _ = try daemon.waitForExit()
            #expect(try ask(scene, ["status"]).status == .exited(code: 3))
        }
    }

    @Test("begins a run beside the slots, and ends as the run has")
    func run() throws {
        let jobs = [
            JobText.shell("good", "echo ran >> LEDGER", interval: "1h"), JobText.shell("bad", "exit 3", interval: "1h"),
            JobText.shell("long", "sleep 60", interval: "1h"),
        ]
        try Scene.play { scene in
            try scene.write(RegistryText.file(jobs).replacing("LEDGER", with: scene.ledger))
            let daemon = try scene.start(worker: Binaries.worker)
            for job in jobs { try daemon.wait(for: "Worker started", entry: job.id) }
            let good = try ask(scene, ["run", "test:good", "--wait"])
            // What it wrote is in the log alone: there is no ledger.
            #expect(good.status == .exited(code: 0) && good.output.isEmpty)
            #expect(good.errors.hasPrefix("test:good run 1\ncronsupctl: what the run wrote is in the log alone: "))
            #expect(good.errors.contains("\ntest:good run 1 ok after "), "\(good.errors)")
            #expect(TextFile.read(scene.ledger) == "ran\n")
            let bad = try ask(scene, ["run", "test:bad", "--wait"])
            #expect(bad.status == .exited(code: 2) && bad.errors.contains("run 1 failed after "))
            let long = try ask(scene, ["run", "test:long"])
            #expect(long.status == .exited(code: 0) && long.output == "test:long run 1\n")
            let busy = try ask(scene, ["run", "test:long"])
            #expect(busy.status == .exited(code: 1))
            #expect(busy.errors == "cronsupctl: run 1 of 'test:long' is running\n")
            try daemon.wait(for: "TICK", entry: "test:good")
            let tick = try #require(daemon.log.all("TICK", entry: "test:good").last)
            #expect(tick["cause"] == "manual" && tick["slot"] == nil)
            let operators = daemon.log.all("Operator request")
            #expect(
                operators.count == 3 && operators.allSatisfy { $0["action"] == "run" && $0["uid"] == "\(geteuid())" })
            daemon.signal(SIGTERM)
            daemon.signal(SIGTERM)
            #expect(try daemon.waitForExit() == .exited(code: 0))
        }
    }

    @Test("says that the end of a run is not known where cronsupd is killed in it")
    func unknownEnd() throws {
        try Scene.play { scene in
            try scene.declare([JobText.shell("long", "sleep 3", interval: "1h")])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "Worker started")
            let (output, errors) = (scene.path("waiting-out"), scene.path("waiting-errors"))
            let waiting = try ChildProcess(
                [
                    Binaries.control, "run", "test:long", "--wait", "--patience", "1ms", "--registry", scene.registry,
                    "--runtime-directory",
                    scene.runtime,
                ], environment: scene.environment, output: output, errors: errors)
            try daemon.wait("the begin") { TextFile.read(errors) == "test:long run 1\n" }
            daemon.signal(SIGKILL)
            try daemon.wait("the end of cronsupctl") { waiting.hasExited }
            #expect(waiting.exitStatus == .exited(code: 4))
            #expect(TextFile.read(errors)?.contains("its end is not known") == true)
        }
    }

    @Test("reloads, waits for it, and prints the errors with their places")
    func reload() throws {
        try play([JobText.shell("one", "true", interval: "1h")]) { scene, daemon in
            try scene.declare([
                JobText.shell("one", "true", interval: "1h"), JobText.shell("two", "true", interval: "1h"),
            ])
            let done = try ask(scene, ["reload"])
            #expect(
                done.status == .exited(code: 0) && done.output == "2 jobs: 1 added, 0 changed, 0 removed, 1 unchanged\n"
            )
            try daemon.wait(for: "Reloaded registry")
            try scene.write(
                "namespace: test\nentries:\n- {name: one, kind: function.exec, command: [x], meta: {type: cron.job, interval: 1}}\n"
            )
            let wrong = try ask(scene, ["reload"])
            #expect(wrong.status == .exited(code: 100) && wrong.errors.contains("jobs.yaml:3:"), "\(wrong.errors)")
            // For programs the errors are answers too.
            let json = try ask(scene, ["reload", "--json"])
            #expect(json.status == .exited(code: 100))
            #expect(json.output.contains("{\"answer\":\"error\",\"error\":\"") && json.output.contains("jobs.yaml:3:"))
            try scene.write("namespace: test\nentries: []\n")
            #expect(try ask(scene, ["reload"]).status == .exited(code: 100))
            #expect(try ask(scene, ["status"]).output.contains("2 jobs"))
            #expect(try ask(scene, ["reload", "--allow-empty"]).output.hasPrefix("0 jobs: "))
        }
    }

    @Test(
        "answers users of the groups that it is told of, and no others",
        .enabled(if: canChangeUser, "needs root and setpriv"))
    func rights() throws {
        let jobs = [JobText.shell("one", "true", interval: "1h")]
        func ask(_ scene: Scene, group: Int, _ arguments: [String]) throws -> Scene.Finished {
            try scene.run(
                ["--reuid", "54321", "--regid", "\(group)", "--clear-groups", Binaries.control] + arguments
                    + ["--registry", scene.registry, "--runtime-directory", scene.runtime], program: Self.setpriv)
        }
        try play(jobs) { scene, _ in
            let finished = try ask(scene, group: 54_001, ["status"])
            #expect(
                finished.status == .exited(code: 100) && finished.errors.contains("may not ask"), "\(finished.errors)")
        }
        try play(jobs, ["--operators", "54002", "--observers", "54001"]) { scene, daemon in
            #expect(try ask(scene, group: 54_001, ["status"]).output.hasSuffix("1 job\n"))
            let changes = ["run", "cancel", "kill", "restart", "reset", "pause", "resume"].map { [$0, "test:one"] }
            for command in changes + [["resume", "--all"], ["cancel", "test:one", "--owed"], ["reload"]] {
                let denied = try ask(scene, group: 54_001, command)
                #expect(denied.status == .exited(code: 100) && denied.errors.contains("user 54321 may ask"))
            }
            let stranger = try ask(scene, group: 54_003, ["status"])
            #expect(
                stranger.status == .exited(code: 100) && stranger.errors.contains("may not ask"), "\(stranger.errors)")
            #expect(try ask(scene, group: 54_002, ["run", "test:one", "--wait"]).status == .exited(code: 0))
            try daemon.wait(for: "Operator request")
            let note = try #require(daemon.log.all("Operator request").first)
            #expect(note["uid"] == "54321" && note.entry == "test:one")
        }
    }
}
