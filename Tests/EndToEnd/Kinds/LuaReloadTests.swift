import Glibc
import Kernel
import Testing

@Suite("A reload of Lua files")
struct LuaReloadTests {
    private func file(_ result: String, requiring module: String? = nil) -> String {
        let text = module.map { "require('\($0)').text" } ?? "'\(result)'"
        return "local text = \(text)\nreturn { run = function() return text end }\n"
    }

    private func jobs() -> [JobText] {
        [.lua("one", "run"), .lua("two", "run"), .lua("other", "run", in: "other.lua")]
    }

    private func start(_ scene: Scene) throws -> DaemonProcess {
        try scene.add(file("first"), as: "jobs.lua")
        try scene.add(file("", requiring: "lib.text"), as: "other.lua")
        try scene.add("return { text = 'first' }\n", as: "lib/text.lua")
        try scene.declare(jobs())
        let daemon = try scene.start(worker: Binaries.worker)
        for job in jobs() { try daemon.wait(for: "TICK", entry: job.id, count: 2) }
        return daemon
    }

    private func reload(_ daemon: DaemonProcess, changed: [String]) throws {
        let (before, count) = (daemon.workers, daemon.log.count("Reloaded registry"))
        daemon.reload()
        try daemon.wait(for: "Reloaded registry", count: count + 1)
        let reload = daemon.log.all("Reloaded registry")[count]
        #expect(reload.number("changed") == changed.count)
        #expect(reload.number("unchanged") == 3 - changed.count)
        try daemon.wait("the changed ones are replaced") {
            changed.allSatisfy { daemon.workers[$0] != before[$0] }
        }
        for job in jobs() where !changed.contains(job.id) {
            let ticks = daemon.log.count("TICK", entry: job.id)
            try daemon.wait(for: "TICK", entry: job.id, count: ticks + 2)
            #expect(daemon.workers[job.id] == before[job.id], "\(job.id)")
        }
    }

    @Test("replaces the workers of those that changed, and nobody else")
    func changes() throws {
        try Scene.play { scene in
            let daemon = try start(scene)
            let descriptors = Proc.descriptorCount(daemon.pid)
            try scene.add(file("second"), as: "jobs.lua")
            try reload(daemon, changed: ["test:one", "test:two"])
            try daemon.wait("the new functions run") {
                ["test:one", "test:two"].allSatisfy { daemon.log.all("TICK", entry: $0).last?["result"] == "second" }
            }
            // Written again, but the same.
            try scene.add(file("second"), as: "jobs.lua")
            try reload(daemon, changed: [])
            try scene.add("return { text = 'second' }\n", as: "lib/text.lua")
            try reload(daemon, changed: ["test:other"])
            try daemon.wait("the new library is used") {
                daemon.log.all("TICK", entry: "test:other").last?["result"] == "second"
            }
            #expect(daemon.log.count("Worker exited") == 0)
            // Those that were asked about the files are gone with their pipes.
            try wait("no zombie") { Proc.zombies(of: daemon.pid).isEmpty }
            try wait("the descriptors are those of before") { Proc.descriptorCount(daemon.pid) == descriptors }
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("changes nothing if one is broken, and says where")
    func broken() throws {
        try Scene.play { scene in
            let daemon = try start(scene)
            let before = daemon.workers
            try scene.add("return { run = function() end\n", as: "jobs.lua")
            try scene.add("return { text = 'second' }\n", as: "lib/text.lua")
            daemon.reload()
            try daemon.wait(for: "Reload failed")
            let errors = daemon.log.all("Registry error")
            try #require(errors.count == 1)
            #expect(errors[0]["location"]?.hasPrefix("\(scene.registry)/jobs.yaml:") == true)
            #expect(errors[0]["error"]?.hasPrefix("source: \(scene.registry)/jobs.lua:2: '}' expected") == true)
            for job in jobs() {
                let ticks = daemon.log.count("TICK", entry: job.id)
                try daemon.wait(for: "TICK", entry: job.id, count: ticks + 2)
                #expect(daemon.log.all("TICK", entry: job.id).last?["result"] == "first")
            }
            #expect(daemon.workers == before)
            #expect(daemon.log.count("Reloaded registry") == 0)

            try scene.add(file("third"), as: "jobs.lua")
            try reload(daemon, changed: jobs().map(\.id))
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("holds up nobody while a file is loaded that never ends")
    func endless() throws {
        try Scene.play { scene in
            let daemon = try start(scene)
            try scene.add("while true do end\n", as: "jobs.lua")
            daemon.reload()
            try daemon.wait(for: "Reload failed")
            #expect(
                daemon.log.all("Registry error").map { $0["error"] }
                    == ["source: '\(scene.registry)/jobs.lua' did not load within 5s"])
            // When the daemon wrote them, which keeps no worker's time.
            let times = daemon.log.all("TICK", entry: "test:other").map(\.time)
            #expect(times.count > 20)
            #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 < 2 })
            try wait("the one that was asked is gone") { Proc.children(of: daemon.pid).count == 3 }
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test(
        "is what a file waits for: a worker that starts again runs the text that was loaded, whatever became of the file"
    )
    func restart() throws {
        try Scene.play { scene in
            try scene.add(
                "local text = require('lib.text').text\n"
                    + "return { run = function() return text .. ' ' .. require('late').text end }\n", as: "jobs.lua")
            try scene.add("return { text = 'first' }\n", as: "lib/text/init.lua")
            try scene.add("return { text = 'early' }\n", as: "late.lua")
            var job = JobText.lua("job", "run")
            job.lifecycle = JobText.quickRestart
            // The worker goes elsewhere, and names the files from there.
            var other = JobText.lua("other", "run")
            other.data["working_directory"] = "/"
            try scene.declare([job, other])
            let daemon = try scene.start(worker: Binaries.worker)
            func wait(_ result: String) throws {
                for job in [job, other] {
                    kill(try daemon.worker(job.id), SIGKILL)
                    let (ticks, starts) = (
                        daemon.log.count("TICK", entry: job.id), daemon.log.count("Worker started", entry: job.id)
                    )
                    try daemon.wait(for: "Worker started", entry: job.id, count: starts + 1)
                    try daemon.wait("\(job.id) runs") {
                        daemon.log.all("TICK", entry: job.id).dropFirst(ticks + 1).last?["result"] == result
                    }
                }
            }
            for job in [job, other] { try daemon.wait(for: "TICK", entry: job.id) }
            try scene.add("return { text = 'second' }\n", as: "lib/text/init.lua")
            try wait("first early")
            // What would be found before the one that was loaded.
            try scene.add("return { text = 'third' }\n", as: "lib/text.lua")
            try scene.add("return { run = function() end\n", as: "jobs.lua")
            try wait("first early")
            // What is required in a run alone is as the file says then.
            for file in ["jobs.lua", "lib/text.lua", "lib/text/init.lua"] { unlink("\(scene.registry)/\(file)") }
            try scene.add("return { text = 'later' }\n", as: "late.lua")
            try wait("first later")
            #expect(daemon.log.count("Worker fault") == 0)
            try scene.add(file("second"), as: "jobs.lua")
            daemon.reload()
            try daemon.wait(for: "Reloaded registry")
            unlink("\(scene.registry)/jobs.lua")
            try wait("second")
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test(
        "and a start do not believe an error in a file that has changed since it was checked",
        arguments: ["start", "reload"])
    func halfWritten(at moment: String) throws {
        try Scene.play { scene in
            // Its writer is done when half of it has been checked.
            let (worker, whole) = (scene.path("worker"), scene.path("whole.lua"))
            let script = """
                #!/bin/sh
                if [ "$1" = --check ] && [ -e '\(whole)' ]; then
                    \(Binaries.worker) "$@"
                    exec mv '\(whole)' '\(scene.registry)/jobs.lua'
                fi
                exec \(Binaries.worker) "$@"

                """
            try TextFile.write(script, to: worker)
            chmod(worker, 0o700)
            try scene.declare([.lua("job", "run")])
            func writeHalf() throws {
                try scene.add("return { run = function()", as: "jobs.lua")
                try TextFile.write(file("whole"), to: whole)
            }
            if moment == "start" { try writeHalf() } else { try scene.add(file("first"), as: "jobs.lua") }
            let daemon = try scene.start(worker: worker)
            try daemon.wait(for: "TICK")
            if moment == "reload" {
                try writeHalf()
                daemon.reload()
                try daemon.wait(for: "Reloaded registry")
                #expect(daemon.log.count("Reload failed") == 0)
            }
            try daemon.wait("the whole file runs") { daemon.log.all("TICK").last?["result"] == "whole" }
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
