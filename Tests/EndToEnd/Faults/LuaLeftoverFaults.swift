import Glibc
import Kernel
import Testing

@Suite("What a file of Lua has started or opened")
struct LuaLeftoverFaults {
    private func declare(_ scene: Scene, _ file: String, schedule: String = "'@reboot'") throws {
        try scene.write(file, in: "job.lua")
        try scene.write(
            """
            namespace: test
            entries:
              - {name: job, kind: function.lua, source: 'file://job.lua', method: run,
                 meta: {type: cron.job, schedule: \(schedule)}}

            """)
    }

    // MARK: F31

    @Test(
        "does not hold up the end of its idle worker: no child is waited for, no pipe, no finalizer",
        arguments: [
            "io.popen('exec sleep 1000')",
            // More than the pipe holds.
            "io.popen('exec sleep 1000', 'w'):write(string.rep('x', 65536 + 1000))",
            "setmetatable({}, {__gc = function() while true do end end})",
        ])
    func idle(opened: String) throws {
        try Scene.play { scene in
            try declare(scene, "return {run = function() kept = \(opened) end}\n")
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK")
            #expect(try daemon.stop(within: 8) == .exited(code: 0))
            #expect(daemon.log.count("Worker terminated") == 0)
        }
    }

    @Test("is in its file when the worker has ended, though nobody has closed that")
    func flushed() throws {
        try Scene.play { scene in
            let path = scene.path("kept")
            try declare(scene, "return {run = function() kept = io.open('\(path)', 'w'); kept:write('text') end}\n")
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK")
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(TextFile.read(path) == "text")
        }
    }

    // MARK: F10

    private static let starts = [
        "os.execute('setsid sleep 1000 >/dev/null 2>&1 &')",
        "os.execute('setsid -f sh -c \"sleep 1000 & setsid sleep 1001 & wait\" >/dev/null 2>&1')",
        "io.popen('sleep 1000')",
    ]

    @Test("as it is loaded to be checked is gone when the check is over", arguments: starts)
    func checked(start: String) throws {
        try Scene.play { scene in
            try declare(scene, "\(start)\nreturn {run = function() end}\n")
            #expect(try scene.check().status == .exited(code: 0))
            #expect(scene.cage.isEmpty)
        }
    }

    @Test(
        "is gone too if the file ends the check, or never comes to its end",
        arguments: ["os.exit(3)", "while true do end"])
    func ended(end: String) throws {
        try Scene.play { scene in
            try declare(scene, "\(Self.starts[0])\n\(end)\n")
            let check = try scene.check()
            #expect(check.status == .exited(code: 100))
            #expect(check.errors.contains("ended the worker that loaded it") || check.errors.contains("within 5s"))
            #expect(scene.cage.isEmpty)
        }
    }

    @Test("as it is loaded for a reload is gone after it")
    func reloaded() throws {
        try Scene.play { scene in
            let start = "if not os.getenv('CRONSUPD_INSTANCE') then \(Self.starts[0]) \(Self.starts[2]) end\n"
            try declare(scene, start + "return {run = function() end}\n", schedule: "'0 0 1 1 *'")
            let daemon = try scene.start(worker: Binaries.worker)
            _ = try daemon.worker("test:job")
            let before = Set(scene.cage.processes)
            for count in 1...3 {
                daemon.reload()
                try daemon.wait(for: "Reloaded registry", count: count)
            }
            #expect(Set(scene.cage.processes) == before)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
