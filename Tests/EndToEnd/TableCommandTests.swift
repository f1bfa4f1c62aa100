import Foundation
import Glibc
import Kernel
import Testing

/// Tables that are looked at again, and what programs read instead of them.
@Suite("cronsupctl's tables, and JSON")
struct TableCommandTests {
    private func play(_ body: (Scene, DaemonProcess) throws -> Void) throws {
        try Scene.play { scene in
            try scene.declare([
                .shell("one", "true", interval: "1h"), .shell("two", "sleep 60", interval: "1h"),
            ])
            let daemon = try scene.start(["--stop-timeout", "100ms"], worker: Binaries.worker)
            for name in ["one", "two"] { try daemon.wait(for: "Worker started", entry: "test:\(name)") }
            try body(scene, daemon)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    private func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
        }
    }

    @Test("are shown again and again, also where cronsupd goes away meanwhile")
    func watch() throws {
        try play { scene, daemon in
            let (output, errors) = (scene.path("watch-out"), scene.path("watch-errors"))
            let watching = try ChildProcess(
                [Binaries.control, "status", "--watch", "100ms", "--columns", "job,state", "--no-headers"]
                    + ["--registry", scene.registry, "--runtime-directory", scene.runtime],
                environment: scene.environment, output: output, errors: errors)
            let round = "test:one  idle\ntest:two  idle\n"
            try daemon.wait("two looks") { TextFile.read(output)?.hasPrefix(round + round) ?? false }
            _ = try scene.control(["run", "test:two"])
            try daemon.wait("the run") { TextFile.read(output)?.contains("test:two  running\n") ?? false }
            kill(watching.pid, SIGKILL)
            try daemon.wait("its end") { watching.hasExited }
            let columns = try scene.control(["list", "--columns", "job,nonsense"])
            #expect(columns.status == .exited(code: 100) && columns.errors.contains("no column 'nonsense'"))
            let utc = try scene.control(["list", "--utc", "--sort", "name", "--no-headers"]).output
            #expect(utc.split(separator: "\n").count == 2 && utc.contains("+00:00  in "), "\(utc)")
            let tooShort = try scene.control(["status", "--watch=10ms"])
            #expect(
                tooShort.status == .exited(code: 100) && tooShort.errors.contains("Usage: cronsupctl status "),
                "\(tooShort)")
            // An option may stand without a command: it is status.
            #expect(try objects(try scene.control(["--json"]).output).count == 2)
            #expect(try scene.control(["--failing"]).output == "0 jobs\n")
            let unknown = try scene.control(["ledger", "foo"])
            #expect(
                unknown.status == .exited(code: 100)
                    && unknown.errors.contains("Usage: cronsupctl ledger <subcommand>"), "\(unknown)")
            for command in [
                ["history", "-n", "-5"], ["next", "@daily", "--count", "-5"], ["wait", "test:one", "--timeout", "-5s"],
            ] {
                let negative = try scene.control(command)
                #expect(
                    negative.status == .exited(code: 100) && !negative.errors.contains("Missing value"), "\(negative)")
            }
        }
    }

    @Test("top shows what workers use, of a command too")
    func top() throws {
        try play { scene, daemon in
            _ = try scene.control(["run", "test:two"])
            let top = try scene.control(["top", "--every", "100ms", "--count", "2", "--sort", "name"])
            let lines = top.output.split(separator: "\n")
            #expect(top.status == .exited(code: 0) && lines.count == 6, "\(top)")
            #expect(
                lines[0] == lines[3]
                    && lines[0].split(separator: " ") == ["STATE", "PID", "CPU", "MEM", "RUNTIME", "JOB"])
            #expect(
                lines[2].hasPrefix("running ") && lines[2].hasSuffix("  test:two") && lines[2].contains("% "),
                "\(lines[2])")
            let json = try objects(try scene.control(["top", "--every", "100ms", "--count", "1", "--json"]).output)
            #expect(
                json.count == 2 && json.allSatisfy { $0["memory"] is Int && $0["pid"] is Int && $0["cpu"] is Double })
            #expect(json.contains { $0["runtime_us"] is Int && $0["run"] as? Int == 1 })
        }
    }

    @Test("each command that has the daemon do something says in JSON what it has done")
    func answers() throws {
        try play { scene, _ in
            for (command, words) in [
                (["ping"], ["pong"]), (["run", "test:one", "--wait"], ["started", "ended", "done"]),
                (["run", "test:two"], ["started", "done"]),
                (["kill", "test:two", "--signal", "CONT"], ["running", "done"]),
                (["restart", "test:two"], ["running", "done"]),
                (["cancel", "test:two"], ["running", "ended", "done"]),
                (["reset", "test:one"], ["done"]), (["pause", "test:one", "--note", "x"], ["done"]),
                (["pause", "test:one"], ["replaced", "done"]), (["resume", "test:one"], ["done"]),
                (["reload"], ["done"]),
            ] {
                let finished = try scene.control(command + ["--json"])
                #expect(finished.status == .exited(code: 0), "\(command) \(finished.errors)")
                #expect(
                    try objects(finished.output).map { $0["answer"] as? String } == words,
                    "\(command) \(finished.output)")
            }
            let late = try scene.control(["wait", "test:one", "--timeout", "50ms", "--json"])
            #expect(late.status == .exited(code: 124) && late.output.isEmpty)
        }
    }
}
