import Clocks
import Foundation
import Glibc
import Kernel
import Testing

/// Jobs are paused and resumed, by the programs that are installed.
@Suite("cronsupctl pause and resume")
struct PauseCommandTests {
    private func rows(_ scene: Scene) -> Int { (TextFile.read(scene.ledger) ?? "").split(separator: "\n").count }

    private func ticking(_ scene: Scene, _ name: String = "one", data: [String: String] = [:]) -> JobText {
        .shell(name, "echo $CRONSUPD_RUN >> \(scene.ledger)", interval: "200ms", data: data)
    }

    /// Until so much has passed: more than a slot has come due in it.
    private func letSlotsPass(_ daemon: DaemonProcess) throws {
        let end = Clock.monotonic() + .milliseconds(700)
        try daemon.wait("slots come due") { Clock.monotonic() > end }
    }

    @Test("begin nothing in between: slots are skipped, and the job is shown as paused")
    func pause() throws {
        try Scene.play { scene in
            try scene.declare([ticking(scene)])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", count: 2)
            let paused = try scene.control(["pause", "test:one", "--for", "1h", "--note", "new disk"])
            #expect(paused.status == .exited(code: 0) && paused.errors.isEmpty, "\(paused.errors)")
            #expect(paused.output.hasPrefix("test:one is paused until "), "\(paused.output)")
            let count = rows(scene)
            try letSlotsPass(daemon)
            #expect(rows(scene) == count, "a run began in a pause")
            let status = try scene.control(["status"]).output
            #expect(status.contains(" paused ") && status.contains("by uid \(geteuid()): new disk"), "\(status)")
            #expect(status.contains("1 job: ") && status.contains("1 paused"), "\(status)")
            let page = try scene.control(["status", "test:one"]).output
            #expect(page.contains("  paused\n") && page.contains("  paused since "), "\(page)")
            let json = try scene.control(["status", "--paused", "--json"]).output
            let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
            let pause = try #require(object["paused"] as? [String: Any])
            #expect(pause["scope"] as? String == "test:one" && pause["note"] as? String == "new disk")
            #expect(pause["uid"] as? Int == Int(geteuid()) && pause["until"] is String && pause["since"] is String)
            let resumed = try scene.control(["resume", "test:one"])
            #expect(resumed.status == .exited(code: 0) && resumed.output == "test:one is not paused any more\n")
            try daemon.wait("runs again") { rows(scene) > count + 1 }
            let skipped = try #require(daemon.log.all("TICK SKIPPED", entry: "test:one").first)
            #expect(skipped["reason"] == "paused" && skipped.number("count") >= 3 && skipped["level"] == "NOTE")
            let operators = daemon.log.all("Operator request")
            #expect(operators.map { $0["action"] } == ["pause", "resume"] && operators[0]["note"] == "new disk")
            #expect(operators[0]["uid"] == "\(geteuid())" && operators[0]["until"] != nil && operators[0]["pid"] != nil)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(daemon.log.count("TICK MISSED") == 0)
        }
    }

    @Test("hold over the daemon's death, for jobs that come later too, and end by themselves at their time")
    func otherLife() throws {
        try Scene.play { scene in
            try scene.declare([ticking(scene)])
            let first = try scene.start(worker: Binaries.worker)
            try first.wait(for: "TICK", count: 2)
            #expect(try scene.control(["pause", "--all", "--for", "6s"]).status == .exited(code: 0))
            let end = Clock.wall() + .seconds(6)
            first.signal(SIGKILL)
            _ = try first.waitForExit()
            let count = rows(scene)
            try scene.declare([ticking(scene), ticking(scene, "two")])
            let next = try scene.start(worker: Binaries.worker)
            try next.wait(for: "Worker started", entry: "test:two")
            #expect(next.log.all("Pause in force").map { $0["scope"] } == ["all"])
            let refused = try scene.control(["resume", "test:two"])
            #expect(refused.status == .exited(code: 1) && refused.errors.contains("'pause --all'"), "\(refused.errors)")
            #expect(rows(scene) == count, "a run began in a pause")
            try next.wait(for: "Pause over")
            #expect(Clock.wall() >= end + Nanoseconds(-100_000_000))
            for entry in ["test:one", "test:two"] {
                try next.wait(for: "TICK", entry: entry)
                let skipped = next.log.all("TICK SKIPPED", entry: entry)
                #expect(!skipped.isEmpty && skipped.allSatisfy { $0["reason"] == "paused" })
            }
            #expect(try next.stop() == .exited(code: 0))
            #expect(next.log.count("TICK MISSED") == 0)
        }
    }

    @Test("let a run go on, which they name, and one begin that is asked for")
    func runs() throws {
        try Scene.play { scene in
            let gate = scene.path("gate")
            let work = "while [ ! -e \(gate) ]; do sleep 0.02; done; echo $CRONSUPD_RUN >> \(scene.ledger)"
            try scene.declare([.shell("long", work, interval: "200ms")])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait("a run") {
                try scene.control(["status", "test:long"]).output.contains("state     running")
            }
            let paused = try scene.control(["pause", "test:long"])
            #expect(paused.output.contains("\nrun 1 of 'test:long' goes on to its end\n"), "\(paused.output)")
            #expect(paused.output.hasPrefix("test:long is paused until 'resume test:long'\n"))
            try TextFile.write("", to: gate)
            try daemon.wait(for: "TICK")
            try letSlotsPass(daemon)
            #expect(rows(scene) == 1)
            let run = try scene.control(["run", "test:long", "--wait"])
            #expect(run.status == .exited(code: 0) && run.errors.contains("run 2 ok"), "\(run.errors)")
            try letSlotsPass(daemon)
            #expect(rows(scene) == 2)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("are for a group, and wrong words are refused")
    func words() throws {
        try Scene.play { scene in
            let group = ["concurrency": "{group: db, max: 1}"]
            try scene.declare([ticking(scene, data: group), ticking(scene, "two")])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", entry: "test:one")
            let paused = try scene.control(["pause", "--group", "db"])
            #expect(paused.output == "1 job is paused until 'resume --group db'\n", "\(paused.output)")
            #expect(try scene.control(["status", "--paused", "--no-headers"]).output.hasPrefix("test:one "))
            let wrong: [([String], Int32, String)] = [
                (["pause"], 100, "expected the IDs of jobs, --group, or --all"),
                (["pause", "test:one", "--all"], 100, "expected the IDs"),
                (["pause", "test:oen"], 1, "there is no job 'test:oen'; did you mean 'test:one'?"),
                (["pause", "--group", "web"], 1, "no job is in the group 'web'"),
                (["pause", "--all", "--for", "1h", "--until", "18:00"], 100, "one of --for and --until"),
                (["pause", "--all", "--for", "soon"], 100, "--for: 'soon' "),
                (["pause", "--all", "--until", "yesterday"], 100, "--until: 'yesterday' is over"),
                (["pause", "--all", "--until", "teatime"], 100, "--until: 'teatime' is no moment"),
                (["pause", "--all", "--note", String(repeating: "x", count: 201)], 100, "at most 200"),
                (["resume", "test:one"], 1, "'test:one' is paused by 'pause --group db'"),
            ]
            for (arguments, code, error) in wrong {
                let finished = try scene.control(arguments)
                #expect(finished.status == .exited(code: code), "\(arguments)")
                #expect(finished.errors.contains(error) && finished.output.isEmpty, "\(arguments): \(finished.errors)")
            }
            let resumed = try scene.control(["resume", "--group", "db"])
            #expect(resumed.output == "1 job is not paused any more\n", "\(resumed.output)")
            let both = try scene.control(["pause", "test:none", "test:one", "test:two"])
            #expect(both.status == .exited(code: 1) && both.errors.contains("there is no job 'test:none'"), "\(both)")
            #expect(both.output.split(separator: "\n").count == 2, "\(both)")
            #expect(
                try scene.control(["resume", "test:one", "test:two"]).output
                    == "test:one is not paused any more\ntest:two is not paused any more\n")
            #expect(try scene.control(["resume", "--all"]).output == "no pause of all jobs is in force\n")
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
