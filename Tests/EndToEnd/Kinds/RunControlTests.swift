import Glibc
import Kernel
import Testing

@Suite("What bounds runs together")
struct RunControlTests {
    private func play(_ entries: String, _ body: (Scene, DaemonProcess) throws -> Void) throws {
        try Scene.play { scene in
            let text = entries.replacing("LEDGER", with: scene.ledger)
            try scene.write("version: \"1.0\"\nnamespace: test\nentries:\n" + text)
            try body(scene, try scene.start(worker: Binaries.worker))
        }
    }

    private func text(_ scene: Scene) -> String { TextFile.read(scene.ledger) ?? "" }

    // MARK: The boot

    @Test(
        "A job of the boot runs once, whatever becomes of its entry and of cronsupd; one that is new waits for the next boot"
    )
    func boot() throws {
        try Scene.play { scene in
            func declare(_ text: String) throws {
                try scene.write("namespace: test\nentries:\n" + text.replacing("LEDGER", with: scene.ledger))
            }
            let beat =
                "- {name: beat, kind: function.exec, command: [\"true\"], meta: {type: cron.job, interval: 200ms}}\n"
            let boot =
                "- {name: boot, kind: function.exec, command: 'echo boot >> LEDGER', meta: {type: cron.job, schedule: '@reboot'}}\n"
            try declare(boot + beat)
            let first = try scene.start(worker: Binaries.worker)
            try first.wait(for: "TICK", entry: "test:boot")
            try declare(
                boot.replacing("echo boot", with: "echo changed") + boot.replacing("name: boot", with: "name: new")
                    + beat)
            first.reload()
            try first.wait(for: "Reloaded registry")
            try first.wait(for: "TICK", entry: "test:beat")
            #expect(try first.stop() == .exited(code: 0))
            let second = try scene.start(worker: Binaries.worker)
            try second.wait(for: "TICK", entry: "test:beat")
            #expect(second.log.count("Spawning worker") == 1)
            #expect(try second.stop() == .exited(code: 0))
            #expect(text(scene) == "boot\n")
        }
    }

    @Test("Without a runtime directory jobs run, nothing is written, and each start is a boot")
    func nowhere() throws {
        try Scene.play { scene in
            try scene.write(
                """
                namespace: test
                entries:
                - {name: boot, kind: function.exec, command: 'echo boot >> \(scene.ledger)', meta: {type: cron.job, schedule: '@reboot'}}
                """)
            for _ in 0..<2 {
                let daemon = try scene.start(runtime: "none", worker: Binaries.worker)
                try daemon.wait(for: "TICK", entry: "test:boot")
                #expect(daemon.log.count("No runtime directory") == 1)
                #expect(try daemon.stop() == .exited(code: 0))
            }
            #expect(text(scene) == "boot\nboot\n")
            #expect(!FileSystem.exists(scene.runtime) && !FileSystem.exists("none"))
        }
    }

    // MARK: Attempts

    @Test("A slot is attempted again until it succeeds, and its command is told which attempt it is")
    func retry() throws {
        try play(
            """
              - {name: flaky, kind: function.exec, retry: {max_attempts: 4, initial_delay: 50ms, jitter: 0},
                 command: 'echo $CRONSUPD_ATTEMPT >> LEDGER; test $CRONSUPD_ATTEMPT -ge 3',
                 meta: {type: cron.job, schedule: '@reboot'}}
            """
        ) { scene, daemon in
            try daemon.wait(for: "TICK")
            #expect(text(scene) == "1\n2\n3\n")
            let failed = daemon.log.all("TICK FAILED")
            #expect(failed.map { $0["retry"] } == ["50ms", "100ms"])
            #expect((failed + daemon.log.all("TICK")).map { $0.number("attempt") } == [1, 2, 3])
            #expect(failed[1].time - failed[0].time >= 0.045)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("A slot is attempted again by a fresh worker after a crash and a time-out, and counts once")
    func fresh() throws {
        try play(
            """
              - {name: crash, kind: function.exec, retry: {initial_delay: 10ms, jitter: 0},
                 lifecycle: {restart: {initial_delay: 20ms}}, command: 'test $CRONSUPD_ATTEMPT = 2 || kill -9 $PPID',
                 meta: {type: cron.job, interval: 3s}}
              - {name: slow, kind: function.exec, retry: {initial_delay: 10ms, jitter: 0}, timeout: 300ms, kill_after: 50ms,
                 command: 'test $CRONSUPD_ATTEMPT = 2 || sleep 1000', meta: {type: cron.job, interval: 3s}}
            """
        ) { _, daemon in
            for (entry, message) in [("test:crash", "TICK CRASHED"), ("test:slow", "TICK TIMEOUT")] {
                try daemon.wait(for: "TICK", entry: entry)
                let lost = try #require(daemon.log.all(message, entry: entry).first)
                #expect(lost["retry"] == "10ms" && lost.number("attempt") == 1)
                let tick = try #require(daemon.log.all("TICK", entry: entry).first)
                #expect(tick.number("attempt") == 2 && tick["slot"] == lost["slot"] && tick.number("run") == 2)
            }
            #expect(try daemon.stop() == .exited(code: 0))
            for record in daemon.log.all("Worker stopped") {
                #expect(record.number("crashed") == 0 && record.number("timeout") == 0)
                #expect(record.number("ok") == daemon.log.count("TICK", entry: record.entry))
            }
        }
    }

    // MARK: Groups

    @Test("Jobs of a group have no more runs at a time than it allows, and none of them starves")
    func group() throws {
        let entries = (1...4).map {
            """
              - {name: j\($0), kind: function.exec, concurrency: {group: db, max: 2},
                 command: 'echo begin >> LEDGER; sleep 0.05; echo end >> LEDGER', meta: {type: cron.job, interval: 100ms}}
            """
        }
        try play(entries.joined(separator: "\n")) { scene, daemon in
            for number in 1...4 { try daemon.wait(for: "TICK", entry: "test:j\(number)", count: 5) }
            #expect(try daemon.stop() == .exited(code: 0))
            var (running, most) = (0, 0)
            for line in text(scene).split(separator: "\n") {
                running += line == "begin" ? 1 : -1
                most = max(most, running)
            }
            #expect(most == 2 && running == 0)
        }
    }

    @Test("A slot that has waited for its group as long as it may is skipped")
    func wait() throws {
        try play(
            """
              - {name: hog, kind: function.exec, concurrency: {group: db, max: 1}, command: 'exec sleep 1000',
                 meta: {type: cron.job, schedule: '@reboot'}, lifecycle: {stop_timeout: 100ms}}
              - {name: other, kind: function.exec, concurrency: {group: db, max: 1, wait: 100ms}, command: [echo, ran],
                 meta: {type: cron.job, interval: 300ms}}
            """
        ) { _, daemon in
            try daemon.wait(for: "TICK SKIPPED", entry: "test:other", count: 3)
            #expect(daemon.log.count("TICK", entry: "test:other") == 0)
            // With the hog gone there is room.
            kill(try daemon.worker("test:hog"), SIGKILL)
            try daemon.wait(for: "TICK", entry: "test:other", count: 2)
            _ = try daemon.stop()
        }
    }

    // MARK: Hooks

    @Test(
        "A function is called when a job begins to fail, when it recovers, and when it is late, with what has happened")
    func hooks() throws {
        try play(
            """
              - {name: job, kind: function.exec, on_failure: {function: 'test:tell', failures: 2}, on_recovery: 'test:tell',
                 command: 'test ! -e LEDGER.broken', meta: {type: cron.job, interval: 100ms}}
              - {name: late, kind: function.exec, on_late: {function: 'test:tell', after: 200ms}, command: 'kill -9 $PPID',
                 meta: {type: cron.job, interval: 100ms}, lifecycle: {restart: {initial_delay: 2s, max_delay: 2s}}}
              - {name: busy, kind: function.exec, on_late: {function: 'test:tell', after: 200ms}, command: [sleep, '0.5'],
                 overlap: queue, meta: {type: cron.job, interval: 100ms}, lifecycle: {stop_timeout: 100ms}}
              - name: tell
                kind: function.exec
                command: 'echo $CRONSUPD_EVENT $CRONSUPD_EVENT_ENTRY $CRONSUPD_EVENT_OUTCOME $CRONSUPD_EVENT_FAILURES >> LEDGER'
            """
        ) { scene, daemon in
            #expect(daemon.log.count("Spawning worker", entry: "test:tell") == 0)
            try daemon.wait(for: "TICK", entry: "test:job", count: 2)
            try TextFile.write("", to: scene.ledger + ".broken")
            try daemon.wait("the failure is told") { text(scene).contains("failure test:job failed 2\n") }
            try daemon.wait(for: "TICK FAILED", entry: "test:job", count: 5)
            unlink(scene.ledger + ".broken")
            try daemon.wait("the recovery is told") { text(scene).contains("recovery test:job ok\n") }
            try daemon.wait("the lateness is told") { text(scene).contains("late test:late\n") }
            let lines = text(scene).split(separator: "\n").map(String.init)
            #expect(lines.count { $0.hasPrefix("failure") } == 1 && lines.count { $0.hasPrefix("recovery") } == 1)
            #expect(daemon.log.count("Calling function", entry: "test:job") == 2)
            // What comes due in its runs is queued, and not late.
            #expect(daemon.log.count("Calling function", entry: "test:busy") == 0)
            #expect(daemon.log.all("Discovered jobs").first?.number("count") == 3)
            _ = try daemon.stop()
        }
    }

    @Test("A run that goes on and on is told while it does, also when its worker is halted in it, and so is its hook")
    func goesOn() throws {
        try play(
            """
              - {name: endless, kind: function.exec, command: [sleep, '1000'], meta: {type: cron.job, interval: 1s}}
              - {name: halted, kind: function.exec, command: 'kill -STOP $PPID; sleep 1000',
                 meta: {type: cron.job, interval: 1s}}
              - {name: single, kind: function.exec, command: [sleep, '1000'], meta: {type: cron.job, schedule: '@reboot'},
                 on_long: {after: 1s, function: 'test:tell'}}
              - name: tell
                kind: function.exec
                command: 'echo $CRONSUPD_EVENT $CRONSUPD_EVENT_ENTRY $CRONSUPD_EVENT_RUN $CRONSUPD_EVENT_FOR >> LEDGER'
            """
        ) { scene, daemon in
            try daemon.wait("the long run is told") { text(scene) == "long test:single 1 1s\n" }
            for entry in ["test:endless", "test:halted"] {
                try daemon.wait(for: "Still running", entry: entry)
                let record = try #require(daemon.log.all("Still running", entry: entry).first)
                #expect(record.number("run") == 1 && record.number("slots") >= 9)
                #expect(daemon.log.count("TICK SKIPPED", entry: entry) == 0)
            }
            #expect(daemon.log.count("Still running", entry: "test:single") == 0)
            _ = try daemon.stop(within: 60)
            #expect(text(scene) == "long test:single 1 1s\n")
        }
    }

    @Test("Calls of a function that a reload replaces during one are made of what takes its place")
    func handedOver() throws {
        func entries(_ version: Int) -> String {
            ["first", "waiting", "late"].map {
                """
                  - {name: \($0), kind: function.exec, on_failure: 'test:tell', command: 'test ! -e LEDGER.\($0)',
                     meta: {type: cron.job, interval: 100ms}}

                """
            }.joined() + """
                  - {name: tell, kind: function.exec, environment: {VERSION: \(version)},
                     command: 'while test ! -e LEDGER.gate; do sleep 0.02; done; echo $VERSION $CRONSUPD_EVENT_ENTRY >> LEDGER'}

                """
        }
        try play(entries(1)) { scene, daemon in
            func fail(_ name: String) throws {
                try TextFile.write("", to: "\(scene.ledger).\(name)")
                try daemon.wait(for: "Calling function", entry: "test:\(name)")
            }
            try fail("first")
            try daemon.wait(for: "Worker started", entry: "test:tell")
            try fail("waiting")
            let text = "version: \"1.0\"\nnamespace: test\nentries:\n" + entries(2)
            try scene.write(text.replacing("LEDGER", with: scene.ledger))
            daemon.reload()
            try daemon.wait(for: "Reloaded registry")
            try fail("late")
            try TextFile.write("", to: scene.ledger + ".gate")
            try daemon.wait("all are told") { self.text(scene).split(separator: "\n").count == 3 }
            #expect(self.text(scene) == "1 test:first\n2 test:waiting\n2 test:late\n")
            #expect(daemon.log.count("Calls dropped") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
