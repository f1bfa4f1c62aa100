import Glibc
import Kernel
import Testing

/// Who waits for a run, by the programs that are installed.
@Suite("cronsupctl wait, and run --wait")
struct WaitCommandTests {
    /// Goes on in the background, with its output in a file.
    private struct Waiting {
        let process: ChildProcess
        let (output, errors): (String, String)

        var text: String { TextFile.read(output) ?? "" }
        var complaint: String { TextFile.read(errors) ?? "" }
    }

    private func begin(_ scene: Scene, _ name: String, _ arguments: [String]) throws -> Waiting {
        let (output, errors) = (scene.path("\(name)-out"), scene.path("\(name)-errors"))
        let process = try ChildProcess(
            [Binaries.control] + arguments
                + ["--registry", scene.registry, "--runtime-directory", scene.runtime],
            environment: scene.environment, output: output, errors: errors)
        return Waiting(process: process, output: output, errors: errors)
    }

    /// Ends when there is the file `end` in the scene, as its text says.
    private func job(_ scene: Scene) -> JobText {
        let end = scene.path("end")
        return .shell("one", "while [ ! -s \(end) ]; do sleep 0.02; done; exit $(cat \(end))", interval: "1h")
    }

    @Test(
        "run --wait ends as the run does, also where cronsupd is killed in it and started again",
        arguments: [(false, "3", 2), (true, "3", 2), (false, "0", 0), (true, "0", 0)])
    func otherLife(isOverBefore: Bool, code: String, status: Int32) throws {
        try Scene.play { scene in
            try scene.declare([job(scene)])
            let first = try scene.start(worker: Binaries.worker)
            let worker = try first.worker("test:one")
            let waiting = try begin(scene, "run", ["run", "test:one", "--wait"])
            try first.wait("the begin") { waiting.complaint == "test:one run 1\n" }
            first.signal(SIGKILL)
            _ = try first.waitForExit()
            if isOverBefore {
                try TextFile.write(code, to: scene.path("end"))
                try first.wait("the end of the worker") { !Proc.isAlive(worker) }
            }
            let second = try scene.start(worker: Binaries.worker)
            try second.wait(for: isOverBefore ? "Worker started" : "Waiting for previous worker")
            try TextFile.write(code, to: scene.path("end"))
            try second.wait("the end of cronsupctl") { waiting.process.hasExited }
            #expect(waiting.process.exitStatus == .exited(code: status), "\(waiting.complaint)")
            let word = code == "0" ? "ok" : "failed"
            #expect(waiting.complaint.contains("\ntest:one run 1 \(word) after "), "\(waiting.complaint)")
            try second.wait(for: "Worker started")
            #expect(try second.stop() == .exited(code: 0))
        }
    }

    @Test("wait ends with the next run, as it was wanted to end; Ctrl-C leaves the run going")
    func wait() throws {
        try Scene.play { scene in
            try scene.declare([job(scene)])
            let daemon = try scene.start(["--stop-timeout", "100ms"], worker: Binaries.worker)
            _ = try daemon.worker("test:one")
            let late = try scene.control(["wait", "test:one", "--timeout", "50ms"])
            #expect(late.status == .exited(code: 124) && late.errors.contains("the time is over"), "\(late)")
            let run = try begin(scene, "run", ["run", "test:one", "--wait"])
            try daemon.wait("the begin") { run.complaint == "test:one run 1\n" }
            run.process.signal(SIGINT)
            try daemon.wait("the end of cronsupctl") { run.process.hasExited }
            #expect(run.process.exitStatus == .exited(code: 130))
            #expect(
                run.complaint
                    == "test:one run 1\ncronsupctl: run 1 of 'test:one' goes on; 'cronsupctl cancel test:one 1' ends it\n"
            )
            let waits = try ["ok", "failed"].map { try begin(scene, $0, ["wait", "test:one", "--outcome", $0]) }
            try daemon.wait("two wait") { waits.allSatisfy { $0.text == "test:one run 1\n" } }
            try TextFile.write("3", to: scene.path("end"))
            for (wait, code) in zip(waits, [Int32(2), 0]) {
                try daemon.wait("the end of cronsupctl") { wait.process.hasExited }
                #expect(wait.process.exitStatus == .exited(code: code), "\(wait.complaint)")
                #expect(wait.text.hasPrefix("test:one run 1\ntest:one run 1 failed after "), "\(wait.text)")
            }
            #expect(try scene.control(["wait", "test:none"]).status == .exited(code: 1))
            #expect(try scene.control(["wait", "test:one", "--outcome", "skipped"]).status == .exited(code: 100))
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
