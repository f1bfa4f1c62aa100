import Glibc
import Kernel
import Testing

@Suite("A run's time-out when nobody keeps it but the worker")
struct TimeoutFaults {
    private func play(
        _ keys: String, _ body: (Scene, _ begun: String, DaemonProcess) throws -> Void
    ) throws {
        try Scene.play { scene in
            let begun = scene.path("begun")
            try scene.write(Self.loop, in: "loop.lua")
            try scene.write(
                """
                namespace: test
                entries:
                  - {name: job, \(keys), timeout: 500ms, environment: {BEGUN: '\(begun)'},
                     meta: {type: cron.job, schedule: '@reboot'}}
                  - {name: other, kind: function.swift, method: heartbeat, meta: {type: cron.job, interval: 50ms}}

                """)
            try body(scene, begun, try scene.start(worker: Binaries.worker))
        }
    }

    private func killDaemon(_ daemon: DaemonProcess) throws {
        daemon.signal(SIGKILL)
        _ = try daemon.waitForExit()
    }

    private static let loop = """
        return {run = function()
            io.open(os.getenv("BEGUN"), "w"):close()
            while true do end
        end}
        """

    private static let function = "kind: function.lua, source: 'file://loop.lua', method: run, kill_after: 100ms"

    // MARK: F16, F29

    @Test(
        "ends a function that never returns, whether it runs or is halted, with the daemon dead",
        arguments: [false, true])
    func function(isHalted: Bool) throws {
        try play(Self.function) { scene, begun, daemon in
            try daemon.wait("the run has begun") { access(begun, F_OK) == 0 }
            let worker = try daemon.worker("test:job")
            if isHalted { kill(worker, SIGSTOP) }
            try killDaemon(daemon)
            try wait("the worker is gone") { !Proc.isAlive(worker) }
            #expect(scene.cage.isEmpty)
        }
    }

    @Test("is the run's outcome when the daemon, held up meanwhile, hears of its end", arguments: [false, true])
    func heldUp(isStopping: Bool) throws {
        try play(Self.function) { _, begun, daemon in
            try daemon.wait("the run has begun") { access(begun, F_OK) == 0 }
            let worker = try daemon.worker("test:job")
            // By then the daemon has heard of it too.
            try daemon.wait(for: "TICK", entry: "test:other", count: daemon.log.count("TICK", entry: "test:other") + 2)
            if isStopping {
                daemon.signal(SIGTERM)
                try daemon.wait(for: "Waiting for runs")
            }
            daemon.signal(SIGSTOP)
            try wait("the worker's timer has killed it") { !Proc.isAlive(worker) }
            daemon.signal(SIGCONT)
            try daemon.wait(for: "TICK TIMEOUT")
            #expect(daemon.log.all("TICK TIMEOUT").first?["error"] == "no end within 500ms")
            #expect(daemon.log.count("Worker exited") + daemon.log.count("Restarting worker") == 0)
            if !isStopping { daemon.signal(SIGTERM) }
            #expect(try daemon.waitForExit() == .exited(code: 0))
        }
    }

    @Test("ends a command in two steps, with all that it has started, and its worker")
    func command() throws {
        let text =
            "trap 'echo got it >>$BEGUN' TERM; setsid -f sleep 1000; echo begun >>$BEGUN; "
            + "while :; do sleep 1000 & wait; done"
        try play("kind: function.exec, kill_after: 300ms, command: \(RegistryText.quoted(text))") {
            scene, begun, daemon in
            try daemon.wait("the run has begun") { TextFile.read(begun) == "begun\n" }
            let worker = try daemon.worker("test:job")
            try killDaemon(daemon)
            try wait("the worker is gone") { !Proc.isAlive(worker) }
            // Of a worker that the kernel's timer has killed the other session would live on.
            #expect(scene.cage.isEmpty)
            #expect(TextFile.read(begun) == "begun\ngot it\n")
        }
    }
}
