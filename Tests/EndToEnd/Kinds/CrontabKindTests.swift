import Glibc
import Kernel
import Testing

@Suite("A crontab in a registry", .enabled(if: geteuid() == 0, "needs root"))
struct CrontabKindTests {
    private func entry(_ path: String, _ more: String = "format: user\n    user: root") -> String {
        """
        version: "1.0"
        namespace: test
        entries:
          - name: tab
            kind: cron.crontab
            source: file://\(path)
            \(more)

        """
    }

    private func write(_ text: String, _ scene: Scene) throws -> String {
        let path = scene.path("tab")
        try TextFile.write(text, to: scene.path("new-tab"))
        chmod(scene.path("new-tab"), 0o644)
        try FileSystem.rename(scene.path("new-tab"), to: path)
        return path
    }

    @Test("runs as it is, is read again at a reload, and what is wrong in it is left out and said")
    func runs() throws {
        try Scene.play { scene in
            let path = try write("@every 1s echo one\n61 * * * * echo never\n", scene)
            try scene.write(entry(path))
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", entry: "test:tab.echo")
            let notes = daemon.log.all("Registry note").filter { $0["note"] == "crontab-line" }
            #expect(notes.map { $0["location"] } == ["\(path):2:1"])
            #expect(notes.first?["level"]?.uppercased() == "ERROR")
            _ = try write("@every 1s echo one\n@every 1s date\n", scene)
            daemon.reload()
            try daemon.wait(for: "TICK", entry: "test:tab.date", within: 30)
            #expect(daemon.log.count("TICK FAILED") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("is an error with --strict where a line is wrong, and in the answers of cronsupctl")
    func strict() throws {
        try Scene.play { scene in
            let path = try write("@daily echo one\n61 * * * * echo never\n", scene)
            try scene.write(entry(path))
            let arguments = ["--registry", scene.registry, "--worker", Binaries.worker, "--check"]
            #expect(try scene.run(arguments).status == .exited(code: 0))
            let strict = try scene.run(arguments + ["--strict", "--allow", "crontab-difference"])
            #expect(strict.status == .exited(code: 100))
            #expect(strict.errors.contains("\(path):2:1: "), "\(strict.errors)")
            let found = try scene.run(
                ["registry", "find", ".name=tab.echo", "--registry", scene.registry], program: Binaries.control)
            #expect(found.output.contains("test:tab.echo") && found.output.contains("\(path):1"), "\(found)")
        }
    }

    @Test(
        "is refused at the start while a cron daemon reads it too",
        .enabled(if: FileSystem.isDirectory("/etc/cron.d"), "needs /etc/cron.d"))
    func cron() throws {
        try Scene.play { scene in
            try scene.write(entry("/etc/cron.d", "format: system"))
            // By its name.
            let cron = scene.path("cron")
            let sleep = try #require(TextFile.bytes("/bin/sleep"))
            try Descriptor.create(cron).writeAll(sleep)
            chmod(cron, 0o755)
            let process = try ChildProcess(
                [cron, "600"], environment: scene.environment, output: "/dev/null", errors: "/dev/null")
            try wait("it has its name") { ProcessTable.name(of: process.pid) == "cron" }
            let daemon = try scene.start(worker: Binaries.worker)
            #expect(try daemon.waitForExit() == .exited(code: 100))
            let errors = TextFile.read(daemon.errors) ?? ""
            #expect(
                errors.contains(" is running and reads '/etc/cron.d' too, so each job would run twice"), "\(errors)")
            let check = try scene.run(["--registry", scene.registry, "--worker", Binaries.worker, "--check"])
            #expect(check.status == .exited(code: 0) && check.errors.contains("[crontab-cron]"), "\(check)")
            process.signal(SIGKILL)
            try wait("its end") { process.hasExited }
        }
    }
}
