import Glibc
import Kernel
import Testing

@Suite("A command")
struct ExecTests {
    @Test("comes to the last line that says something, or to its exit code")
    func results() throws {
        try Scene.play { scene in
            try scene.declare([
                .shell("last", "echo one; echo two; echo; printf ' \\t'"),
                .shell("open", "printf 'one\\nunfinished'"),
                .shell("silent", "true"),
                .shell("failed", "echo fine; echo bad >&2; exit 3"),
                .shell("told", "echo first; echo reason; exit 5"),
                .shell("mute", "exit 4"),
                .shell("allowed", "echo three; exit 3", data: ["success_codes": "[0, 3]"]),
                .shell("zero", "exit 0", data: ["success_codes": "[3]"]),
                .shell("signalled", "kill -SEGV $$"),
            ])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait("all have run") { daemon.log.count("TICK") + daemon.log.count("TICK FAILED") == 9 }
            #expect(try daemon.stop() == .exited(code: 0))

            func result(_ name: String) -> String? { daemon.log.all("TICK", entry: "test:\(name)").first?["result"] }
            func error(_ name: String) -> String? {
                daemon.log.all("TICK FAILED", entry: "test:\(name)").first?["error"]
            }
            #expect(result("last") == "two")
            #expect(result("open") == "unfinished")
            #expect(["", nil].contains(result("silent")))
            #expect(error("failed") == "exit 3: bad")
            #expect(error("told") == "exit 5: reason")
            #expect(error("mute") == "exit 4")
            func code(_ name: String) -> String? { daemon.log.all("TICK FAILED", entry: "test:\(name)").first?["code"] }
            #expect(["failed", "told", "mute", "zero"].map(code) == ["3", "5", "4", "0"])
            #expect(code("signalled") == nil && daemon.log.all("TICK").allSatisfy { $0["code"] == nil })
            #expect(result("allowed") == "three")
            #expect(error("zero") == "exit 0")
            #expect(error("signalled")?.hasPrefix("signal 11 (SIGSEGV)") == true)
            #expect(daemon.log.all("Job output", entry: "test:open").map { $0["text"] } == ["one", "unfinished"])
            #expect(daemon.log.count("Worker exited") == 0)
        }
    }

    @Test("has its lines in the log, with their stream and run")
    func lines() throws {
        try Scene.play { scene in
            try scene.declare([.shell("job", "echo said; echo complained >&2", interval: "100ms")])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", count: 2)
            #expect(try daemon.stop() == .exited(code: 0))
            let pid = try daemon.worker("test:job")
            for run in 1...2 {
                let lines = daemon.log.all("Job output", entry: "test:job").filter { $0.number("run") == run }
                #expect(Set(lines.map { $0["text"] ?? "" }) == ["said", "complained"])
                #expect(lines.allSatisfy { $0["stream"] == ($0["text"] == "said" ? "stdout" : "stderr") })
                #expect(lines.allSatisfy { $0.number("pid") == Int(pid) })
            }
            // Lines come before the end of the run that wrote them.
            let story = daemon.log.records.filter { $0.number("run") == 1 }.map(\.message)
            #expect(story == ["Job output", "Job output", "TICK"])
        }
    }

    @Test("gets its arguments, environment, directory and input, and is told of its run")
    func setting() throws {
        try Scene.play { scene in
            try FileSystem.createDirectories("\(scene.registry)/below/here")
            let tell =
                "pwd; cat; echo \"$GREETING|${HOME-none}|$CRONSUPD_ENTRY|$CRONSUPD_RUN|$CRONSUPD_SLOT|$CRONSUPD_ARGS\""
            try scene.declare([
                .program("words", ["printf", "[%s]", "two words", "$HOME", "it's", "a\\nb", "*"]),
                .shell(
                    "told", tell, interval: "100ms",
                    data: [
                        "environment": "{GREETING: \"good day\", HOME: null}", "working_directory": "below/here",
                        "stdin": "\"from the entry\\n\"", "args": "{keep: 3, name: a b}",
                    ]),
            ])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", entry: "test:words")
            try daemon.wait(for: "TICK", entry: "test:told", count: 2)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(
                daemon.log.all("TICK", entry: "test:words").first?["result"] == "[two words][$HOME][it's][a\\nb][*]")
            let tick = daemon.log.all("TICK", entry: "test:told")[1]
            let lines = daemon.log.all("Job output", entry: "test:told").filter { $0.number("run") == 2 }
            #expect(
                lines.map { $0["text"] } == [
                    "\(scene.registry)/below/here", "from the entry",
                    "good day|none|test:told|2|\(tick["slot"] ?? "")|{\"keep\":3,\"name\":\"a b\"}",
                ])
        }
    }

    @Test("that is not there or must not be run fails with its path and the reason")
    func programs() throws {
        try Scene.play { scene in
            try scene.add("#!/bin/sh\n", as: "plain.sh", mode: 0o644)
            try scene.add("no program\n", as: "text", mode: 0o755)
            try scene.add("#!/no/such/shell\n", as: "orphan.sh", mode: 0o755)
            let file = scene.registry
            try scene.declare([
                .program("unknown", ["no-such-program"], data: ["environment": "{PATH: \"/nowhere:/usr/bin\"}"]),
                .program("missing", ["\(file)/missing"]), .program("plain", ["\(file)/plain.sh"]),
                .program("text", ["\(file)/text"]), .program("orphan", ["\(file)/orphan.sh"]),
            ])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK FAILED", count: 5)
            #expect(try daemon.stop() == .exited(code: 0))
            func error(_ name: String) -> String? {
                daemon.log.all("TICK FAILED", entry: "test:\(name)").first?["error"]
            }
            #expect(error("unknown") == "no program 'no-such-program' in PATH (/nowhere:/usr/bin)")
            #expect(error("missing") == "execve '\(file)/missing': No such file or directory")
            #expect(error("plain") == "execve '\(file)/plain.sh': Permission denied")
            #expect(
                error("text")
                    == "execve '\(file)/text': neither a program for this machine nor a script that begins with #!")
            #expect(
                error("orphan")
                    == "execve '\(file)/orphan.sh': the file is there, but not the interpreter that it names")
            #expect(daemon.log.count("Worker exited") == 0)
        }
    }

    @Test("has no keys but those that are known")
    func keys() throws {
        try Scene.play { scene in
            try scene.write(
                """
                version: "1.0"
                namespace: test
                entries:
                  - name: job
                    kind: function.exec
                    command: "true"
                    retries: 5
                    meta: {type: cron.job, interval: 1s}
                """)
            let finished = try scene.check()
            #expect(finished.status == .exited(code: 100))
            #expect(
                finished.errors.hasPrefix("\(scene.registry)/jobs.yaml:7:5: unknown key 'retries'; expected one of "),
                "\(finished.errors)")
            #expect(finished.errors.contains("\n  7 |     retries: 5\n    |     ^\n"), "\(finished.errors)")
        }
    }
}
