import Glibc
import Kernel
import Testing

@Suite("Libraries in Lua")
struct LuaImportTests {
    private static func library(_ name: String, _ file: String, _ imports: String = "{}") -> String {
        "  - {name: \(name), kind: library.lua, source: \"file://\(file)\", imports: \(imports)}\n"
    }

    /// `one` uses `dates`, which uses `base`, as `two` does itself; `other` uses none.
    private func declare(_ scene: Scene, base: String = "lib/base.lua") throws {
        let jobs: [JobText] = [
            .lua("one", "run", data: ["imports": "{dates: \"test:dates\"}"]),
            .lua("two", "run", in: "two.lua", data: ["imports": "{base: \"test:base\"}"]),
            .lua("other", "run", in: "other.lua"),
        ]
        let libraries =
            Self.library("dates", "lib/dates.lua", "{low: \"test:base\"}") + Self.library("base", base)
            + Self.library("unused", "none.lua")
        try scene.write(RegistryText.file(jobs) + libraries)
    }

    private func add(_ scene: Scene, base: String) throws {
        try scene.add("local d = require('dates')\nreturn { run = function() return d.text() end }\n", as: "jobs.lua")
        try scene.add("return function() return require('base') end\n", as: "two.lua")
        try scene.add("return { run = function() return 'other' end }\n", as: "other.lua")
        try scene.add("return { text = function() return 'dates ' .. require('low') end }\n", as: "lib/dates.lua")
        try scene.add("return '\(base)'\n", as: "lib/base.lua")
    }

    private func results(_ daemon: DaemonProcess, _ name: String) -> String? {
        daemon.log.all("TICK", entry: "test:\(name)").last?["result"]
    }

    @Test("are imported by entries and by each other, and a change of one replaces the workers of those that use it")
    func reload() throws {
        try Scene.play { scene in
            try add(scene, base: "first")
            try declare(scene)
            let daemon = try scene.start(worker: Binaries.worker)
            for name in ["one", "two", "other"] { try daemon.wait(for: "TICK", entry: "test:\(name)", count: 2) }
            #expect(results(daemon, "one") == "dates first" && results(daemon, "two") == "first")
            let before = daemon.workers
            try scene.add("return 'second'\n", as: "lib/base.lua")
            daemon.reload()
            try daemon.wait(for: "Reloaded registry")
            let reload = try #require(daemon.log.all("Reloaded registry").first)
            #expect(reload.number("changed") == 2 && reload.number("unchanged") == 1)
            try daemon.wait("the new library is used") {
                results(daemon, "one") == "dates second" && results(daemon, "two") == "second"
            }
            #expect(daemon.workers["test:other"] == before["test:other"])
            // Another file for the entry that only a library imports.
            try scene.add("return 'third'\n", as: "lib/third.lua")
            try declare(scene, base: "lib/third.lua")
            daemon.reload()
            try daemon.wait("the new entry is used") {
                results(daemon, "one") == "dates third" && results(daemon, "two") == "third"
            }
            #expect(daemon.workers["test:other"] == before["test:other"])
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test(
        "are what a load has accepted: a worker that starts again runs those texts, also of what it requires in a run alone"
    )
    func texts() throws {
        try Scene.play { scene in
            try add(scene, base: "first")
            var jobs: [JobText] = [
                .lua("one", "run", data: ["imports": "{dates: \"test:dates\"}"]),
                // It names the files from elsewhere.
                .lua(
                    "two", "run", in: "two.lua", data: ["imports": "{base: \"test:base\"}", "working_directory": "/"]),
            ]
            for index in jobs.indices { jobs[index].lifecycle = JobText.quickRestart }
            try scene.write(
                RegistryText.file(jobs) + Self.library("dates", "lib/dates.lua", "{low: \"test:base\"}")
                    + Self.library("base", "lib/base.lua"))
            let daemon = try scene.start(worker: Binaries.worker)
            for name in ["one", "two"] { try daemon.wait(for: "TICK", entry: "test:\(name)") }
            try scene.add("return 'second'\n", as: "lib/base.lua")
            try FileSystem.remove("\(scene.registry)/lib/dates.lua")
            for name in ["one", "two"] {
                let worker = try daemon.worker("test:\(name)")
                kill(worker, SIGKILL)
                try daemon.wait("the next worker runs") {
                    daemon.log.all("TICK", entry: "test:\(name)").contains { $0.number("pid") != Int(worker) }
                }
            }
            #expect(results(daemon, "one") == "dates first" && results(daemon, "two") == "first")
            #expect(daemon.log.count("TICK FAILED") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("are loaded by a check; an error in one is told once, at its entry")
    func check() throws {
        try Scene.play { scene in
            try add(scene, base: "first")
            try scene.add("\nlocal = 1\n", as: "lib/base.lua")
            try declare(scene)
            let finished = try scene.check()
            #expect(finished.status == .exited(code: 100))
            let lines = finished.errors.split(separator: "\n").filter { $0.contains("jobs.yaml:") }
            let registry = try #require(TextFile.read("\(scene.registry)/jobs.yaml"))
            let line =
                try #require(
                    registry.split(separator: "\n", omittingEmptySubsequences: false)
                        .firstIndex { $0.contains("name: base,") }) + 1
            #expect(
                lines.map(String.init) == [
                    "\(scene.registry)/jobs.yaml:\(line):45: source: \(scene.registry)/lib/base.lua:2: <name> expected near '='"
                ])
        }
    }
}
