import Glibc
import Kernel
import Testing

@Suite("make install")
struct InstallTests {
    private static let files = [
        "/etc/cronsupd/example.yaml", "/opt/cron/bin/cronsupctl", "/opt/cron/lib/systemd/system/cronsupd.service",
        "/opt/cron/lib/systemd/system/cronsupd-web.service", "/opt/cron/lib/systemd/user/cronsupd.service",
        "/opt/cron/libexec/cronsupd/cronledger", "/opt/cron/libexec/cronsupd/cronnotify",
        "/opt/cron/libexec/cronsupd/cronworker", "/opt/cron/sbin/cronsupd", "/opt/cron/sbin/cronweb",
        "/opt/cron/share/bash-completion/completions/cronsupctl",
        "/opt/cron/share/bash-completion/completions/cronsupd",
        "/opt/cron/share/bash-completion/completions/cronworker",
        "/opt/cron/share/cronsupd/cronsupd.json", "/opt/cron/share/cronsupd/cronsupd.rules.yaml",
        "/opt/cron/share/cronsupd/registry.schema.json",
        "/opt/cron/share/doc/cronsupd/leave-leftovers.conf",
        "/opt/cron/share/fish/vendor_completions.d/cronsupctl.fish",
        "/opt/cron/share/fish/vendor_completions.d/cronsupd.fish",
        "/opt/cron/share/fish/vendor_completions.d/cronworker.fish", "/opt/cron/share/man/man5/cronsupd-log.5",
        "/opt/cron/share/man/man5/cronsupd-lua.5", "/opt/cron/share/man/man5/cronsupd-metrics.5",
        "/opt/cron/share/man/man5/cronsupd-registry.5",
        "/opt/cron/share/man/man5/cronsupd-schedule.5", "/opt/cron/share/man/man8/cronsupctl.8",
        "/opt/cron/share/man/man8/cronsupd.8", "/opt/cron/share/man/man8/cronweb.8",
        "/opt/cron/share/man/man8/cronworker.8",
        "/opt/cron/share/zsh/site-functions/_cronsupctl", "/opt/cron/share/zsh/site-functions/_cronsupd",
        "/opt/cron/share/zsh/site-functions/_cronworker",
    ].sorted()

    /// Of the build, as far as it is asked; `PATH` has no toolchain.
    private func make(_ scene: Scene, _ target: String, _ more: [String] = []) throws -> Scene.Finished {
        let variables = [
            "SYSTEMD=252", "PREFIX=/opt/cron", "DESTDIR=\(scene.path("stage"))", "BUILD=\(scene.path("build"))",
        ]
        return try scene.run(
            ["PATH=/usr/bin:/bin", "make", "-s", "-C", DocumentBlock.root, "SWIFT=/nonexistent", target] + variables
                + more,
            program: "/usr/bin/env")
    }

    private func build(_ scene: Scene) throws {
        let programs = ["cronsupd", "cronsupctl", "cronworker"]
        let completions = programs.flatMap { ["\($0).bash", "_\($0)", "\($0).fish"] }.map { "completions/\($0)" }
        for directory in ["release", "completions", "man", "schema"] {
            try FileSystem.createDirectories(scene.path("build/\(directory)"))
        }
        for name in completions + (programs + ["cronledger", "cronnotify", "cronweb"]).map({ "release/\($0)" }) + [
            "schema/registry.schema.json"
        ] {
            try TextFile.write(name, to: scene.path("build/\(name)"))
        }
        let made = try scene.run([scene.path("build/man")], program: "\(DocumentBlock.root)/Scripts/make-man")
        #expect(made.status == .exited(code: 0))
    }

    private func installed(_ scene: Scene) throws -> [String] {
        let stage = scene.path("stage")
        let found = try scene.run(["-c", "cd \(stage) && find . -type f | sort | cut -c2-"], program: "/bin/sh")
        return found.output.split(separator: "\n").map(String.init).sorted()
    }

    @Test("copies what is built, without a toolchain, below DESTDIR and PREFIX alone; uninstall removes it")
    func copies() throws {
        try Scene.play { scene in
            try build(scene)
            let finished = try make(scene, "install")
            #expect(finished.status == .exited(code: 0), "\(finished.errors)")
            #expect(try installed(scene) == Self.files)
            let stage = scene.path("stage")
            let unit = TextFile.read("\(stage)/opt/cron/lib/systemd/system/cronsupd.service") ?? ""
            #expect(unit.contains("ExecStart=/opt/cron/sbin/cronsupd") && !unit.contains("@PREFIX@"))
            #expect(FileSystem.isExecutable("\(stage)/opt/cron/sbin/cronsupd"))
            let check = try scene.run(
                ["--check", "--registry", "\(stage)/etc/cronsupd", "--worker", Binaries.worker])
            #expect(check.status == .exited(code: 0) && check.errors == "cronsupd: 1 job is disabled\n")
            #expect(try make(scene, "uninstall").status == .exited(code: 0))
            #expect(try installed(scene) == [])
        }
    }

    @Test("leaves a registry alone that is there, and so does uninstall")
    func registry() throws {
        try Scene.play { scene in
            try build(scene)
            let own = scene.path("stage/etc/cronsupd")
            try FileSystem.createDirectories(own)
            #expect(try make(scene, "install").status == .exited(code: 0))
            #expect(try installed(scene) == Self.files.filter { !$0.hasPrefix("/etc") })
            try TextFile.write("namespace: own\n", to: "\(own)/example.yaml")
            #expect(try make(scene, "install").status == .exited(code: 0))
            let finished = try make(scene, "uninstall")
            #expect(finished.errors == "install: \(own) is left, with your registry\n")
            #expect(TextFile.read("\(own)/example.yaml") == "namespace: own\n")
        }
    }

    @Test("says what to do if nothing is built, and copies nothing")
    func nothing() throws {
        try Scene.play { scene in
            try FileSystem.createDirectories(scene.path("stage"))
            let finished = try make(scene, "install")
            #expect(finished.status != .exited(code: 0))
            #expect(finished.errors.contains("no \(scene.path("build"))/release/cronsupd; run make first"))
            #expect(try installed(scene) == [])
            try build(scene)
            for wrong in ["PREFIX=usr", "PREFIX=/a b"] {
                #expect(try make(scene, "install", [wrong]).status != .exited(code: 0))
            }
            #expect(try installed(scene) == [])
        }
    }
}
