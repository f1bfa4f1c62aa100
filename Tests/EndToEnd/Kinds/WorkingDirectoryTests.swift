import Glibc
import Kernel
import Testing

@Suite("A job's working directory")
struct WorkingDirectoryTests {
    private static let lua = """
        local funcs = require("funcs")
        return {
          run = function()
            local late = require("lib.late")
            local file = assert(io.open("here", "r"))
            local line = file:read("l")
            file:close()
            return table.concat({ line, late.text, assert(funcs.call("test:other")), assert(funcs.call("test:where")) }, " ")
          end,
        }
        """

    private static let entries = """
        version: "1.0"
        namespace: test
        entries:
          - name: swift
            kind: function.swift
            source: file://worker
            method: surroundings
            working_directory: below
            environment_file: some.env
            environment_inherit: false
            meta: {type: cron.job, interval: 100ms}
          - name: lua
            kind: function.lua
            source: file://jobs.lua
            method: run
            working_directory: below
            meta: {type: cron.job, interval: 100ms}
          - name: exec
            kind: function.exec
            command: [sh, -c, "cat here; pwd"]
            working_directory: below
            meta: {type: cron.job, interval: 100ms}
          - name: other
            kind: function.lua
            source: file://lib/other.lua
            method: run
          - name: where
            kind: function.exec
            command: "echo $(pwd)"
            working_directory: beside
        """

    private func furnish(_ scene: Scene) throws {
        for name in ["below", "beside"] { try FileSystem.createDirectories("\(scene.registry)/\(name)") }
        try scene.add("found\n", as: "below/here")
        try scene.add("A=1\n", as: "some.env")
        try scene.add(Self.lua, as: "jobs.lua")
        try scene.add("return { text = 'late' }\n", as: "lib/late.lua")
        try scene.add("return { run = function() return 'called' end }\n", as: "lib/other.lua")
        symlink(Binaries.faultWorker, "\(scene.registry)/worker")
        try scene.write(Self.entries)
    }

    @Test(
        "is where its process is, for all kinds; what the registry names is found all the same",
        arguments: [true, false])
    func kinds(isRelative: Bool) throws {
        try Scene.play { scene in
            try furnish(scene)
            // The last one counts.
            let daemon = try scene.start(
                isRelative ? ["--registry", "registry"] : [], worker: Binaries.worker,
                wrapper: ["/usr/bin/env", "-C", scene.directory])
            for kind in ["swift", "lua", "exec"] { try daemon.wait(for: "TICK", entry: "test:\(kind)", count: 2) }
            let workers = daemon.workers
            for (entry, pid) in workers {
                // A command's worker stays where the daemon is.
                let expected = entry == "test:exec" ? scene.directory : "\(scene.registry)/below"
                #expect(try FileSystem.linkTarget("/proc/\(pid)/cwd") == expected, "\(entry)")
            }
            #expect(try daemon.stop() == .exited(code: 0))
            func result(_ kind: String) -> String? { daemon.log.all("TICK", entry: "test:\(kind)").last?["result"] }
            #expect(result("swift")?.hasPrefix("\(scene.registry)/below \(scene.registry) A=1 ") == true)
            #expect(result("lua") == "found late called \(scene.registry)/beside")
            #expect(result("exec") == "\(scene.registry)/below")
            #expect(daemon.log.count("TICK FAILED") == 0 && workers.count == 3)
        }
    }

    /// A job of each kind whose runs leave a file behind.
    private func jobs(_ scene: Scene, in directory: String, _ more: [String: String] = [:]) -> [JobText] {
        let data = more.merging(["working_directory": directory]) { $1 }
        return [
            JobText(name: "swift", method: "heartbeat", interval: "50ms", data: data, lifecycle: JobText.quickRestart),
            .lua("lua", "run", data: data), .shell("exec", "touch \(scene.path("ran"))", interval: "50ms", data: data),
        ]
    }

    /// A fault of the worker, but of a command the failure of each run.
    private func expectFaults(_ daemon: DaemonProcess, _ scene: Scene, _ path: String, _ code: Int32) throws {
        try daemon.wait(for: "TICK FAILED", entry: "test:exec", count: 3)
        for run in daemon.log.all("TICK FAILED", entry: "test:exec") {
            #expect(run["error"] == "chdir '\(path)': \(String(cString: strerror(code)))")
        }
        for kind in ["swift", "lua"] {
            try daemon.wait(for: "Worker fault", entry: "test:\(kind)")
            let fault = try #require(daemon.log.all("Worker fault", entry: "test:\(kind)").first)
            #expect(fault["step"] == "chdir" && fault["errno"] == "\(code)", "\(kind)")
            #expect(fault["error"] == "chdir '\(path)': \(String(cString: strerror(code)))", "\(kind)")
        }
        try daemon.wait(for: "Worker fault", entry: "test:swift", count: 2)
        #expect(try daemon.stop() == .exited(code: 0))
        #expect(daemon.log.count("TICK") == 0 && daemon.log.count("Worker fault", entry: "test:exec") == 0)
        #expect(Set(daemon.log.all("Worker started").map(\.entry)) == ["test:exec"])
        #expect(daemon.log.count("Spawning worker", entry: "test:exec") == 1)
        #expect(access(scene.path("ran"), F_OK) != 0)
    }

    @Test("that is none is a fault, and of a command the failure of each run; the worker lives on")
    func missing() throws {
        try Scene.play { scene in
            try scene.add("return { run = function() return 'ran' end }\n", as: "jobs.lua")
            try scene.declare(jobs(scene, in: "gone"))
            let daemon = try scene.start(worker: Binaries.worker)
            try expectFaults(daemon, scene, "\(scene.registry)/gone", ENOENT)
        }
    }

    @Test("with a '-' before it is '/' where there is none, for all kinds and at each run")
    func optional() throws {
        try Scene.play { scene in
            let path = scene.path("here")
            let lua =
                "return { run = function() local f = io.popen('pwd') local l = f:read('l') f:close() return l end }\n"
            try scene.add(lua, as: "jobs.lua")
            let text = """
                version: "1.0"
                namespace: test
                entries:
                  - {name: exec, kind: function.exec, command: pwd, working_directory: "-\(path)",
                     meta: {type: cron.job, interval: 50ms}}
                  - {name: lua, kind: function.lua, source: "file://jobs.lua", method: run, working_directory: "-\(path)",
                     meta: {type: cron.job, interval: 50ms}}
                """
            try scene.write(text)
            let daemon = try scene.start(worker: Binaries.worker)
            func results(_ entry: String) -> Set<String> {
                Set(daemon.log.all("TICK", entry: "test:\(entry)").compactMap { $0["result"] })
            }
            try daemon.wait("both are in /") { results("exec") == ["/"] && results("lua") == ["/"] }
            try FileSystem.createDirectories(path)
            try daemon.wait("the command is in the new directory") { results("exec").contains(path) }
            #expect(daemon.log.count("TICK FAILED") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test(
        "is entered with the rights of the job's user, or the job does not run",
        .enabled(if: geteuid() == 0, "needs root"))
    func rights() throws {
        try Scene.play { scene in
            chmod(scene.directory, 0o755)
            try scene.add("return { run = function() return 'ran' end }\n", as: "jobs.lua", mode: 0o644)
            let closed = scene.path("closed")
            try FileSystem.createDirectories(closed)
            chmod(closed, 0o700)
            try scene.declare(jobs(scene, in: closed, ["user": "nobody"]))
            let daemon = try scene.start(worker: Binaries.worker)
            try expectFaults(daemon, scene, closed, EACCES)
        }
    }

    @Test("of a command is gone into at each run: one that has gone meanwhile is the run's failure")
    func goneMeanwhile() throws {
        try Scene.play { scene in
            let path = scene.path("here")
            try FileSystem.createDirectories(path)
            try scene.declare([.shell("job", "pwd", interval: "50ms", data: ["working_directory": path])])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK")
            rmdir(path)
            try daemon.wait(for: "TICK FAILED")
            #expect(daemon.log.all("TICK FAILED")[0]["error"] == "chdir '\(path)': No such file or directory")
            try FileSystem.createDirectories(path)
            let ticks = daemon.log.count("TICK")
            try daemon.wait(for: "TICK", count: ticks + 1)
            #expect(daemon.log.count("Spawning worker") == 1)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
