import Clocks
import Glibc
import Kernel
import Testing

/// Runs are cancelled and workers started again, by the programs that are installed.
@Suite("cronsupctl cancel, kill, restart and reset")
struct InterventionCommandTests {
    private func play(
        _ entries: String, _ files: [String: String] = [:], _ body: (Scene, DaemonProcess) throws -> Void
    ) throws {
        try Scene.play { scene in
            for (name, text) in files { try scene.write(text, in: name) }
            let text = entries.replacing("LEDGER", with: scene.ledger)
            try scene.write("version: \"1.0\"\nnamespace: test\nentries:\n" + text)
            try body(scene, try scene.start(["--stop-timeout", "100ms"], worker: Binaries.worker))
        }
    }

    @Test("cancel ends a run of each kind, with all that it has started; the job goes on")
    func cancel() throws {
        let lua = "return {loop = function() while true do end end}\n"
        try play(
            """
              - {name: command, kind: function.exec, command: 'echo >> LEDGER; sleep 1000 & setsid sleep 1001 & sleep 1002',
                 meta: {type: cron.job, interval: 500ms}}
              - {name: stubborn, kind: function.exec, command: 'trap "" TERM; sleep 1000; sleep 1000', kill_after: 50ms,
                 meta: {type: cron.job, interval: 500ms}}
              - {name: lua, kind: function.lua, source: 'file://loop.lua', method: loop,
                 meta: {type: cron.job, interval: 500ms}}
              - {name: swift, kind: function.swift, source: 'file://\(Binaries.faultWorker)', method: hang,
                 kill_after: 50ms, meta: {type: cron.job, interval: 500ms}}

            """, ["loop.lua": lua]
        ) { scene, daemon in
            for name in ["command", "stubborn", "lua", "swift"] {
                try daemon.wait("the run of \(name)") {
                    try scene.control(["status", "test:\(name)"]).output.contains("running")
                }
                let cancelled = try scene.control(["cancel", "test:\(name)"])
                #expect(cancelled.status == .exited(code: 0) && cancelled.errors.isEmpty, "\(cancelled.errors)")
                #expect(
                    cancelled.output.hasPrefix("test:\(name) run 1 cancelled after ")
                        && cancelled.output.hasSuffix(": by an operator\n"), "\(cancelled.output)")
                let tick = try #require(daemon.log.all("TICK CANCELLED", entry: "test:\(name)").first)
                #expect(tick["reason"] == "operator" && tick["outcome"] == "cancelled")
                try daemon.wait("the next run of \(name)") {
                    try scene.control(["status", "test:\(name)"]).output.contains("run 2, since")
                }
            }
            #expect(daemon.log.count("Worker exited") == 0 && daemon.log.count("TICK FAILED") == 0)
            #expect(daemon.log.all("Operator request").count { $0["action"] == "cancel" && $0["run"] == "1" } == 4)
            let wrong = try scene.control(["cancel", "test:lua", "1"])
            #expect(wrong.status == .exited(code: 1) && wrong.errors.contains("run 1 of 'test:lua' is not running"))
            daemon.signal(SIGTERM)
            daemon.signal(SIGTERM)
            _ = try daemon.waitForExit()
        }
    }

    @Test("cancel ends a run that a worker of an earlier cronsupd goes on with")
    func previousLife() throws {
        try Scene.play { scene in
            try scene.declare([.shell("long", "echo >> \(scene.ledger); sleep 1000", interval: "1h")])
            let first = try scene.start(worker: Binaries.worker)
            try first.wait(for: "Worker started")
            _ = try scene.control(["run", "test:long"])
            first.signal(SIGKILL)
            _ = try first.waitForExit()
            let second = try scene.start(worker: Binaries.worker)
            try second.wait(for: "Waiting for previous worker")
            let status = try scene.control(["status"]).output
            #expect(status.contains(" waiting ") && status.contains("run 1, asked for"), "\(status)")
            let cancelled = try scene.control(["cancel", "test:long", "1"])
            #expect(cancelled.output.hasPrefix("test:long run 1 cancelled after "), "\(cancelled)")
            try second.wait(for: "Worker started")
            #expect(try second.stop() == .exited(code: 0))
        }
    }

    @Test("kill sends one signal to the command and nothing else, or to the worker that runs a function")
    func kill() throws {
        try play(
            """
              - {name: command, kind: function.exec, meta: {type: cron.job, interval: 1h},
                 command: 'trap "echo hup >> LEDGER" HUP; trap "exit 7" USR1; echo ready >> LEDGER; while :; do sleep 0.05; done'}

            """
        ) { scene, daemon in
            try daemon.wait(for: "Worker started")
            let idle = try scene.control(["kill", "test:command", "--signal", "HUP"])
            #expect(idle.status == .exited(code: 1) && idle.errors.contains("no run of 'test:command' is running"))
            _ = try scene.control(["run", "test:command"])
            try daemon.wait("the begin") { TextFile.read(scene.ledger) == "ready\n" }
            let sent = try scene.control(["kill", "test:command", "--signal", "HUP"])
            #expect(sent.output == "SIGHUP was sent to run 1 of 'test:command'\n", "\(sent)")
            try daemon.wait("the signal") { TextFile.read(scene.ledger) == "ready\nhup\n" }
            #expect(try scene.control(["kill", "test:command", "--signal", "10"]).status == .exited(code: 0))
            try daemon.wait(for: "TICK FAILED")
            #expect(daemon.log.all("TICK FAILED").first?["code"] == "7" && daemon.log.count("Worker exited") == 0)
            #expect(try scene.control(["kill", "test:command", "--signal", "HUB"]).status == .exited(code: 100))
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("restart brings a fresh worker, after the run or at once; reset one that has failed")
    func workers() throws {
        try play(
            """
              - {name: idle, kind: function.swift, method: heartbeat, meta: {type: cron.job, interval: 1h}}
              - {name: busy, kind: function.exec, command: 'while [ ! -e LEDGER ]; do sleep 0.05; done',
                 meta: {type: cron.job, interval: 1h}}
              - {name: broken, kind: function.swift, source: 'file://\(Binaries.faultWorker)', method: exit,
                 meta: {type: cron.job, interval: 50ms}, lifecycle: {restart: {initial_delay: 1h, max_delay: 1h}}}

            """
        ) { scene, daemon in
            let (idle, busy) = (try daemon.worker("test:idle"), try daemon.worker("test:busy"))
            let restarted = try scene.control(["restart", "test:idle"])
            #expect(restarted.output == "the worker of test:idle is started again\n", "\(restarted)")
            try daemon.wait("a fresh worker") { daemon.latestWorker("test:idle") != idle }
            _ = try scene.control(["run", "test:busy"])
            let later = try scene.control(["restart", "test:busy"])
            #expect(later.output == "test:busy has a fresh worker when run 1 has ended\n", "\(later)")
            try TextFile.write("", to: scene.ledger)
            try daemon.wait("a fresh worker") { daemon.latestWorker("test:busy") != busy }
            #expect(daemon.log.count("TICK", entry: "test:busy") == 1)
            try daemon.wait(for: "Restarting worker", entry: "test:broken")
            let reset = try scene.control(["reset", "test:broken"])
            #expect(reset.output == "test:broken is reset\n", "\(reset)")
            try daemon.wait(for: "Restarting worker", entry: "test:broken", count: 2)
            #expect(daemon.log.all("Restarting worker", entry: "test:broken")[1]["failures"] == "1")
            #expect(try scene.control(["reset", "test:idle"]).output == "the worker of test:idle has not failed\n")
            _ = try daemon.stop()
        }
    }

    @Test("cancel --owed ends a catch-up")
    func owed() throws {
        try Scene.play { scene in
            let job = JobText.shell(
                "one", "echo >> \(scene.ledger); while [ -e \(scene.path("hold")) ]; do sleep 0.05; done",
                interval: "100ms",
                data: ["catch_up": "all"])
            try scene.declare([job])
            let first = try scene.start(worker: Binaries.worker)
            try first.wait(for: "TICK")
            first.signal(SIGTERM)
            _ = try first.waitForExit()
            let end = Clock.monotonic() + .milliseconds(700)
            try first.wait("slots come due") { Clock.monotonic() > end }
            try TextFile.write("", to: scene.path("hold"))
            let second = try scene.start(["--stop-timeout", "100ms"], worker: Binaries.worker)
            try second.wait(for: "Catching up")
            try second.wait("the first of them") {
                try scene.control(["status", "test:one"]).output.contains("running")
            }
            let owed = try scene.control(["cancel", "test:one", "--owed"])
            #expect(owed.output.hasPrefix("test:one gives up "), "\(owed)")
            unlink(scene.path("hold"))
            try second.wait("the slots are skipped") {
                second.log.all("TICK SKIPPED").contains { $0["reason"] == "operator" && $0["level"] == "NOTE" }
            }
            #expect(try second.stop() == .exited(code: 0))
        }
    }
}
