import Glibc
import Kernel
import Testing

@Suite("A daemon that watches its registry")
struct WatchFaults {
    // MARK: F59

    private func start(_ scene: Scene, quiet: String = "200ms", wrapper: [String] = []) throws -> DaemonProcess {
        let daemon = try scene.start(["--watch=\(quiet)"], wrapper: wrapper)
        try daemon.wait(for: "Watching registry")
        return daemon
    }

    private func end(_ daemon: DaemonProcess) throws { #expect(try daemon.stop() == .exited(code: 0)) }

    private func turn(_ scene: Scene, _ link: String, to target: String) throws {
        #expect(symlink(target, scene.path("turned")) == 0)
        try FileSystem.rename(scene.path("turned"), to: link)
    }

    @Test("reloads it when a volume's link is turned (Kubernetes: ConfigMap)")
    func volume() throws {
        try Scene.play { scene in
            for (version, count) in [("..1", 1), ("..2", 2)] {
                try FileSystem.createDirectories("\(scene.registry)/\(version)")
                let jobs = (1...count).map { JobText(name: "job\($0)", interval: "1h") }
                try scene.declare(jobs, in: "\(version)/jobs.yaml")
            }
            try turn(scene, "\(scene.registry)/..data", to: "..1")
            try turn(scene, "\(scene.registry)/jobs.yaml", to: "..data/jobs.yaml")
            let daemon = try start(scene)
            try turn(scene, "\(scene.registry)/..data", to: "..2")
            try daemon.wait(for: "Reloaded registry")
            #expect(daemon.log.all("Reloaded registry").first?.number("added") == 1)
            #expect(daemon.log.all("Registry changed").first?["path"] == "\(scene.registry)/jobs.yaml")
            try end(daemon)
        }
    }

    @Test("reloads it when an editor saves a file by renaming another, also where it is this file alone")
    func rename() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "one", interval: "1h")])
            let daemon = try scene.start(["--watch=200ms"], registry: "\(scene.registry)/jobs.yaml")
            try daemon.wait(for: "Watching registry")
            for count in 1...2 {
                try scene.declare([JobText(name: "one", interval: "\(count + 1)h")])
                try daemon.wait(for: "Reloaded registry", count: count)
            }
            #expect(daemon.log.all("Reloaded registry").allSatisfy { $0.number("changed") == 1 })
            try end(daemon)
        }
    }

    @Test("loads no part of what is being written, one file after the other")
    func checkout() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job0", interval: "1h")], in: "0.yaml")
            let daemon = try start(scene, quiet: "2s")
            let files = 40
            for number in 1...files {
                try scene.declare([JobText(name: "job\(number)", interval: "1h")], in: "\(number).yaml")
                usleep(50_000)
            }
            try daemon.wait(for: "Reloaded registry")
            #expect(daemon.log.all("Reloaded registry").map { $0.number("added") } == [files])
            try end(daemon)
        }
    }

    @Test("looks at what the registry names", arguments: ["job.lua", "extra.lua", "job.env", "cron.d/more"])
    func named(file: String) throws {
        try Scene.play { scene in
            try scene.add("require 'helper'\nreturn {run = function() end}\n", as: "lua/job.lua")
            try scene.add("pcall(require, 'extra')\n", as: "lua/helper.lua")
            try scene.add("* * 1 1 * true\n", as: "cron.d/one")
            var job = JobText.lua("job", "run", in: "lua/job.lua", interval: "1h")
            job.data["environment_file"] = "-job.env"
            let tab = "  - {name: tab, kind: cron.crontab, source: 'file://cron.d', format: user, user: root}\n"
            try scene.write(RegistryText.file([job]) + tab)
            let daemon = try scene.start(["--watch=200ms"], worker: Binaries.worker)
            try daemon.wait(for: "Watching registry")
            let texts = [
                "job.lua": "return {run = function() return 1 end}\n", "extra.lua": "return 1\n",
                "job.env": "A=1\n", "cron.d/more": "* * 1 2 * true\n",
            ]
            try scene.add(texts[file] ?? "", as: file.hasSuffix(".lua") ? "lua/\(file)" : file)
            try daemon.wait(for: "Reloaded registry")
            let reload = try #require(daemon.log.all("Reloaded registry").first)
            #expect(reload.number("added") + reload.number("changed") == 1, "\(reload)")
            try end(daemon)
        }
    }

    @Test("looks at the programs that it names")
    func program() throws {
        try Scene.play { scene in
            try turn(scene, "\(scene.registry)/worker", to: Binaries.faultWorker)
            let job = JobText(name: "own", interval: "1h", data: ["source": "file://worker"])
            try scene.declare([job, JobText(name: "other", interval: "1h")])
            let daemon = try start(scene)
            let copied = try scene.run([Binaries.faultWorker, scene.path("copy")], program: "/bin/cp")
            #expect(copied.status == .exited(code: 0))
            try turn(scene, "\(scene.registry)/worker", to: scene.path("copy"))
            try daemon.wait(for: "Reloaded registry")
            #expect(daemon.log.all("Reloaded registry").first?.number("changed") == 1)
            try end(daemon)
        }
    }

    @Test("says what is wrong with it once, and loads it when that is mended")
    func broken() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "one", interval: "1h")])
            let daemon = try start(scene)
            try scene.write("namespace: test\nentries: [\n")
            try daemon.wait(for: "Reload failed")
            try scene.declare([JobText(name: "one", interval: "2h")])
            try daemon.wait(for: "Reloaded registry")
            #expect(daemon.log.count("Reload failed") == 1 && daemon.log.count("Registry error") == 1)
            try end(daemon)
        }
    }

    @Test(
        "compares the files where the kernel does not tell of their changes, and says so",
        .enabled(if: Tracer.isAvailable, Tracer.need), arguments: ["inotify_init1", "inotify_add_watch"])
    func refused(call: String) throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "one", interval: "1h")])
            let error = call == "inotify_init1" ? "EMFILE" : "ENOSPC"
            let daemon = try start(scene, wrapper: Tracer.wrapper(failing: call, with: error, turns: "1+"))
            let record = try #require(daemon.log.all("Watching registry").first)
            #expect(record["level"] == "WARN" && record["compared_every"] == "30s", "\(record)")
            #expect(record["text"]?.hasPrefix(call) == true)
            try end(daemon)
        }
    }

    @Test(
        "says that others may write where its registry is",
        .enabled(if: Namespaces.areAvailable, "needs the right to create mount namespaces"))
    func overlay() throws {
        try Scene.play { scene in
            for name in ["lower", "disk"] { try FileSystem.createDirectories(scene.path(name)) }
            try scene.declare([JobText(name: "one", interval: "1h")])
            let script =
                "mount -t tmpfs none disk && mkdir disk/upper disk/spare && "
                + "mount -t overlay none -o lowerdir=lower,upperdir=disk/upper,workdir=disk/spare registry 2>/dev/null && "
                + "printf 'namespace: test\\nentries: []\\n' >registry/jobs.yaml; exec \"$@\""
            let daemon = try start(
                scene,
                wrapper: ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", "cd '\(scene.directory)' && \(script)", "sh"])
            let record = try #require(daemon.log.all("Watching registry").first)
            #expect(record["text"]?.hasPrefix("overlay: ") == true, "\(record)")
            try end(daemon)
        }
    }
}
