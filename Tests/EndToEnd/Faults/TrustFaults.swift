import Glibc
import Kernel
import Testing

@Suite("What a daemon of root's reads and runs", .enabled(if: geteuid() == 0, "needs root"))
struct TrustFaults {
    private static let stranger: uid_t = 54_321

    private static func give(_ path: String) { lchown(path, stranger, stranger) }

    private static func install(_ program: String, at path: String) throws {
        try Descriptor.create(path).writeAll(try #require(TextFile.bytes(program)))
        chmod(path, 0o755)
    }

    /// Something that somebody else may have written, what the error is about, and whether it is a matter of the owner.
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let place: String
        var isOwned = true
        let spoil: @Sendable (Scene) throws -> Void
    }

    static let cases: [Case] = [
        Case(testDescription: "a registry file for all", place: "registry/jobs.yaml", isOwned: false) {
            chmod("\($0.registry)/jobs.yaml", 0o666)
        },
        Case(testDescription: "a registry for all", place: "registry", isOwned: false) { chmod($0.registry, 0o777) },
        Case(testDescription: "a directory above it for all", place: "", isOwned: false) { chmod($0.directory, 0o777) },
        Case(testDescription: "a stranger's registry file", place: "registry/jobs.yaml") {
            give("\($0.registry)/jobs.yaml")
        },
        Case(testDescription: "a stranger's registry", place: "registry") { give($0.registry) },
        Case(testDescription: "a stranger's directory in the registry", place: "registry/sub") {
            try $0.add("", as: "sub/readme")
            give("\($0.registry)/sub")
        },
        Case(testDescription: "a link to a stranger's directory", place: "theirs") {
            try FileSystem.createDirectories($0.path("theirs"))
            try FileSystem.rename("\($0.registry)/jobs.yaml", to: $0.path("theirs/jobs.yaml"))
            symlink("../theirs/jobs.yaml", "\($0.registry)/jobs.yaml")
            give($0.path("theirs"))
        },
        Case(testDescription: "a Lua file for all", place: "registry/jobs.lua", isOwned: false) {
            chmod("\($0.registry)/jobs.lua", 0o666)
        },
        Case(testDescription: "a stranger's Lua module", place: "registry/lib.lua") { give("\($0.registry)/lib.lua") },
        Case(testDescription: "a stranger's environment file", place: "registry/job.env") {
            give("\($0.registry)/job.env")
        },
        Case(testDescription: "a source for all", place: "source", isOwned: false) { chmod($0.path("source"), 0o777) },
        Case(testDescription: "a stranger's source that is a script", place: "source") {
            let script = "#!/bin/sh\nexec \(Binaries.faultWorker) \"$@\"\n"
            try Descriptor.create($0.path("source")).writeAll(Array(script.utf8))
            give($0.path("source"))
        },
        Case(testDescription: "a stranger's worker", place: "worker") { give($0.path("worker")) },
    ]

    /// A registry with all that root reads and runs.
    private func prepare(_ scene: Scene) throws {
        for name in ["source", "worker"] {
            try Self.install(name == "worker" ? Binaries.worker : Binaries.faultWorker, at: scene.path(name))
        }
        try scene.add("return {run = require('lib')}\n", as: "jobs.lua")
        try scene.add("return function() return 'done' end\n", as: "lib.lua")
        try scene.add("NAME=value\n", as: "job.env")
        try scene.declare([
            .lua("lua", "run"),
            .shell("shell", "true", interval: "100ms", data: ["environment_file": "job.env"]),
            JobText(name: "own", interval: "100ms", data: ["source": "file://\(scene.path("source"))"]),
        ])
    }

    private func arguments(_ scene: Scene) -> [String] {
        ["--registry", scene.registry, "--worker", scene.path("worker"), "--runtime-directory", scene.runtime]
    }

    // MARK: F58

    @Test("is refused at the start if somebody else may have written it", arguments: cases)
    func refused(fault: Case) throws {
        try Scene.play { scene in
            try prepare(scene)
            let arguments = arguments(scene)
            #expect(try scene.run(arguments + ["--check"]).errors == "")
            try fault.spoil(scene)
            let place = fault.place.isEmpty ? scene.directory : scene.path(fault.place)
            let flaw =
                fault.isOwned
                ? "'\(place)' is owned by uid 54321; expected root: chown it, or start with --trust-owner 54321"
                : "so that others can write to it; expected its owner alone: chmod go-w, or mount it read-only"
            for arguments in [arguments, arguments + ["--check"], arguments + ["--once"]] {
                let finished = try scene.run(arguments)
                #expect(finished.status == .exited(code: 100), "\(finished)")
                #expect(finished.errors.contains(flaw) && finished.errors.contains("'\(place)'"), "\(finished.errors)")
            }
            let allowed = try scene.run(arguments + ["--check", "--trust-owner", "54321"])
            #expect(allowed.status == .exited(code: fault.isOwned ? 0 : 100), "\(allowed.errors)")
        }
    }

    @Test("is what users have written who are named in options and in the environment")
    func named() throws {
        try Scene.play { scene in
            try prepare(scene)
            for file in ["jobs.yaml", "jobs.lua", "lib.lua", "job.env"] { Self.give("\(scene.registry)/\(file)") }
            chown(scene.path("source"), 1, 1)
            let daemon = try scene.start(
                ["--trust-owner", "daemon"], worker: scene.path("worker"),
                wrapper: ["/usr/bin/env", "CRONSUPD_TRUST_OWNER=2,54321"])
            for entry in ["test:lua", "test:shell", "test:own"] { try daemon.wait(for: "TICK", entry: entry) }
            #expect(try daemon.stop() == .exited(code: 0))
            let finished = try scene.run(arguments(scene) + ["--check", "--trust-owner", "no-such-user"])
            #expect(finished.status == .exited(code: 100))
            #expect(
                finished.errors
                    == "cronsupd: --trust-owner: no user 'no-such-user'; expected a user's name or number\n")
        }
    }

    @Test("is no runtime directory that others may write")
    func runtime() throws {
        try Scene.play { scene in
            try prepare(scene)
            try FileSystem.createDirectories(scene.runtime)
            chmod(scene.runtime, 0o777)
            let finished = try scene.run(arguments(scene))
            #expect(finished.status == .exited(code: 100))
            #expect(finished.errors.hasPrefix("cronsupd: no runtime directory: open '\(scene.runtime)': "))
            #expect(finished.errors.contains("has mode 0777"), "\(finished.errors)")
            #expect(try FileSystem.names(in: scene.runtime) == [])
        }
    }

    @Test("is refused at a reload, and the registry in force stays")
    func reload() throws {
        try Scene.play { scene in
            try prepare(scene)
            let daemon = try scene.start(worker: scene.path("worker"))
            for entry in ["test:lua", "test:shell", "test:own"] { try daemon.wait(for: "TICK", entry: entry) }
            let before = daemon.workers
            let files = ["registry/jobs.yaml", "registry/lib.lua", "registry/job.env", "source", "worker"]
            for (index, name) in files.enumerated() {
                Self.give(scene.path(name))
                daemon.reload()
                try daemon.wait(for: "Reload failed", count: index + 1)
                let error = (daemon.log.all("Registry error") + daemon.log.all("Reload failed"))
                    .compactMap { $0["error"] }
                let flaw = "'\(scene.path(name))' is owned by uid 54321; expected root"
                #expect(error.contains { $0.contains(flaw) }, "\(error)")
                chown(scene.path(name), 0, 0)
            }
            daemon.reload()
            try daemon.wait(for: "Reloaded registry")
            // The program's own is another since its owner was.
            for entry in ["test:lua", "test:shell"] { #expect(daemon.workers[entry] == before[entry]) }
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("is refused at a spawn: the job waits, and one record a minute says why", arguments: ["program", "script"])
    func spawn(kind: String) throws {
        try Scene.play { scene in
            let worker = scene.path("worker")
            try Self.install(Binaries.faultWorker, at: scene.path("program"))
            try Descriptor.create(scene.path("script"))
                .writeAll(Array("#!/bin/sh\nexec \(Binaries.faultWorker) \"$@\"\n".utf8))
            chmod(scene.path("script"), 0o755)
            try FileSystem.rename(scene.path(kind), to: worker)
            try scene.declare([JobText(name: "job", interval: "100ms", lifecycle: JobText.quickRestart)])
            let daemon = try scene.start(worker: worker)
            try daemon.wait(for: "TICK")
            chmod(worker, 0o777)
            kill(try daemon.worker("test:job"), SIGKILL)
            try daemon.wait(for: "Spawn postponed")
            let record = try #require(daemon.log.all("Spawn postponed").first)
            #expect(
                record["error"]
                    == "open '\(worker)': '\(worker)' has mode 0777, so that others can write to it; expected its owner "
                    + "alone: chmod go-w, or mount it read-only")
            chmod(worker, 0o755)
            try daemon.wait(for: "Worker started", count: 2)
            #expect(daemon.log.count("Spawn postponed") == 1 && daemon.log.count("Spawn failed") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test(
        "may be for all on a read-only mount, as a ConfigMap is",
        .enabled(if: Namespaces.areAvailable, "needs the right to create mount namespaces"))
    func readOnlyMount() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job", interval: "100ms")])
            let mount =
                "cp \(scene.registry)/jobs.yaml \(scene.path("copy")) && mount -t tmpfs none \(scene.registry) "
                + "&& cp \(scene.path("copy")) \(scene.registry)/jobs.yaml && chmod -R 0777 \(scene.registry) "
            func wrapper(_ last: String) -> [String] {
                ["/usr/bin/unshare", "-m", "/bin/sh", "-c", mount + last + "&& exec \"$@\"", "sh"]
            }
            let refused = try scene.start(wrapper: wrapper(""))
            #expect(try refused.waitForExit() == .exited(code: 100))
            let daemon = try scene.start(wrapper: wrapper("&& mount -o remount,bind,ro \(scene.registry) "))
            try daemon.wait(for: "TICK")
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    private static let asStranger = [
        "/usr/bin/setpriv", "--reuid", "\(stranger)", "--regid", "\(stranger)", "--clear-groups",
    ]

    private static let canBeStranger: Bool = {
        let arguments = asStranger + [Binaries.daemon, "--version"]
        let probe = try? ChildProcess(arguments, environment: [], output: "/dev/null", errors: "/dev/null")
        guard let probe else { return false }
        try? wait("the probe") { probe.hasExited }
        return probe.exitStatus == .exited(code: 0)
    }()

    @Test(
        "is not asked where the daemon is not root: it takes its own files, for its group or for all",
        .enabled(if: canBeStranger, "needs setpriv"), arguments: [mode_t(0o664), 0o666])
    func notRoot(mode: mode_t) throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job", interval: "100ms")])
            chmod("\(scene.registry)/jobs.yaml", mode)
            for name in ["registry/jobs.yaml", "registry", ""] { Self.give(scene.path(name)) }
            let daemon = try scene.start(wrapper: Self.asStranger)
            try daemon.wait(for: "TICK")
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
