import Glibc
import Kernel
import Testing

@Suite("A start with errors in the registry")
struct FallbackFaults {
    // MARK: F60

    private func state(_ scene: Scene) -> [String] { ["--state-directory", scene.path("state")] }

    private func jobs(_ scene: Scene, _ file: String = "jobs.yaml") throws {
        try scene.declare([JobText(name: "one", interval: "100ms")], in: file)
    }

    private func breakIt(_ scene: Scene) throws { try scene.write("namespace: test\nentries: [\n") }

    /// A daemon that runs the registry, whose end leaves it for the next one.
    private func accept(_ scene: Scene, _ arguments: [String]? = nil, worker: String = Binaries.faultWorker) throws {
        let daemon = try scene.start(arguments ?? state(scene), worker: worker)
        try daemon.wait(for: "TICK")
        #expect(try daemon.stop() == .exited(code: 0))
        #expect(daemon.log.count("Registry not saved") == 0)
    }

    private func refuse(_ scene: Scene, _ arguments: [String]? = nil) throws -> String {
        let daemon = try scene.start(arguments ?? state(scene))
        #expect(try daemon.waitForExit() == .exited(code: 100))
        return TextFile.read(daemon.errors) ?? ""
    }

    private func end(_ daemon: DaemonProcess) throws { #expect(try daemon.stop() == .exited(code: 0)) }

    /// The one file that is kept.
    private func kept(_ scene: Scene) throws -> String {
        let keys = try FileSystem.names(in: scene.path("state"))
        #expect(keys.count == 1)
        return scene.path("state/\(keys.first ?? "")/registry/accepted")
    }

    @Test("runs the one that was accepted last, says so with the places, and takes the real one at a signal")
    func lastGood() throws {
        try Scene.play { scene in
            try jobs(scene)
            try accept(scene)
            try breakIt(scene)
            let socket = try DatagramSocket(scene.path("notify"))
            let daemon = try scene.start(state(scene), environment: ["NOTIFY_SOCKET=\(scene.path("notify"))"])
            try daemon.wait(for: "TICK", count: 2)
            let record = try #require(daemon.log.all("Registry refused").first)
            #expect(record["level"] == "ERROR" && record["text"]?.hasPrefix("running the one of 20") == true)
            #expect(record["error"]?.hasPrefix("\(scene.registry)/jobs.yaml:") == true)
            #expect(
                daemon.log.all("Registry error").first?["location"]?.hasPrefix("\(scene.registry)/jobs.yaml:") == true)
            try socket.wait(for: "STATUS=1 worker for 1 job; registry refused, running the one of 20")
            #expect(socket.text.contains(": \(scene.registry)/jobs.yaml:"))
            // As wrong as before, and somebody has asked.
            daemon.reload()
            try daemon.wait(for: "Reload failed")
            #expect(daemon.log.count("Registry error") == 2)
            try scene.declare([JobText(name: "one", interval: "100ms"), JobText(name: "two", interval: "1h")])
            daemon.reload()
            try daemon.wait(for: "Reloaded registry")
            #expect(daemon.log.all("Reloaded registry").first?.number("unchanged") == 1)
            try socket.wait(for: "STATUS=2 workers for 2 jobs")
            try end(daemon)
            // What a reload has accepted is kept, too.
            try breakIt(scene)
            let next = try scene.start(state(scene))
            try next.wait(for: "Worker started", entry: "test:two")
            try end(next)
        }
    }

    @Test(
        "runs the texts of Lua files, crontabs and modules that there were, with their paths, whatever is in them now")
    func texts() throws {
        try Scene.play { scene in
            try scene.add("local lib = require 'lib'\nreturn {run = function() return lib.word end}\n", as: "job.lua")
            try scene.add("return {word = 'good'}\n", as: "lib.lua")
            try scene.add("* * 1 1 * true\n", as: "tab")
            try scene.add("WORD=secret\n", as: "job.env")
            let tab = "  - {name: tab, kind: cron.crontab, source: 'file://tab', format: user, user: root}\n"
            let job = JobText.lua("job", "run", in: "job.lua", data: ["environment_file": "job.env"])
            try scene.write(RegistryText.file([job]) + tab)
            try accept(scene, worker: Binaries.worker)
            for file in ["job.lua", "tab", "lib.lua"] { unlink("\(scene.registry)/\(file)") }
            try scene.add("error('broken')\n", as: "job.lua")
            try breakIt(scene)
            let daemon = try scene.start(state(scene), worker: Binaries.worker)
            try daemon.wait(for: "TICK", entry: "test:job")
            #expect(daemon.log.all("TICK", entry: "test:job").first?["result"] == "good")
            #expect(daemon.log.count("Worker started") == 2)
            kill(try daemon.worker("test:job"), SIGKILL)
            try daemon.wait(for: "Worker started", entry: "test:job", count: 2)
            let ticks = daemon.log.count("TICK", entry: "test:job")
            try daemon.wait(for: "TICK", entry: "test:job", count: ticks + 1)
            try end(daemon)
            let bytes = try #require(TextFile.read(try kept(scene)))
            #expect(bytes.contains("word = 'good'") && bytes.contains("* * 1 1 * true") && !bytes.contains("secret"))
        }
    }

    @Test("keeps it for its user alone")
    func rights() throws {
        try Scene.play { scene in
            try jobs(scene)
            try accept(scene)
            var path = try kept(scene)
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o600)
            for _ in 0..<3 {
                path = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
                #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o700)
            }
            // Nothing was written for the same files again.
            let first = try FileSystem.status(try kept(scene)).identity
            try accept(scene)
            #expect(try FileSystem.status(try kept(scene)).identity == first)
        }
    }

    @Test("ends with 100 as before without a state directory, with --fallback off, and where nothing was accepted")
    func off() throws {
        try Scene.play { scene in
            try jobs(scene)
            try accept(scene, [])
            try breakIt(scene)
            #expect(try refuse(scene, []).contains("jobs.yaml:"))
            #expect(try refuse(scene).contains("jobs.yaml:"))
            try jobs(scene)
            try accept(scene)
            try breakIt(scene)
            for more in [["--fallback", "off"], ["--check"], ["--once"]] {
                let finished = try scene.run(
                    ["--registry", scene.registry, "--worker", Binaries.faultWorker] + state(scene) + more)
                #expect(finished.status == .exited(code: 100) && finished.errors.contains("jobs.yaml:"), "\(more)")
            }
        }
    }

    @Test("does so by itself where the service manager has made a state directory")
    func made() throws {
        try Scene.play { scene in
            try jobs(scene)
            // As systemd has it for a user that it makes.
            try FileSystem.createDirectories(scene.path("private"))
            chmod(scene.path("private"), 0o700)
            symlink("private", scene.path("state"))
            for isBroken in [false, true] {
                if isBroken { try breakIt(scene) }
                let daemon = try scene.start(environment: ["STATE_DIRECTORY=\(scene.path("state"))"])
                try daemon.wait(for: "TICK")
                #expect(daemon.log.count("Registry refused") == (isBroken ? 1 : 0))
                try end(daemon)
            }
        }
    }

    @Test("does not where the registry is gone")
    func missing() throws {
        try Scene.play { scene in
            try jobs(scene)
            try accept(scene)
            try FileSystem.rename(scene.registry, to: scene.path("away"))
            #expect(try refuse(scene).contains("No such file or directory"))
        }
    }

    @Test(
        "does not where somebody else may have written something of it", .enabled(if: geteuid() == 0, "needs root"),
        arguments: ["jobs.yaml", "job.lua", "job.env", "worker"])
    func untrusted(file: String) throws {
        try Scene.play { scene in
            try scene.add("return {run = function() end}\n", as: "job.lua")
            try scene.add("A=1\n", as: "job.env")
            try Descriptor.create("\(scene.registry)/worker").writeAll(
                try #require(TextFile.bytes(Binaries.faultWorker)))
            chmod("\(scene.registry)/worker", 0o755)
            let own = JobText(name: "own", interval: "100ms", data: ["source": "file://worker"])
            let lua = JobText.lua("lua", "run", in: "job.lua", data: ["environment_file": "job.env"])
            try scene.declare([own, lua])
            try accept(scene, worker: Binaries.worker)
            chmod("\(scene.registry)/\(file)", 0o777)
            let daemon = try scene.start(state(scene), worker: Binaries.worker)
            #expect(try daemon.waitForExit() == .exited(code: 100))
            #expect(TextFile.read(daemon.errors)?.contains("so that others can write to it") == true)
        }
    }

    @Test(
        "does not run what is damaged, or does not fit any more, and says so",
        arguments: ["cut off", "changed", "unfit", "spelt"])
    func damaged(how: String) throws {
        try Scene.play { scene in
            try scene.add("A=1\n", as: "job.env")
            try scene.declare([JobText(name: "one", interval: "100ms", data: ["environment_file": "job.env"])])
            try accept(scene)
            try breakIt(scene)
            let path = try kept(scene)
            let bytes = try #require(TextFile.bytes(path))
            switch how {
            case "cut off": try Descriptor.create(path).writeAll(Array(bytes.dropLast()))
            case "changed": try Descriptor.create(path).writeAll(bytes.dropLast() + [bytes[bytes.count - 1] ^ 1])
            case "unfit": unlink("\(scene.registry)/job.env")
            default: break
            }
            let errors = try refuse(
                scene, state(scene) + (how == "spelt" ? ["--registry", "\(scene.registry)/"] : []))
            #expect(errors.contains("jobs.yaml:"))
            #expect(errors.contains(how == "unfit" ? "cannot run either: " : "no earlier registry runs instead: "))
            let words = ["unfit": "job.env", "spelt": "it was accepted as --registry \(scene.registry)\n"]
            #expect(errors.contains(words[how] ?? "is damaged"), "\(errors)")
        }
    }

    @Test(
        "goes on where it cannot be kept, says so, and leaves what was kept before",
        .enabled(if: Namespaces.areAvailable, "needs the right to create mount namespaces"))
    func fullDisk() throws {
        try Scene.play { scene in
            try jobs(scene)
            try FileSystem.createDirectories(scene.path("state"))
            chmod(scene.path("state"), 0o700)
            let script =
                "mount -t tmpfs -o size=64k,mode=700 none \"$0\"; \"$@\" & daemon=$!; trap 'kill -TERM $daemon' TERM; "
                + "trap 'kill -HUP $daemon' HUP; until wait $daemon; do kill -0 $daemon 2>/dev/null || break; done; ls -l \"$0\"/*/registry >\"$0.list\""
            let daemon = try scene.start(
                state(scene), wrapper: ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, scene.path("state")])
            try daemon.wait(for: "TICK")
            try scene.write(
                RegistryText.file([JobText(name: "one", interval: "100ms")])
                    + String(repeating: "# long\n", count: 20_000))
            daemon.reload()
            try daemon.wait(for: "Registry not saved")
            #expect(daemon.log.all("Registry not saved").first?["error"]?.contains("No space left on device") == true)
            let ticks = daemon.log.count("TICK")
            try daemon.wait(for: "TICK", count: ticks + 2)
            _ = try daemon.stop()
            let list = try #require(TextFile.read(scene.path("state.list")))
            #expect(list.contains(" accepted\n") && !list.contains(".new"))
        }
    }
}
