import Clocks
import Foundation
import Glibc
import Journal
import Kernel
import LedgerRecords
import Model
import Testing
import Turns
import Values
import Wire

@Suite("cronsupctl and a ledger")
struct HistoryCommandTests {
    /// A daemon to be found by, and beside it a ledger with a history that a test has played.
    private func play(_ body: (Scene, LedgerScene, Ask) throws -> Void) throws {
        try Scene.play { scene in
            try scene.declare([JobText.shell("job", "true", interval: "1h")])
            let daemon = try scene.start(["--stop-timeout", "100ms"], worker: Binaries.worker)
            try daemon.wait(for: "Worker started")
            let ledger = try LedgerScene(jobs: 2)
            ledger.runtime = try #require(
                try FileSystem.names(in: scene.runtime).map { "\(scene.runtime)/\($0)" }.first {
                    FileSystem.exists("\($0)/control.sock")
                })
            try body(scene, ledger, Ask(scene: scene))
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    /// Asks the daemon, or its ledger.
    private struct Ask {
        let scene: Scene

        func callAsFunction(_ arguments: String...) throws -> Scene.Finished { try self(arguments) }

        func callAsFunction(_ arguments: [String]) throws -> Scene.Finished { try scene.control(arguments) }
    }

    private func launch(_ ledger: LedgerScene) throws {
        try ledger.launch()
        try ledger.wait("rows") { ledger.hasAll() }
        try ledger.wait("socket") { FileSystem.exists("\(ledger.runtime)/ledger.sock") }
    }

    private func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    @Test("show what runs came to, and slots that had none")
    func history() throws {
        try play { _, ledger, ask in
            for number in 1...30 {
                ledger.run(0, number % 10 == 0 ? .failed : .ok, text: number % 10 == 0 ? "it broke" : "")
            }
            let (first, last) = (WallInstant(seconds: 2_500_000_031), WallInstant(seconds: 2_500_000_040))
            ledger.write(
                .booking(.init(job: 0, at: last, first: first, last: last, count: 10, outcome: .missed, reason: .down)))
            ledger.run(1)
            try launch(ledger)
            let table = try ask("history", "app:0", "-n", "3")
            #expect(table.status == .exited(code: 0), "\(table.errors)")
            let lines = table.output.split(separator: "\n")
            try #require(lines.count == 4, "\(table.output)")
            #expect(lines[0].hasPrefix("RUN  SLOT ") && lines[0].hasSuffix("TEXT"))
            #expect(
                lines[1].hasPrefix("-  ") && lines[1].contains("  missed  ")
                    && lines[1].contains("10 slots since 2049-"))
            #expect(lines[2].hasPrefix("30 ") && lines[2].contains("failed") && lines[2].contains("it broke"))
            let all = try objects(try ask("history", "--json", "-n", "100").output)
            #expect(all.count == 32)
            let failed = try objects(try ask("history", "--failed", "--json").output)
            #expect(failed.compactMap { $0["run"] as? Int } == [30, 20, 10])
            #expect(failed.first?["error"] as? String == "it broke" && failed.first?["entry"] as? String == "app:0")
            #expect(failed.first?["slot"] as? String == "2049-03-22T04:27:10.000000Z")
            let span = try ask(
                "history", "app:0", "--json", "--since", "2049-03-22T04:26:45Z", "--until", "2049-03-22T04:26:48Z")
            #expect(try objects(span.output).compactMap { $0["run"] as? Int } == [7, 6, 5])
            let export = try objects(try ask("ledger", "export", "app:0").output)
            #expect(export.count == 31)
            let missed = try objects(try ask("history", "--outcome", "missed", "--json").output)
            #expect(missed.count == 1 && missed.first?["count"] as? Int == 10)
            #expect(try objects(try ask("history", "--outcome", "ok", "-n", "100", "--json").output).count == 28)
            let none = try ask("history", "--outcome", "oom")
            #expect(none.status == .exited(code: 1))
            #expect(none.errors == "cronsupctl: the ledger has no run or slot that came to oom\n")
            #expect(try ask("history", "--outcome", "bad").status == .exited(code: 100))
            let csv = try ask("ledger", "export", "app:0", "--csv").output.components(separatedBy: "\r\n")
            #expect(
                csv.count == 33
                    && csv.allSatisfy {
                        $0.isEmpty || $0.split(separator: ",", omittingEmptySubsequences: false).count == 16
                    })
            #expect(
                csv[0].hasPrefix("entry,run,slot,")
                    && csv[2].hasPrefix("app:0,30,2049-03-22T04:27:10.000000Z,1,slot,failed,"))
        }
    }

    @Test("say what became of a slot, and what its run wrote")
    func one() throws {
        try play { _, ledger, ask in
            let line = LedgerRecord.Output(
                job: 0, run: 2, at: WallInstant(seconds: 2_500_000_002), isError: true, text: "rsync: refused")
            ledger.run(0)
            ledger.write(.output(line), .output)
            ledger.run(0, .failed, text: "exit 3")
            try launch(ledger)
            let why = try ask("why", "app:0", "2049-03-22T04:26:42Z")
            #expect(why.output.contains("\n  run 2, attempt 1, began 2049-"), "\(why.output)\(why.errors)")
            #expect(why.output.hasSuffix(": failed: exit 3\n"))
            let none = try ask("why", "app:0", "2049-03-22T05:00:00Z")
            #expect(none.status == .exited(code: 1) && none.output.isEmpty)
            #expect(
                none.errors == "cronsupctl: app:0 at 2049-03-22T05:00:00+00:00: the ledger has no such slot: "
                    + "the one before is at 2049-03-22T04:26:42+00:00\n")
            #expect(try ask("output", "app:0").output == "rsync: refused\n")
            #expect(try ask("output", "app:0", "2").output == "rsync: refused\n")
            let json = try objects(try ask("output", "app:0", "--json").output)
            #expect(json.first?["line"] as? String == "rsync: refused" && json.first?["run"] as? Int == 2)
            // What there is not is neither erased nor said to be.
            for command in [["output"], ["ledger", "forget"]] {
                let noRun = try ask(command + ["app:0", "99"])
                #expect(noRun.status == .exited(code: 1), "\(command): \(noRun)")
                #expect(noRun.errors == "cronsupctl: the ledger has no run 99 of 'app:0'\n")
                let noJob = try ask(command + ["app:9"])
                #expect(noJob.status == .exited(code: 1), "\(command): \(noJob)")
                #expect(noJob.errors.hasPrefix("cronsupctl: the ledger has no job 'app:9'"))
            }
            #expect(!ledger.reports.contains { if case .request = $0 { true } else { false } })
            #expect(try ask("ledger", "forget", "app:0", "2").output == "1 run erased\n")
            try ledger.wait("the word of it") {
                ledger.reports.contains { report in
                    guard case .request(let request) = report else { return false }
                    return request.action == "forget" && request.entry == EntryID("app:0") && request.run == 2
                        && request.count == 1 && request.user == Int64(geteuid()) && request.process > 0
                }
            }
            #expect(try ask("why", "app:0", "2049-03-22T04:26:42Z").output.hasSuffix(": failed\n"))
            #expect(try ask("output", "app:0", "2").status == .exited(code: 1))
            let nothing = try ask("output", "app:0", "1")
            #expect(
                nothing.status == .exited(code: 1)
                    && nothing.errors.contains("nothing is kept of what run 1 of 'app:0' wrote"))
        }
    }

    @Test("make a copy nowhere but in a plain file, and say so under the name that was given")
    func backup() throws {
        try play { scene, ledger, ask in
            ledger.run(0)
            try launch(ledger)
            let (fifo, link, old) = (scene.path("fifo"), scene.path("link"), scene.path("old"))
            #expect(mkfifo(fifo, 0o600) == 0 && symlink("nowhere", link) == 0)
            try TextFile.write("mine", to: old)
            for (path, kind) in [
                (fifo, "is a named pipe"), (link, "is a symbolic link"), ("/dev/null", "is a device"),
                (scene.runtime, "is a directory"),
            ] {
                let refused = try ask("ledger", "backup", path, "--overwrite")
                #expect(refused.status == .exited(code: 100) && refused.output.isEmpty)
                #expect(refused.errors.hasPrefix("cronsupctl: '\(path)' \(kind); expected "), "\(refused.errors)")
            }
            let there = try ask("ledger", "backup", old)
            #expect(there.status == .exited(code: 100) && there.errors.contains("'\(old)' is there already"))
            #expect(TextFile.read(old) == "mine")
            let nowhere = try ask("ledger", "backup", scene.path("none/copy"))
            #expect(nowhere.errors == "cronsupctl: open '\(scene.path("none/copy"))': No such file or directory\n")
            let copy = scene.path("new")
            let json = try objects(try ask("ledger", "backup", copy, "--json").output)
            #expect(json.first?["path"] as? String == copy && json.first?["runs"] as? Int == 1)
            #expect(json.first?["size"] as? Int64 == (try FileSystem.status(copy).identity.size))
            let output = try ask("ledger", "backup", "-")
            #expect(output.output.hasPrefix("SQLite format 3") && output.errors.hasSuffix(" KiB, 1 run\n"))
            #expect(
                try scene.run(["history", "app:0", "--read", copy], program: Binaries.control).status
                    == .exited(code: 0))
        }
    }

    @Test("show slots of less than a second apart, and find each of them")
    func fine() throws {
        try play { _, ledger, ask in
            for number in 1...3 {
                let slot = WallInstant(nanoseconds: 2_500_000_001_000_000_000 + Int64(number) * 250_000_000)
                ledger.write(
                    .booking(
                        .init(
                            job: 0, at: slot, first: slot, last: slot, count: 1, outcome: .ok,
                            run: .init(number: Int64(number), began: slot, duration: .milliseconds(5)))))
            }
            ledger.run(1)
            try ledger.launch()
            try ledger.wait("socket") { FileSystem.exists("\(ledger.runtime)/ledger.sock") }
            let table = try ask("history", "app:0", "--utc").output
            #expect(table.contains("T04:26:41.500+00:00") && table.contains("T04:26:41.750+00:00"), "\(table)")
            #expect(try ask("history", "app:1", "--utc").output.contains("T04:26:41+00:00"))
            let all = try ask("why", "app:0", "2049-03-22T04:26:41Z", "--utc").output
            #expect(all.split(separator: "\n").count == 4 && all.contains("slot 2049-03-22T04:26:41.250+00:00: run 1,"))
            let one = try ask("why", "app:0", "2049-03-22T04:26:41.5Z", "--utc").output
            #expect(one.split(separator: "\n").count == 2 && one.contains("run 2, attempt 1"), "\(one)")
            #expect(try ask("why", "app:0", "2049-03-22 04:26:41.75", "--utc").output.contains("run 3, attempt 1"))
        }
    }

    @Test("take each field of an event as a key of its JSON")
    func fields() throws {
        try play { _, ledger, ask in
            let at = WallInstant(seconds: 2_500_000_001)
            let text = #"pid=812 status="exit 3" text="say \"no\" = \\" code="7""#
            ledger.write(.incident(.init(job: nil, at: at, kind: "Worker exited", text: text)))
            try ledger.launch()
            try ledger.wait("socket") { FileSystem.exists("\(ledger.runtime)/ledger.sock") }
            let event = try #require(try objects(try ask("events", "--json").output).first)
            #expect(event["pid"] as? Int == 812 && event["status"] as? String == "exit 3")
            #expect(event["text"] as? String == #"say "no" = \"# && event["code"] as? String == "7")
        }
    }

    @Test("show how the ledger is, what happened, and copy it")
    func ledger() throws {
        try play { scene, ledger, ask in
            ledger.run(0)
            let at = WallInstant(seconds: 2_500_000_001)
            ledger.write(.incident(.init(job: 0, at: at, kind: "Worker exited", text: "pid=812")))
            ledger.write(.incident(.init(job: nil, at: at, kind: "Reloaded", text: "jobs=3")))
            try launch(ledger)
            let events = try ask("events")
            let lines = events.output.split(separator: "\n")
            try #require(lines.count == 2, "\(events.output)\(events.errors)")
            #expect(lines[0].hasSuffix("  Worker exited  app:0  pid=812") && lines[1].hasSuffix("  Reloaded  jobs=3"))
            #expect(try objects(try ask("events", "app:0", "--json").output).count == 1)
            let status = try ask("ledger")
            #expect(status.output.contains("runs       1\n") && status.output.contains(" open\n"), "\(status.output)")
            #expect(try objects(try ask("ledger", "status", "--json").output).first?["open"] as? Bool == true)
            #expect(try ask("ledger", "check").output == "The ledger is in order.\n")
            #expect(try ask("ledger", "prune").output == "0 rows removed\n")
            let copy = scene.path("copy.db")
            // What lies there, and what a link there leads to.
            try TextFile.write("mine", to: scene.path("victim"))
            #expect(symlink(scene.path("victim"), "\(copy).new") == 0)
            try TextFile.write("old", to: copy)
            #expect(chmod(copy, 0o644) == 0)
            let backup = try ask("ledger", "backup", copy, "--overwrite")
            #expect(backup.status == .exited(code: 0), "\(backup.errors)")
            #expect(
                backup.output.hasPrefix("\(copy): ") && backup.output.hasSuffix(" KiB, 1 run\n"), "\(backup.output)")
            #expect(try FileSystem.contents(of: copy, limit: 100)?.bytes.starts(with: "SQLite format 3".utf8) == true)
            #expect(TextFile.read(scene.path("victim")) == "mine")
            var found = stat()
            #expect(stat(copy, &found) == 0 && found.st_mode & 0o777 == 0o600)
            #expect(try objects(try ask("ledger", "check", "--json").output).first?["faults"] as? Int == 0)
            #expect(try objects(try ask("ledger", "prune", "--json").output).first?["count"] as? Int == 0)
            let unknown = try ask("history", "app:9")
            #expect(unknown.status == .exited(code: 1) && unknown.errors.contains("the ledger has no job 'app:9'"))
        }
    }

    /// What a command prints on a terminal.
    private func onTerminal(_ scene: Scene, _ arguments: [String], _ variables: String = "COLUMNS=80") throws -> String
    {
        let program = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
        let all = ["-c", program, "/usr/bin/env", variables, Binaries.control] + arguments
        let finished = try scene.run(
            all + ["--registry", scene.registry, "--runtime-directory", scene.runtime], program: "/usr/bin/python3")
        return finished.output.filter { $0 != "\r" }.replacing("\r\n", with: "\n")
    }

    @Test("show on a terminal what a run wrote, and have it obey none of that; elsewhere it is what the run wrote")
    func terminal() throws {
        try play { scene, ledger, ask in
            let text = "a\tb \u{1B}[2Jgone"
            ledger.write(
                .output(
                    .init(job: 0, run: 1, at: WallInstant(seconds: 2_500_000_001), isError: false, text: text)), .output
            )
            ledger.run(0, .failed, text: "exit 3: no route to the host that has the backup of all that there is")
            try launch(ledger)
            #expect(try ask("output", "app:0").output == "\(text)\n")
            #expect(try onTerminal(scene, ["output", "app:0"]) == "a\tb \\u{1B}[2Jgone\n")
            // What says least goes first where there is no room.
            let head = try onTerminal(scene, ["history", "app:0"], "COLUMNS=78").split(separator: "\n").first
            #expect(
                head?.split(separator: " ").map(String.init) == ["RUN", "SLOT", "OUTCOME", "DURATION", "ATT", "TEXT"])
        }
    }

    @Test("say that nothing is found, and of what")
    func nothing() throws {
        try play { _, ledger, ask in
            ledger.run(0)
            try launch(ledger)
            let history = try ask("history", "app:0", "--since", "2049-03-22T05:00:00Z", "--json")
            #expect(history.status == .exited(code: 1) && history.output.isEmpty)
            #expect(history.errors == "cronsupctl: the ledger has no run of 'app:0' since 2049-03-22T05:00:00+00:00\n")
            #expect(try ask("history", "--failed").errors == "cronsupctl: the ledger has no failed run\n")
            let events = try ask("events", "--until", "2049-03-22T05:00:00Z")
            #expect(events.status == .exited(code: 1))
            #expect(events.errors == "cronsupctl: the ledger has no event before 2049-03-22T05:00:00+00:00\n")
            let span = try ask("history", "--since", "2049-03-22T05:00:00Z", "--until", "2049-03-22T04:00:00Z")
            #expect(
                span.status == .exited(code: 100)
                    && span.errors.contains("is not before --until 2049-03-22T04:00:00+00:00"))
        }
    }

    @Test("take moments as their help has them, and tell of a TZ that is none")
    func moments() throws {
        try play { scene, ledger, ask in
            ledger.run(0)
            try launch(ledger)
            for since in [["--since", "-2h"], ["--since=-2h"], ["--since", "2 days ago"], ["--since", "yesterday"]] {
                let history = try scene.run(
                    ["history", "app:0", "--registry", scene.registry, "--runtime-directory", scene.runtime] + since,
                    program: Binaries.control)
                #expect(history.status == .exited(code: 0), "\(since): \(history.errors)")
            }
            func elsewhere(_ since: String, zone: String = "Europe/Rga", _ more: String...) throws -> Scene.Finished {
                let command = [
                    Binaries.control, "history", "--registry", scene.registry, "--runtime-directory", scene.runtime,
                ]
                return try scene.run(["TZ=\(zone)"] + command + ["--since", since] + more, program: "/usr/bin/env")
            }
            #expect(try elsewhere("-2h", zone: "Europe/Riga").output.contains("T06:26:41+02:00"))
            #expect(try elsewhere("-2h", zone: "Europe/Riga", "--utc").output.contains("T04:26:41+00:00"))
            let fault = "TZ 'Europe/Rga' is no time zone of this machine; did you mean 'Europe/Riga'?"
            let shown = try elsewhere("-2h")
            #expect(shown.status == .exited(code: 0) && shown.output.contains("+00:00"))
            #expect(shown.errors == "cronsupctl: \(fault); times are shown in UTC\n")
            let refused = try elsewhere("02:00")
            #expect(refused.status == .exited(code: 100))
            #expect(refused.errors.contains("--since: '02:00' has no offset, and \(fault)"), "\(refused.errors)")
        }
    }

    @Test("say that there is no ledger, and what is wrong with a question")
    func refusals() throws {
        try play { scene, _, ask in
            let none = try ask("history")
            #expect(none.status == .exited(code: 1))
            #expect(none.errors == "cronsupctl: the cronsupd of \(scene.registry) has no ledger that could be asked\n")
            #expect(try ask("history", "--since", "soon").status == .exited(code: 100))
            #expect(try ask("history", "-n", "0").status == .exited(code: 100))
            #expect(try ask("why", "app:0", "yesterday at noon").status == .exited(code: 100))
        }
        try Scene.play { scene in
            let absent = try scene.run(["history", "--registry", scene.registry], program: Binaries.control)
            #expect(absent.status == .exited(code: 3))
        }
    }
}
