import Glibc
import Kernel
import Testing

@Suite("A daemon whose standard output is the journal")
struct JournalTests {
    /// The log's file as systemd would name it, for a daemon that sees this socket of the test's as the journal's.
    private func start(_ scene: Scene, _ arguments: [String] = []) throws -> DaemonProcess {
        let log = scene.path("journal-output")
        try TextFile.write("", to: log)
        var status = stat()
        stat(log, &status)
        let socket = scene.path("journal")
        let mounts = """
            mount -t tmpfs none /run && mkdir -p /run/systemd/journal \
            && mount --bind \(socket) /run/systemd/journal
            """
        let command =
            Namespaces.withRun(mounts) + [
                Binaries.daemon, "--registry", scene.registry, "--worker", Binaries.faultWorker,
                "--runtime-directory", scene.runtime, "--ledger", "off",
            ] + arguments
        let process = try ChildProcess(
            command, environment: scene.environment + ["JOURNAL_STREAM=\(status.st_dev):\(status.st_ino)"],
            output: log, errors: scene.path("errors"))
        return DaemonProcess(process, log: log, errors: scene.path("errors"))
    }

    private static let need: Comment = "needs the right to create mount namespaces"

    @Test(
        "logs there with fields of its own, and not as text", .enabled(if: Namespaces.areAvailable, Self.need))
    func fields() throws {
        try Scene.play { scene in
            try FileSystem.createDirectories(scene.path("journal"))
            let journal = try DatagramSocket(scene.path("journal/socket"))
            try scene.declare([JobText(name: "job", method: "fail", interval: "100ms")])
            let daemon = try start(scene)
            try wait("a failed run in the journal", evidence: journal.text) {
                journal.receive()
                return journal.text.contains("CRONSUPD_MESSAGE=TICK FAILED\nCRONSUPD_ENTRY=test:job\n")
            }
            #expect(journal.text.contains("PRIORITY=3\nSYSLOG_IDENTIFIER=cronsupd\nMESSAGE=TICK FAILED "))
            #expect(journal.text.contains("\nCRONSUPD_OUTCOME=failed\n"))
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(TextFile.read(daemon.log.path) == "")
        }
    }

    @Test(
        "logs text with priorities where that is asked for, or the socket is out of reach",
        .enabled(if: Namespaces.areAvailable, Self.need), arguments: [["--log-format", "text"], []])
    func text(arguments: [String]) throws {
        try Scene.play { scene in
            try FileSystem.createDirectories(scene.path("journal"))
            try scene.declare([JobText(name: "job", method: "fail", interval: "100ms")])
            let daemon = try start(scene, arguments)
            try wait("a failed run in text") { (TextFile.read(daemon.log.path) ?? "").contains("TICK FAILED") }
            daemon.signal(SIGTERM)
            try wait("the end") { (TextFile.read(daemon.log.path) ?? "").contains("Scheduler stopping") }
            let lines = (TextFile.read(daemon.log.path) ?? "").split(separator: "\n")
            #expect(lines.allSatisfy { $0.first == "<" && $0.dropFirst(2).first == ">" })
            #expect(lines.first { $0.contains("TICK FAILED") }?.hasPrefix("<3>20") == true)
            #expect(lines.first { $0.contains("Scheduler stopping") }?.hasPrefix("<6>20") == true)
            #expect(try daemon.waitForExit() == .exited(code: 0))
        }
    }

    @Test("that is asked for and is not there is an error", .enabled(if: Namespaces.areAvailable, Self.need))
    func absent() throws {
        try Scene.play { scene in
            try FileSystem.createDirectories(scene.path("journal"))
            try scene.declare([JobText(name: "job")])
            let daemon = try start(scene, ["--log-format", "journal"])
            #expect(try daemon.waitForExit() == .exited(code: 111))
            let errors = TextFile.read(daemon.errors) ?? ""
            #expect(errors.hasPrefix("cronsupd: connect '/run/systemd/journal/socket': "))
        }
    }
}
