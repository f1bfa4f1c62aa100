import Foundation
import Glibc
import Kernel
import Testing

/// Several daemons on one machine, and which of them is asked.
@Suite("cronsupctl daemons, and --daemon")
struct DaemonChoiceTests {
    private func control(_ scene: Scene, _ arguments: [String]) throws -> Scene.Finished {
        try scene.run(arguments + ["--runtime-directory", scene.runtime], program: Binaries.control)
    }

    @Test("shows those that run, and asks the one that is meant")
    func several() throws {
        try Scene.play { scene in
            try scene.declare([.shell("one", "true", interval: "1h")])
            #expect(try control(scene, ["daemons"]).status == .exited(code: 3))
            let first = try scene.start(worker: Binaries.worker)
            try first.wait(for: "Worker started")
            let other = scene.path("other.yaml")
            try TextFile.write(RegistryText.file([.shell("two", "true", interval: "1h")]), to: other)
            chmod(other, 0o600)
            let second = try scene.start(registry: other, worker: Binaries.worker)
            try second.wait(for: "Worker started")
            let json = try control(scene, ["daemons", "--json"])
            let daemons = try json.output.split(separator: "\n").map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
            #expect(Set(daemons.compactMap { $0["registry"] as? String }) == [scene.registry, other])
            #expect(Set(daemons.compactMap { $0["pid"] as? Int }) == [Int(first.pid), Int(second.pid)])
            let table = try control(scene, ["daemons"]).output.split(separator: "\n")
            #expect(table.count == 3 && table[0].hasPrefix("DAEMON ") && table[1].contains(" running "), "\(table)")
            // Which of them is not said.
            let several = try control(scene, ["status"])
            #expect(several.status == .exited(code: 100) && several.errors.contains("several cronsupd are running"))
            for daemon in daemons {
                let (key, registry) = (daemon["daemon"] as? String ?? "", daemon["registry"] as? String ?? "")
                #expect(several.errors.contains(key) && several.errors.contains(registry), "\(several.errors)")
                let job = registry == other ? "test:two" : "test:one"
                #expect(try control(scene, ["status", "--daemon", key]).output.contains("\n\(job) "))
            }
            #expect(try control(scene, ["status", "--daemon", "zzz"]).status == .exited(code: 3))
            let both = try control(scene, ["status", "--daemon", "a", "--registry", other])
            #expect(both.status == .exited(code: 100))
            // One that is stopped does not answer: it is shown, and the shell does not wait for it.
            first.signal(SIGSTOP)
            let jobs = try scene.control(["complete", "jobs", "te"])
            #expect(jobs.status == .exited(code: 0) && jobs.output.isEmpty)
            // Nobody takes its place: whoever pauses all means the one that is not there.
            for command in [["status"], ["pause", "--all"]] {
                let choice = try control(scene, command)
                #expect(choice.status == .exited(code: 100), "\(choice)")
                #expect(
                    choice.errors.contains("several cronsupd are running")
                        && choice.errors.contains(", which does not answer"), "\(choice.errors)")
            }
            #expect(second.log.all("Operator request").isEmpty)
            #expect(try second.stop() == .exited(code: 0))
            let silent = try control(scene, ["status"])
            #expect(silent.status == .exited(code: 111) && silent.errors.contains("cronsupd does not answer"))
            first.signal(SIGCONT)
            #expect(try scene.control(["complete", "jobs", "te"]).output == "test:one\n")
            #expect(try scene.control(["complete", "jobs", "x"]).output.isEmpty)
            #expect(try first.stop() == .exited(code: 0))
        }
    }

    private static let setpriv = "/usr/bin/setpriv"

    @Test(
        "shows what one may not ask as denied",
        .enabled(if: geteuid() == 0 && access(setpriv, X_OK) == 0, "needs root and setpriv"))
    func denied() throws {
        try Scene.play { scene in
            try scene.declare([.shell("one", "true", interval: "1h")])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "Worker started")
            let finished = try scene.run(
                [
                    "--reuid", "54321", "--regid", "54321", "--clear-groups", Binaries.control, "daemons",
                    "--runtime-directory", scene.runtime,
                ], program: Self.setpriv)
            #expect(finished.status == .exited(code: 0) && finished.output.contains(" denied "), "\(finished)")
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test(
        "is found by observers too, who may pass through the place where it is and not look into it",
        .enabled(if: geteuid() == 0 && access(setpriv, X_OK) == 0, "needs root and setpriv"))
    func passed() throws {
        try Scene.play { scene in
            try scene.declare([.shell("one", "true", interval: "1h")])
            func ask() throws -> Scene.Finished {
                try scene.run(
                    [
                        "--reuid", "54321", "--regid", "54001", "--clear-groups", Binaries.control, "status",
                        "--runtime-directory", scene.runtime,
                    ], program: Self.setpriv)
            }
            let daemon = try scene.start(["--observers", "54001"], worker: Binaries.worker)
            try daemon.wait(for: "Worker started")
            chmod(scene.runtime, 0o711)
            let status = try ask()
            #expect(status.status == .exited(code: 0) && status.output.contains("test:one"), "\(status)")
            #expect(try daemon.stop() == .exited(code: 0))
            chmod(scene.runtime, 0o711)
            let none = try ask()
            #expect(none.status == .exited(code: 3) && none.errors.contains("expected --registry"), "\(none)")
        }
    }

    @Test("next and explain show the slots of a job as its daemon has them")
    func slots() throws {
        try Scene.play { scene in
            try scene.write(
                """
                namespace: test
                entries:
                - {name: interval, kind: function.exec, command: [true], meta: {type: cron.job, interval: 1h}}
                - {name: calendar, kind: function.exec, command: [true], meta: {type: cron.job, schedule: '30 4 * * *', timezone: Europe/Riga}}
                - {name: seconds, kind: function.exec, command: [true], meta: {type: cron.job, schedule: '7 0 0 1 1 *', seconds: first, timezone: UTC}}

                """.replacing("[true]", with: "['true']"))
            let daemon = try scene.start(worker: Binaries.worker)
            for name in ["interval", "calendar", "seconds"] {
                try daemon.wait(for: "Worker started", entry: "test:\(name)")
            }
            let calendar = try scene.control(["next", "--job", "test:calendar", "--count", "2"])
            #expect(calendar.status == .exited(code: 0), "\(calendar.errors)")
            let lines = calendar.output.split(separator: "\n")
            #expect(lines.count == 2 && lines.allSatisfy { $0.contains("T04:30:00+0") }, "\(lines)")
            #expect(try scene.control(["next", "--job", "test:interval"]).output.split(separator: "\n").count == 5)
            #expect(try scene.control(["next", "--job", "test:seconds"]).output.contains("-01-01T00:00:07+00:00"))
            let json = try scene.control(["next", "--job", "test:calendar", "--json", "--count", "1"]).output
            let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
            #expect(object["schedule"] as? String == "30 4 * * *" && (object["next"] as? [String])?.count == 1)
            let explained = try scene.control(["explain", "--job", "test:calendar"]).output
            #expect(explained.hasPrefix("test:calendar  30 4 * * *\nAt 04:30 every day.\n"), "\(explained)")
            #expect(explained.contains("\nNext in Europe/Riga:\n  "))
            #expect(try scene.control(["explain", "--job", "test:interval"]).output.contains("Every 1h,"))
            #expect(try scene.control(["next", "--job", "test:none"]).status == .exited(code: 1))
            #expect(
                try scene.control(["next", "--job", "test:calendar", "--from", "2026-01-01T00:00:00Z"]).status
                    == .exited(code: 100))
            _ = try scene.control(["pause", "test:calendar"])
            let paused = try scene.control(["next", "--job", "test:calendar"])
            #expect(paused.output == "no slots\n" && paused.errors.contains("test:calendar is paused "), "\(paused)")
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
