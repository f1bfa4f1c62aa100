import Clocks
import Glibc
import Journal
import Kernel
import LedgerRecords
import LedgerStore
import Model
import SQLiteStore
import TestSupport
import Testing
import Values
import Wire

@Suite("cronledger, when it is asked")
struct LedgerQuestionTests {
    @Test("answers with what came just before the question")
    func upToDate() throws {
        let scene = try LedgerScene()
        scene.run(0)
        try scene.launch()
        try scene.wait("socket") { FileSystem.exists("\(scene.runtime)/ledger.sock") }
        var history = LedgerQuestion.History()
        (history.entry, history.limit) = (EntryID("app:0"), 1)
        for number in Int64(2)...20 {
            scene.run(0)
            guard case .run(let run)? = try scene.ask(.history(history)).dropFirst().first else {
                Issue.record("no run")
                return
            }
            #expect(run.number == number)
        }
    }

    @Test("answers what became of jobs")
    func answers() throws {
        let scene = try LedgerScene()
        for index in 0..<10 { scene.run(0, index == 4 ? .failed : .ok, text: index == 4 ? "exit 3" : "") }
        scene.write(
            .output(.init(job: 1, run: 1, at: WallInstant(seconds: 2_500_000_001), isError: true, text: "oh")), .output)
        scene.run(1, .failed)
        scene.write(
            .incident(.init(job: nil, at: WallInstant(seconds: 2_500_000_001), kind: "Reloaded", text: "jobs=3")))
        try scene.launch()
        try scene.wait("rows") { scene.hasAll() }
        try scene.wait("socket") { FileSystem.exists("\(scene.runtime)/ledger.sock") }
        var history = LedgerQuestion.History()
        (history.entry, history.limit, history.onlyFailures) = (EntryID("app:0"), 5, true)
        guard case .run(let run)? = try scene.ask(.history(history)).dropFirst().first else {
            return #expect(Bool(false))
        }
        #expect(run.number == 5 && run.outcome == .failed && run.text == "exit 3" && run.cause == "slot")
        history.onlyFailures = false
        guard case .done(let done)? = try scene.ask(.history(history)).last else { return #expect(Bool(false)) }
        #expect(done.count == 5)
        (history.before, history.order) = (done.before, done.order)
        #expect(try scene.ask(.history(history)).count == 7)
        let slots = LedgerQuestion.Slots(
            entry: EntryID("app:0")!, since: 2_500_000_003_000_000, until: 2_500_000_004_000_000)
        #expect(try scene.ask(.slots(slots)).count == 3)
        let output = try scene.ask(.output(.init(entry: EntryID("app:1")!, run: nil)))
        #expect(output.contains(.line(text: "oh")))
        let events = try scene.ask(.events(.init()))
        #expect(
            events.contains(
                .event(.init(number: 1, at: 2_500_000_001_000_000, entry: nil, kind: "Reloaded", text: "jobs=3"))))
        guard case .status(let status)? = try scene.ask(.status).last else { return #expect(Bool(false)) }
        #expect(status.isOpen && status.runs == 11 && status.jobs == 3 && status.engine.hasPrefix("SQLite 3."))
        history.entry = EntryID("app:9")
        guard case .refused(let refused)? = try scene.ask(.history(history)).last else { return #expect(Bool(false)) }
        #expect(refused.code == .unknown && refused.error == "the ledger has no job 'app:9'")
    }

    private func event(_ scene: LedgerScene, _ text: String) {
        scene.write(.incident(.init(job: nil, at: WallInstant(seconds: 2_500_000_001), kind: "Reloaded", text: text)))
    }

    @Test("tells those who follow what comes, as it is committed, and counts what is left out")
    func follows() throws {
        let scene = try LedgerScene()
        for number in 1...3 { event(scene, "jobs=\(number)") }
        try scene.launch()
        try scene.wait("socket") { FileSystem.exists("\(scene.runtime)/ledger.sock") }
        var question = LedgerQuestion.Events()
        question.after = 2
        let follower = try scene.connect(.events(question))
        try scene.wait("the third") { try follower.answers().count == 2 }
        event(scene, "jobs=4")
        try scene.wait("the fourth") { try follower.answers().count == 3 }
        guard case .event(let fourth)? = try follower.answers().last else { return #expect(Bool(false)) }
        #expect(fourth.number == 4 && fourth.text == "jobs=4")
        question.after = 1
        for number in 5...1_200 { event(scene, "jobs=\(number)") }
        try scene.wait("all") { scene.writer.used == 0 }
        let late = try scene.connect(.events(question))
        try scene.wait("the newest") { try late.answers().count == 1_002 }
        #expect(try late.answers()[1] == .lost(.init(events: 199)))
    }

    @Test("tells what a run writes until it has ended, and what is not kept of it")
    func followsOutput() throws {
        let scene = try LedgerScene()
        func line(_ text: String) {
            scene.write(
                .output(.init(job: 0, run: 1, at: WallInstant(seconds: 2_500_000_001), isError: false, text: text)),
                .output)
        }
        line("one")
        try scene.launch()
        try scene.wait("socket") { FileSystem.exists("\(scene.runtime)/ledger.sock") }
        let app = try #require(EntryID("app:0"))
        let follower = try scene.connect(.output(.init(entry: app, run: 1, after: 0)))
        try scene.wait("a line") { try follower.answers().contains(.line(text: "one")) }
        line("two")
        try scene.wait("a line") { try follower.answers().contains(.line(text: "two")) }
        #expect(try follower.answers().count == 3)
        for _ in 0..<100 { line(String(repeating: "x", count: 200)) }
        try scene.wait("all") { scene.writer.used == 0 }
        let late = try scene.connect(.output(.init(entry: app, run: 1, after: 2)))
        try scene.wait("what is kept") { try late.answers().count == 42 }
        #expect(try late.answers()[1] == .lost(.init(lines: 60)))
        scene.run(0)
        try scene.wait("the end") { try follower.answers().last == .done(.init(count: 102)) }
        // One that has ended before is done with at once, also by another process.
        try scene.launch()
        try scene.wait("socket") { (try? scene.ask(.status)) != nil }
        #expect(try scene.ask(.output(.init(entry: app, run: 1, after: 7))).last == .done(.init(count: 7)))
    }

    @Test("lets those who follow keep nobody out")
    func mostFollowers() throws {
        let scene = try LedgerScene()
        try scene.launch()
        try scene.wait("socket") { FileSystem.exists("\(scene.runtime)/ledger.sock") }
        var question = LedgerQuestion.Events()
        question.after = 0
        let followers = try (0..<28).map { _ in try scene.connect(.events(question)) }
        try scene.wait("refusals") { try followers.count { try $0.answers().count == 2 } == 4 }
        guard case .refused(let refused)? = try followers[27].answers().last else { return #expect(Bool(false)) }
        #expect(refused.code == .limit && refused.error == "24 others follow already")
        for _ in 0..<40 { #expect(try scene.ask(.history(.init())).last == .done(.init(count: 0))) }
        event(scene, "jobs=1")
        try scene.wait("events") { try followers.count { try $0.answers().count == 2 } == 28 }
    }

    @Test(
        "tells those who may only observe of outcomes alone, and others nothing",
        .enabled(if: ThisProcess.userID == 0 && FileSystem.isExecutable("/usr/bin/setpriv"), "needs root and setpriv"))
    func rights() throws {
        let scene = try LedgerScene()
        scene.arguments = ["--observers", "12377"]
        for path in [scene.directory.path, scene.runtime] { chmod(path, 0o711) }
        scene.write(
            .output(.init(job: 0, run: 1, at: WallInstant(seconds: 2_500_000_001), isError: true, text: "secret")),
            .output)
        scene.run(0, .failed, text: "secret")
        try scene.launch()
        try scene.wait("rows") { scene.hasAll() }
        try scene.wait("socket") { FileSystem.exists("\(scene.runtime)/ledger.sock") }
        let observer = try ask(scene, group: 12_377)
        #expect(observer.contains("outcome=failed") && observer.contains("refused code=denied"), "\(observer)")
        #expect(!observer.contains("secret"))
        let stranger = try ask(scene, group: 12_378)
        #expect(stranger.hasPrefix("refused code=denied error=\"user 12376 may not ask this ledger\""), "\(stranger)")
    }

    @Test(
        "lets no user keep others out, with questions or by following",
        .enabled(if: ThisProcess.userID == 0 && FileSystem.isExecutable("/usr/bin/setpriv"), "needs root and setpriv"))
    func crowd() throws {
        let scene = try LedgerScene()
        scene.arguments = ["--observers", "12377"]
        for path in [scene.directory.path, scene.runtime] { chmod(path, 0o711) }
        try scene.launch()
        try scene.wait("socket") { FileSystem.exists("\(scene.runtime)/ledger.sock") }
        event(scene, "jobs=0")
        let program = """
            import signal, socket, sys
            def connect(line):
                s = socket.socket(socket.AF_UNIX); s.settimeout(20)
                # One that is refused, or for whom too many wait.
                try: s.connect(sys.argv[1]); s.sendall(line)
                except OSError: pass
                return s
            def follow():
                s, text = connect(b"events after=0\\n"), b""
                while text.count(b"\\n") < 2: text += s.recv(65536)
                return s, text
            followers = [follow() for _ in range(12)]
            halves = [connect(b"hist") for _ in range(70)]
            print(b"".join(text for _, text in followers).decode(), flush=True)
            signal.pause()
            """
        let output = "\(scene.directory.path)/crowd"
        let process = try ChildProcess(
            [
                "/usr/bin/setpriv", "--reuid", "12376", "--regid", "12377", "--clear-groups", "/usr/bin/python3", "-c",
                program, "\(scene.runtime)/ledger.sock",
            ], environment: [], output: output, errors: "\(output)-errors")
        try scene.wait("the crowd") { TextFile.read(output)?.isEmpty == false }
        let refusals = (TextFile.read(output) ?? "").split(separator: "\n").count {
            $0.contains("8 others of user 12376 follow already")
        }
        #expect(refusals == 4, "\(TextFile.read(output) ?? "")\(TextFile.read("\(output)-errors") ?? "")")
        // Once those who wait to be accepted have been.
        try scene.wait("an answer") { (try? scene.ask(.history(.init())).last) == .done(.init(count: 0)) }
        var question = LedgerQuestion.Events()
        question.after = 0
        let follower = try scene.connect(.events(question))
        event(scene, "jobs=1")
        try scene.wait("the event") { try follower.answers().count == 3 }
        process.signal(SIGKILL)
        try scene.wait("its end") { process.hasExited }
    }

    /// What another user is told.
    private func ask(_ scene: LedgerScene, group: Int) throws -> String {
        let program = """
            import socket, sys
            s = socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect(sys.argv[1])
            text = b""
            try:
                s.sendall(b"history\\noutput entry=app:0\\n")
                while text.count(b"\\n") < 4:
                    piece = s.recv(65536)
                    if not piece: break
                    text += piece
            except OSError: text += s.recv(65536)
            print(text.decode())
            """
        let output = "\(scene.directory.path)/answer-\(group)"
        let process = try ChildProcess(
            [
                "/usr/bin/setpriv", "--reuid", "12376", "--regid", "\(group)", "--clear-groups", "/usr/bin/python3",
                "-c",
                program, "\(scene.runtime)/ledger.sock",
            ], environment: [], output: output, errors: "\(output)-errors")
        try scene.wait("answer") { process.hasExited }
        return (TextFile.read(output) ?? "") + (TextFile.read("\(output)-errors") ?? "")
    }

    @Test("looks through the whole of the database, prunes it, and hands out a copy")
    func longQuestions() throws {
        let scene = try LedgerScene()
        for index in 0..<300 { scene.run(index % 3) }
        try scene.launch()
        try scene.wait("rows") { scene.hasAll() }
        try scene.wait("socket") { FileSystem.exists("\(scene.runtime)/ledger.sock") }
        #expect(try scene.ask(.check).last == .done(.init(count: 0)))
        #expect(try scene.ask(.prune).last == .done(.init(count: 0)))
        guard case .done(let done)? = try scene.ask(.backup).last else { return #expect(Bool(false)) }
        let file = try #require(scene.file)
        let bytes = try file.file.beginning(Int(done.count) + 1)
        #expect(Int64(bytes.count) == done.count)
        try Descriptor.create("\(scene.directory.path)/copy.db").writeAll(bytes)
        let copy = try SQLiteReader("\(scene.directory.path)/copy.db", tails: SharedTails())
        #expect(try copy.history(HistoryQuery(job: "app:1", limit: 1_000)).rows.count == 100)
        #expect(try FileSystem.names(in: scene.state).filter { $0.contains("backup") }.isEmpty)
    }
}
