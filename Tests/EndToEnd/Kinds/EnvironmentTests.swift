import Clocks
import Glibc
import Kernel
import Testing

@Suite("A job's environment")
struct EnvironmentTests {
    private static let lua = """
        local env = require("env")
        return {
          run = function()
            local found = {}
            for name, value in pairs(env.get_all()) do found[#found + 1] = name .. "=" .. value end
            table.sort(found)
            return table.concat(found, " ")
          end,
        }
        """

    /// One of each kind that tells its whole environment, with the same keys beside.
    private func jobs(_ data: [String: String]) -> [JobText] {
        [
            JobText(
                name: "swift", method: "surroundings", interval: "100ms",
                data: data.merging(["source": "file://\(Binaries.faultWorker)"]) { $1 }),
            .lua("lua", "run", data: data),
            .program("exec", ["sh", "-c", "exec env | sort | tr '\\n' ' '"], interval: "100ms", data: data),
        ]
    }

    /// What the job found last, without what the run and the shell have put there.
    private func environment(_ daemon: DaemonProcess, _ kind: String) -> [String] {
        let words = (daemon.log.all("TICK", entry: "test:\(kind)").last?["result"] ?? "").split(separator: " ")
        let foreign = [
            "PWD=", "OLDPWD=", "SHLVL=", "_=", "CRONSUPD_ENTRY=", "CRONSUPD_RUN=", "CRONSUPD_ATTEMPT=",
            "CRONSUPD_SLOT=",
        ]
        return words.map(String.init).filter { word in
            word.first != "/" && !word.hasPrefix("CRONSUPD_INSTANCE=")
                && (kind != "exec" || !foreign.contains { word.hasPrefix($0) })
        }
    }

    private func play(
        _ data: [String: String], files: [String: String] = [:], _ body: (Scene, DaemonProcess) throws -> Void
    ) throws {
        try Scene.play { scene in
            chmod(scene.directory, 0o755)
            try scene.add(Self.lua, as: "jobs.lua", mode: 0o644)
            for (name, text) in files { try scene.add(text, as: name) }
            try scene.declare(jobs(data))
            let daemon = try scene.start(
                worker: Binaries.worker,
                environment: ["A=daemon", "B=daemon", "C=daemon", "D=daemon", "HOME=/daemon", "CRONSUPD_KEPT=yes"])
            for kind in ["swift", "lua", "exec"] { try daemon.wait(for: "TICK", entry: "test:\(kind)") }
            try body(scene, daemon)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    /// Of the user that runs the daemon.
    private static let login: (name: String, home: String) = {
        guard let entry = getpwuid(geteuid())?.pointee else { return ("", "") }
        return (String(cString: entry.pw_name), String(cString: entry.pw_dir))
    }()
    private static let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    @Test("that is not inherited has what its entry gives it, a PATH and what cronsupd says, and nothing else")
    func notInherited() throws {
        let data = [
            "environment_inherit": "false", "environment_file": "some.env", "environment": "{C: entry, N: null}",
        ]
        try play(data, files: ["some.env": "B=file\nC=file\nN=1\n"]) { scene, daemon in
            for kind in ["swift", "lua", "exec"] {
                #expect(
                    environment(daemon, kind) == [
                        "B=file", "C=entry", "CRONSUPD_KEPT=yes", scene.cage.marker, "HOME=\(Self.login.home)",
                        "LOGNAME=\(Self.login.name)", Self.path, "USER=\(Self.login.name)",
                    ], "\(kind)")
            }
        }
        let variables = "{PATH: \"/usr/bin:/bin\", HOME: null, LOGNAME: me, USER: null}"
        try play(["environment_inherit": "false", "environment": variables]) { scene, daemon in
            for kind in ["swift", "lua", "exec"] {
                #expect(
                    environment(daemon, kind) == [
                        "CRONSUPD_KEPT=yes", scene.cage.marker, "LOGNAME=me", "PATH=/usr/bin:/bin",
                    ], "\(kind)")
            }
        }
    }

    @Test("of a daemon that has no login has one from the table of users, where a variable is missing")
    func completed() throws {
        try Scene.play { scene in
            try scene.declare([.shell("job", "env", interval: "1h", data: [:])])
            let wrapper = ["/usr/bin/env", "-u", "HOME", "-u", "LOGNAME", "USER=somebody"]
            let daemon = try scene.start(worker: Binaries.worker, wrapper: wrapper)
            try daemon.wait(for: "Worker started")
            let pid = try daemon.worker("test:job")
            let found = Set((TextFile.read("/proc/\(pid)/environ") ?? "").split(separator: "\0").map(String.init))
            #expect(found.isSuperset(of: ["HOME=\(Self.login.home)", "LOGNAME=\(Self.login.name)", "USER=somebody"]))
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("is the daemon's, changed by its files and then by its entry")
    func precedence() throws {
        let data = ["environment_file": "[one.env, -none.env, sub/two.env]", "environment": "{C: entry, D: null}"]
        let files = ["one.env": "B=one\nC=one\nE=one\n", "sub/two.env": "C=two\nD=two\nE='t w o'\n"]
        try play(data, files: files) { _, daemon in
            for kind in ["swift", "lua", "exec"] {
                let found = environment(daemon, kind)
                for word in ["A=daemon", "B=one", "C=entry", "E=t", "HOME=/daemon"] {
                    #expect(found.contains(word), "\(kind): \(word)")
                }
                #expect(!found.contains { $0.hasPrefix("D=") }, "\(kind)")
            }
        }
    }

    @Test("has the login of its user below that", .enabled(if: geteuid() == 0, "needs root"))
    func login() throws {
        let data = ["user": "nobody", "environment_inherit": "false", "environment_file": "some.env"]
        try play(data, files: ["some.env": "HOME=/file\n"]) { scene, daemon in
            for kind in ["swift", "lua", "exec"] {
                #expect(
                    environment(daemon, kind) == [
                        "CRONSUPD_KEPT=yes", scene.cage.marker, "HOME=/file", "LOGNAME=nobody", Self.path,
                        "SHELL=/usr/sbin/nologin", "USER=nobody",
                    ], "\(kind)")
            }
        }
    }

    @Test("says what the run is, whatever its entry says")
    func run() throws {
        try Scene.play { scene in
            try scene.declare([
                .shell(
                    "job", "echo $CRONSUPD_RUN $CRONSUPD_ENTRY", interval: "100ms",
                    data: ["environment": "{CRONSUPD_RUN: x}", "environment_file": "some.env"])
            ])
            try scene.add("CRONSUPD_ENTRY=x\n", as: "some.env")
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", count: 2)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(daemon.log.all("TICK").prefix(2).map { $0["result"] } == ["1 test:job", "2 test:job"])
        }
    }

    @Test("is what its files said when they were loaded, however often its worker starts again")
    func restart() throws {
        try play(["environment_file": "some.env"], files: ["some.env": "X=first\n"]) { scene, daemon in
            try scene.add("X=second\n", as: "some.env")
            for round in 2...3 {
                for (kind, pid) in daemon.workers.map({ ($0.key.dropFirst("test:".count), $0.value) }) {
                    kill(pid, SIGKILL)
                    try daemon.wait(for: "Worker started", entry: "test:\(kind)", count: round)
                    let ticks = daemon.log.count("TICK", entry: "test:\(kind)")
                    try daemon.wait(for: "TICK", entry: "test:\(kind)", count: ticks + 2)
                    #expect(environment(daemon, String(kind)).contains("X=first"), "\(kind)")
                }
                unlink("\(scene.registry)/some.env")
            }
        }
    }

    @Test("is read anew at a reload, which changes the jobs whose file has changed")
    func reload() throws {
        try play(["environment_file": "some.env"], files: ["some.env": "X=first\n"]) { scene, daemon in
            for kind in ["swift", "lua", "exec"] { #expect(environment(daemon, kind).contains("X=first")) }
            let before = daemon.workers
            try scene.add("X=first\n# Written again.\n", as: "some.env")
            daemon.reload()
            try daemon.wait(for: "Reloaded registry")
            #expect(daemon.log.all("Reloaded registry")[0].number("unchanged") == 3)
            #expect(daemon.workers == before)

            try scene.add("X=second\n", as: "some.env")
            daemon.reload()
            try daemon.wait(for: "Reloaded registry", count: 2)
            #expect(daemon.log.all("Reloaded registry")[1].number("changed") == 3)
            for kind in ["swift", "lua", "exec"] {
                try daemon.wait("\(kind) finds the new value") { environment(daemon, kind).contains("X=second") }
            }

            try scene.add("X\n", as: "some.env")
            daemon.reload()
            try daemon.wait(for: "Reload failed")
            let place = "\(scene.registry)/some.env:1:2"
            #expect(daemon.log.all("Registry error").map { $0["location"] } == [place])
            #expect(daemon.log.count("Reloaded registry") == 2)
        }
    }

    @Test("is read at a reload when nobody has written to its file for 200 ms")
    func quietTime() throws {
        try Scene.play { scene in
            let path = scene.path("some.env")
            try TextFile.write("X=first\n", to: path)
            try scene.declare([.shell("job", "echo $X", interval: "50ms", data: ["environment_file": "../some.env"])])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK")
            // The registry itself is at rest.
            try wait("the registry is quiet") {
                Clock.wall().nanoseconds - (try FileSystem.status(scene.registry).identity.modified.nanoseconds)
                    > 300_000_000
            }
            try TextFile.write("X=second\n", to: path)
            let written = Double(try FileSystem.status(path).identity.modified.nanoseconds) / 1e9
            daemon.reload()
            try daemon.wait(for: "Reloaded registry")
            #expect(daemon.log.all("Reloaded registry")[0].time >= written + 0.199)
            try daemon.wait("the job has it") { daemon.log.all("TICK").last?["result"] == "second" }
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
