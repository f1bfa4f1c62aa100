import Glibc
import Kernel
import Model
import Testing

@Suite("The policy of a job's runs")
struct PolicyTests {
    private func play(_ entries: String, _ files: [String: String] = [:], _ body: (Scene, DaemonProcess) throws -> Void)
        throws
    {
        try Scene.play { scene in
            for (name, text) in files { try scene.write(text, in: name) }
            try scene.write("version: \"1.0\"\nnamespace: test\nentries:\n" + entries)
            try body(scene, try scene.start(worker: Binaries.worker))
        }
    }

    // MARK: F29, without control groups

    @Test("ends a command at its time-out with all that it started, whatever that does, and runs the next slot on time")
    func command() throws {
        let text = "trap \"\" TERM; sleep 1000 & setsid sleep 1001 & sleep 1002"
        try play(
            """
              - {name: stuck, kind: function.exec, command: '\(text)', timeout: 300ms, kill_after: 100ms,
                 meta: {type: cron.job, interval: 2s}}
            """
        ) { scene, daemon in
            try daemon.wait(for: "TICK TIMEOUT", count: 2)
            let records = daemon.log.all("TICK TIMEOUT")
            #expect(records.allSatisfy { $0["error"] == "no end within 300ms" && $0["outcome"] == "timeout" })
            #expect(zip(records, records.dropFirst()).allSatisfy { $1.time - $0.time < 2.5 })
            #expect(daemon.log.count("Worker killed") == 2)
            // The daemon, and the fresh worker.
            try daemon.wait("only the worker is left") { scene.cage.processes.count == 2 }
            #expect(daemon.log.count("Worker exited") == 0 && daemon.log.count("Restarting worker") == 0)
            // The next run, which a stop would have to kill, is far away.
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("ends an endless loop in Lua and in Swift")
    func loops() throws {
        let lua = "return {loop = function() while true do end end}\n"
        try play(
            """
              - {name: lua, kind: function.lua, source: 'file://loop.lua', method: loop, timeout: 200ms,
                 meta: {type: cron.job, interval: 500ms}}
              - {name: swift, kind: function.swift, source: 'file://\(Binaries.faultWorker)', method: hang, timeout: 200ms,
                 kill_after: 50ms, meta: {type: cron.job, interval: 500ms}}
            """, ["loop.lua": lua]
        ) { _, daemon in
            for entry in ["test:lua", "test:swift"] { try daemon.wait(for: "TICK TIMEOUT", entry: entry, count: 2) }
            let runs = daemon.log.all("TICK TIMEOUT", entry: "test:lua").map { $0.number("run") }
            #expect(runs.prefix(2) == [1, 2])
            // Only the one that does not hear SIGTERM needs more.
            #expect(daemon.log.count("Worker killed", entry: "test:lua") == 0)
            #expect(daemon.log.count("Worker killed", entry: "test:swift") >= 2)
            _ = try daemon.stop()
        }
    }

    // MARK: F53, processor time

    @Test("ends what has used its processor time, also if it ignores SIGXCPU, and says why")
    func processorTime() throws {
        let lua = "return {loop = function() while true do end end}\n"
        let meta = "limits: {cpu_time: 1s}, meta: {type: cron.job, schedule: '@reboot'}"
        try play(
            """
              - {name: command, kind: function.exec, command: 'while :; do :; done', \(meta)}
              - {name: deaf, kind: function.exec, command: 'trap "" XCPU; while :; do :; done', \(meta)}
              - {name: lua, kind: function.lua, source: 'file://loop.lua', method: loop, \(meta)}
            """, ["loop.lua": lua]
        ) { _, daemon in
            try daemon.wait(for: "TICK FAILED", count: 3)
            let errors = daemon.log.all("TICK FAILED").map { $0["error"] }
            #expect(errors == Array(repeating: "used its processor time of 1s", count: 3))
            // It is the run that has failed, and no worker.
            #expect(daemon.log.count("Restarting worker") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("leaves a run alone that ends in time")
    func inTime() throws {
        try play(
            """
              - {name: quick, kind: function.exec, command: [echo, done], timeout: 10s,
                 meta: {type: cron.job, interval: 100ms}}
            """
        ) { _, daemon in
            try daemon.wait(for: "TICK", count: 3)
            #expect(daemon.log.count("TICK TIMEOUT") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("runs a slot that came due during a run right after it, and skips the others")
    func queue() throws {
        try play(
            """
              - {name: long, kind: function.exec, command: [sleep, '0.35'], overlap: queue,
                 meta: {type: cron.job, interval: 100ms}}
            """
        ) { _, daemon in
            try daemon.wait(for: "TICK", count: 3)
            let ticks = daemon.log.all("TICK")
            // The second run is of the slot after the first one's, and so it is late.
            #expect(ticks[1].number("lateness_us") > 200_000)
            #expect(daemon.log.count("TICK SKIPPED") > 0)
            _ = try daemon.stop()
            let end = try #require(daemon.log.all("Worker stopped").first)
            #expect(end.number("ok") == daemon.log.count("TICK"))
            #expect(Outcome.allCases.map { end.number($0.rawValue) }.reduce(0, +) >= 2 * end.number("ok"))
        }
    }

    @Test("ends a run for the slot that comes due during it")
    func replace() throws {
        try play(
            """
              - {name: endless, kind: function.exec, command: [sleep, '1000'], overlap: replace, lifecycle: {stop_timeout: 100ms},
                 meta: {type: cron.job, interval: 300ms}}
            """
        ) { _, daemon in
            try daemon.wait(for: "TICK CANCELLED", count: 3)
            let records = daemon.log.all("TICK CANCELLED")
            #expect(records.allSatisfy { $0["error"] == "the next slot is due" })
            #expect(records.map { $0.number("run") }.prefix(3) == [1, 2, 3])
            #expect(daemon.log.count("Restarting worker") == 0)
            _ = try daemon.stop(within: 30)
        }
    }
}
