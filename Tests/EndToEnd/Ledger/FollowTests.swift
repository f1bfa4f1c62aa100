import Glibc
import Kernel
import TestSupport
import Testing

@Suite("cronsupctl, following")
struct FollowTests {
    private static let options = ["--ledger", "required", "--fallback", "off"]

    private func start(_ scene: Scene) throws -> DaemonProcess {
        try scene.start(
            Self.options + ["--state-directory", scene.path("state"), "--stop-timeout", "5s"], worker: Binaries.worker)
    }

    private func follow(_ scene: Scene, _ name: String, _ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(
            [Binaries.control] + arguments + ["--registry", scene.registry, "--runtime-directory", scene.runtime],
            environment: ThisProcess.environment, output: scene.path(name), errors: scene.path("\(name)-errors"))
    }

    private func ledger(_ daemon: DaemonProcess) -> ProcessID? {
        daemon.log.all("Ledger started").last.map { ProcessID($0.number("pid")) }
    }

    /// A run that goes on until there is a gate, and writes a line each time that it is told to.
    private static func work(_ scene: Scene) -> String {
        "echo begun; while read -r line; do [ \"$line\" = end ] && break; echo $line; done < \(scene.path("orders"))"
    }

    @Test("output -f shows what a run writes as it comes, over an end of the ledger, and ends with the run")
    func output() throws {
        try Scene.play { scene in
            try #require(mkfifo(scene.path("orders"), 0o600) == 0)
            let orders = try Descriptor.open(updating: scene.path("orders"))
            func tell(_ line: String) throws { try orders.writeAll(Array("\(line)\n".utf8)) }
            try scene.declare([.shell("job", Self.work(scene), interval: "200ms")])
            let daemon = try start(scene)
            try daemon.wait(for: "Job output")
            let process = try follow(scene, "out", ["output", "-f", "test:job"])
            func shows(_ text: String) -> Bool { TextFile.read(scene.path("out")) == text }
            try wait("the first line", within: 20) { shows("begun\n") }
            try tell("two")
            try wait("the second line", within: 20) { shows("begun\ntwo\n") }
            kill(try #require(ledger(daemon)), SIGKILL)
            try daemon.wait(for: "Ledger started", count: 2)
            try tell("three")
            try wait("the third line", within: 20) { shows("begun\ntwo\nthree\n") }
            #expect(!process.hasExited)
            try tell("end")
            try wait("its end", within: 20) { process.hasExited }
            #expect(process.exitStatus == .exited(code: 0), "\(TextFile.read(scene.path("out-errors")) ?? "")")
            #expect(
                TextFile.read(scene.path("out-errors"))
                    == "cronsupctl: cronsupd has closed the connection; it is waited for\n")
            let after = try scene.run(
                ["output", "-f", "test:job", "1", "--registry", scene.registry, "--runtime-directory", scene.runtime],
                program: Binaries.control)
            #expect(after.errors.contains("run 1 of 'test:job' is not going"))
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("events -f goes on with what happens, over a restart of the daemon, and shows each once")
    func events() throws {
        try Scene.play { scene in
            try scene.declare([.shell("job", "true", interval: "1h")])
            let first = try start(scene)
            try first.wait(for: "Worker started")
            let process = try follow(scene, "events", ["events", "-f", "-n", "1"])
            func count(_ message: String) -> Int {
                (TextFile.read(scene.path("events")) ?? "").split(separator: "\n").count { $0.contains("  \(message)") }
            }
            try wait("the last event", within: 20) { count("Scheduler") == 1 }
            kill(try first.worker("test:job"), SIGKILL)
            try wait("the worker's end", within: 20) { count("Worker exited") == 1 }
            #expect(try first.stop() == .exited(code: 0))
            let next = try start(scene)
            try next.wait(for: "Worker started")
            kill(try next.worker("test:job"), SIGKILL)
            try wait("the next worker's end", within: 20) { count("Worker exited") == 2 }
            let lines = (TextFile.read(scene.path("events")) ?? "").split(separator: "\n")
            #expect(Set(lines).count == lines.count && count("Scheduler stopping") == 1, "\(lines)")
            #expect(!process.hasExited)
            process.signal(SIGINT)
            try wait("its end", within: 20) { process.hasExited }
            #expect(try next.stop() == .exited(code: 0))
        }
    }
}
