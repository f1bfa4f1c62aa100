import Foundation
import Glibc
import Kernel
import TestSupport
import Testing

/// A daemon with its ledger, and what cronsupctl says of what both know together.
@Suite("cronsupctl, a daemon and its ledger")
struct LedgerCommandTests {
    private func play(_ text: String, _ body: (Scene, DaemonProcess) throws -> Void) throws {
        try Scene.play { scene in
            try scene.write(text.replacing("GATE", with: scene.path("gate")))
            let daemon = try scene.start(
                [
                    "--ledger", "required", "--fallback", "off", "--state-directory", scene.path("state"),
                    "--stop-timeout", "100ms",
                ], worker: Binaries.worker)
            try body(scene, daemon)
            try TextFile.write("", to: scene.path("gate"))
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    private static func job(_ name: String, _ command: String, _ schedule: String) -> String {
        "- {name: \(name), kind: function.exec, command: [sh, -c, '\(command)'], meta: {type: cron.job, \(schedule)}}\n"
    }

    @Test("run --wait prints what the run wrote, and how it ended beside that")
    func output() throws {
        let jobs =
            Self.job("one", "echo out; echo err >&2; exit 3", "interval: 1h")
            + Self.job("long", "seq 100000000001 100000000900", "interval: 1h")
            + Self.job("mute", "echo secret", "interval: 1h").replacing("kind:", with: "history: {output: none}, kind:")
        try play("namespace: test\nentries:\n\(jobs)") { scene, daemon in
            for name in ["one", "long", "mute"] { try daemon.wait(for: "Worker started", entry: "test:\(name)") }
            let one = try scene.control(["run", "test:one", "--wait"])
            #expect(one.status == .exited(code: 2))
            #expect(one.output.split(separator: "\n").sorted() == ["err", "out"], "\(one)")
            #expect(one.errors.hasPrefix("test:one run 1\ntest:one run 1 failed after "), "\(one.errors)")
            let long = try scene.control(["run", "test:long", "--wait"])
            #expect(long.status == .exited(code: 0) && long.output.hasSuffix("\n100000000899\n100000000900\n"))
            let kept = long.output.split(separator: "\n").count
            // All of them, if the ledger was asked before it had kept the end alone.
            let isSaid = long.errors.contains("the first \(900 - kept) lines of run 1 are not kept\n")
            #expect(kept == 900 ? !long.errors.contains("are not kept") : isSaid, "\(kept): \(long.errors)")
            let mute = try scene.control(["run", "test:mute", "--wait"])
            #expect(mute.status == .exited(code: 0) && mute.output.isEmpty)
            #expect(mute.errors.contains("what runs of 'test:mute' write is not kept (history.output: none)"))
            let json = try scene.control(["run", "test:one", "--wait", "--json"]).output
            let lines = try json.split(separator: "\n").compactMap { line in
                try (JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["line"] as? String
            }
            #expect(lines.sorted() == ["err", "out"])
        }
    }

    @Test("why says of a slot whether it is going, is to come, was before all, or is none")
    func why() throws {
        let jobs =
            Self.job(
                "going", "while [ ! -e GATE ]; do sleep 0.02; done",
                "schedule: '* * * * * *', seconds: first, timezone: Asia/Tokyo")
            + Self.job("daily", "true", "schedule: '30 4 * * *', timezone: Asia/Tokyo")
        try play("namespace: test\nentries:\n\(jobs)") { scene, daemon in
            try daemon.wait("a run") {
                try scene.control(["status", "test:going"]).output.contains("state     running")
            }
            let json = try scene.control(["status", "test:going", "--json"]).output
            let job = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
            let slot = try #require((job["running"] as? [String: Any])?["slot"] as? String)
            let going = try scene.control(["why", "test:going", slot])
            #expect(going.status == .exited(code: 0), "\(going.errors)")
            #expect(going.output.contains("  run 1, attempt 1, is going since ") && going.output.contains(", pid "))
            #expect(going.output.contains("+09:00 in Asia/Tokyo)\n"), "\(going.output)")
            func why(_ time: String) throws -> String {
                let finished = try scene.control(["why", "test:daily", time, "--utc"])
                #expect(finished.status == .exited(code: 1) && finished.output.isEmpty)
                return finished.errors
            }
            #expect(
                try why("2026-03-28T19:31:00Z").contains(
                    "2026-03-28T19:31:00+00:00 (2026-03-29T04:31:00+09:00 in Asia/Tokyo): there is no such slot: the one before "
                        + "is at 2026-03-28T19:30:00+00:00 (2026-03-29T04:30:00+09:00 in Asia/Tokyo), the one after at 2026-03-29T19:30:00+00:00 ("
                ))
            #expect(
                try why("2020-03-28T19:30:00Z").contains(
                    "the ledger has no record of this slot: it was before what is kept"))
            #expect(try why("2090-03-28T19:30:00Z").contains(": this slot is yet to come, in "))
        }
    }

    @Test(
        "says of a job that the ledger has nothing of whether it is disabled, or has done nothing yet; and logs who erases"
    )
    func unknown() throws {
        let jobs =
            Self.job("one", "true", "interval: 1h") + Self.job("off", "true", "interval: 1h, enabled: false")
        try play("namespace: test\nentries:\n\(jobs)") { scene, daemon in
            try daemon.wait(for: "Worker started")
            let off = try scene.control(["history", "test:off"])
            #expect(off.status == .exited(code: 1))
            #expect(off.errors == "cronsupctl: the ledger has no job 'test:off'; 'test:off' is disabled\n")
            let typo = try scene.control(["ledger", "forget", "test:onne"])
            #expect(
                typo.status == .exited(code: 1) && typo.errors.contains("did you mean 'test:one'?"), "\(typo.errors)")
            #expect(try scene.control(["run", "test:one", "--wait"]).status == .exited(code: 0))
            #expect(try scene.control(["ledger", "forget", "test:one", "1", "--json"]).output.contains("\"count\":"))
            #expect(try scene.control(["ledger", "prune"]).status == .exited(code: 0))
            try daemon.wait("the records") {
                Set(daemon.log.all("Operator request").compactMap { $0["action"] }) == ["run", "forget", "prune"]
            }
            let forget = try #require(daemon.log.all("Operator request").first { $0["action"] == "forget" })
            #expect(
                forget["uid"] == "\(geteuid())" && forget.entry == "test:one" && forget["run"] == "1"
                    && forget["pid"] != nil)
            #expect(try scene.control(["events"]).output.contains("action=prune"))
        }
    }
}
