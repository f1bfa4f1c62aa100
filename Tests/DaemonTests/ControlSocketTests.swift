import Clocks
import Glibc
import Links
import Model
import Supervision
import TestSupport
import Testing
import Turns
import Wire

@testable import Daemon
@testable import Kernel

@Suite("The control socket")
struct ControlSocketTests: ControlPlays {
    // MARK: Questions

    @Test("says who it is, and answers ping")
    func greeting() throws {
        let play = try play()
        let client = try PlayedClient(play)
        let greeting = try #require(try client.hear()?.first)
        #expect(greeting.hasPrefix("cronsupd protocol=1 version=") && greeting.contains("jobs.yaml"))
        #expect(try client.ask("ping", play) == ["pong"])
    }

    @Test("says how each job stands, and how one does")
    func status() throws {
        let play = try play(
            jobs: 3,
            more:
                "- {name: off, kind: function.swift, method: heartbeat, meta: {type: cron.job, interval: 1s, enabled: false}}\n"
        )
        try play.daemon.turn()
        try play.kernel.processes[1].say(.ready(.init(next: play.slot)))
        try play.daemon.turn()
        let client = try client(play)
        let all = try client.ask("status", play)
        try #require(all.count == 4 && all.last == "done count=3 disabled=1")
        #expect(all[0].hasPrefix("job entry=app:job1 state=starting interval=10s"))
        #expect(all[1].hasPrefix("job entry=app:job2 state=idle interval=10s next_us="))
        let one = try client.ask("status entry=app:job3", play)
        #expect(one.count == 2 && one[0].hasPrefix("job entry=app:job3 ") && one[1] == "done count=1 disabled=1")
        #expect(
            try client.ask("status entry=app:none", play) == [
                "refused code=unknown error=\"there is no job 'app:none'\""
            ])
        #expect(try client.ask("run entry=app:off", play) == ["refused code=disabled error=\"'app:off' is disabled\""])
    }

    @Test("says when a job runs next, slot by slot, after a pause and up to its end")
    func next() throws {
        let (play, worker) = try served()
        let client = try client(play)
        let first = play.kernel.moment.wall.nanoseconds / 1_000 + 10_000_000
        func slots(_ seconds: [Int64]) -> [Substring] {
            seconds.map { Substring("slot at_us=\(first + $0 * 1_000_000)") } + ["done"]
        }
        #expect(try client.ask("next entry=app:job1 count=3", play) == slots([0, 10, 20]))
        #expect(try client.ask("next entry=app:job1", play).count == 6)
        #expect(try client.ask("next entry=app:job1 count=0", play).first?.contains("code=malformed") == true)
        #expect(try client.ask("next entry=app:none", play).first?.contains("code=unknown") == true)
        var told = try client.ask("next entry=app:job1 count=10000", play)
        var rounds = 1
        while told.last != "done", rounds < 100 {
            try play.daemon.turn()
            told += try client.hear() ?? []
            rounds += 1
        }
        #expect(told.count == 10_001 && rounds > 10, "\(told.count) in \(rounds)")
        let other = try self.client(play)
        _ = try other.ask("pause entry=app:job1 until_us=\(first + 15_000_000)", play)
        try worker.say(.asked(true))
        try play.daemon.turn()
        #expect(try client.ask("next entry=app:job1 count=2", play) == slots([20, 30]))
        _ = try other.hear()
        _ = try other.ask("pause entry=app:job1", play)
        #expect(try client.ask("next entry=app:job1", play) == ["done"])
    }

    @Test("knows the run that is going, the last one, and the failures in a row, with what the last one said")
    func runs() throws {
        let (play, worker) = try served()
        let client = try client(play)
        let slot = play.slot
        play.kernel.now = play.kernel.now + .seconds(10)
        try worker.say(.begin(.init(run: 1, slot: slot, next: play.slot, lateness: .milliseconds(2))))
        try play.daemon.turn()
        let going = try #require(try client.ask("status", play).first)
        #expect(going.contains(" state=running ") && going.contains(" run=1 slot_us="))
        try worker.say(
            .end(
                .init(
                    run: 1, slot: slot, next: play.slot, lateness: .milliseconds(2), duration: .seconds(3),
                    outcome: .failed, text: "no disk")))
        try play.daemon.turn()
        let ended = try #require(try client.ask("status", play).first)
        for field in [
            " last_run=1 ", " lateness_us=2000 ", " duration_us=3000000 ", " outcome=failed ", " failed=1 ",
            " failures=1", " text=\"no disk\"",
        ] { #expect(ended.contains(field), "\(field): \(ended)") }
    }

    // MARK: Whatever comes

    @Test(
        "refuses what is no request, and goes on",
        arguments: [
            ("", "malformed"), ("\u{1}\u{2}", "unsupported"), ("stop now", "malformed"), ("watch", "unsupported"),
            ("status entry=", "malformed"), ("status entry=none", "malformed"), ("run", "malformed"),
            ("run entry=\"app:job1", "malformed"), ("run entry=app:job1 wait=yes", "malformed"),
            ("run entry=app:job1 queue=true", "unsupported"), ("reload force=true", "unsupported"),
        ])
    func malformed(line: String, code: String) throws {
        let (play, worker) = try served()
        let client = try client(play)
        let answer = try client.ask(line, play)
        #expect(answer.count == 1 && answer[0].hasPrefix("refused code=\(code) error="), "\(answer)")
        #expect(try client.ask("ping", play) == ["pong"])
        #expect(try worker.readInput() == "")
        #expect(try play.records("Operator").isEmpty)
    }

    @Test("passes over fields of a question that it does not know")
    func newerQuestion() throws {
        let play = try play()
        #expect(try client(play).ask("status columns=all", play).last == "done count=1 disabled=0")
    }

    @Test("takes a request in pieces, and several at once, and answers what was asked before the client has finished")
    func pieces() throws {
        let play = try play()
        let client = try client(play)
        for piece in ["pi", "n"] {
            try client.say(piece)
            try play.daemon.turn()
            #expect(try client.hear() == [])
        }
        #expect(try client.ask("g\nping\nstatus", play).map { $0.prefix(4) } == ["pong", "pong", "job ", "done"])
    }

    @Test("ends with a client whose request is longer than a message")
    func tooLong() throws {
        let play = try play()
        let client = try client(play)
        try client.say([UInt8](repeating: UInt8(ascii: "x"), count: 10_000))
        try play.daemon.turn()
        try play.daemon.turn()
        #expect(try client.hear() == ["refused code=malformed error=\"longer than 4096 bytes\""])
        #expect(try client.hear() == nil)
    }

    @Test("lets go of a client that has gone, in whatever it was")
    func gone() throws {
        let (play, _) = try served()
        for request in ["", "pi", "status\n", "run entry=app:job1 wait=true\n", "reload wait=true\n"] {
            let client = try client(play)
            try client.say(request)
            try play.daemon.turn()
            client.leave()
            for _ in 0..<3 { try play.daemon.turn() }
            #expect(play.daemon.control?.clientCount == 0, "\(request)")
        }
    }

    // MARK: Patience

    @Test("waits for the rest of a request, and for a reader, for 10 s; a client that asks nothing may stay")
    func patience() throws {
        let play = try play(jobs: 100)
        let (half, deaf, idle) = (try client(play), try client(play), try client(play))
        try half.say("pin")
        // More than a socket holds.
        for _ in 0..<40 { try deaf.say(String(repeating: "status\n", count: 100)) }
        for _ in 0..<40 { try play.daemon.turn() }
        play.kernel.now = play.kernel.now + .seconds(9)
        try play.daemon.turn()
        #expect(play.daemon.control?.clientCount == 3)
        play.kernel.now = play.kernel.now + .seconds(2)
        try play.daemon.turn()
        try play.daemon.turn()
        #expect(play.daemon.control?.clientCount == 1)
        #expect(try half.hear() == nil)
        play.kernel.now = play.kernel.now + .seconds(3_600)
        try play.daemon.turn()
        #expect(try idle.ask("ping", play) == ["pong"])
    }

    @Test("says at most 256 lines in a round, to all together, and each gets all of them in the end")
    func budget() throws {
        let play = try play(jobs: 90)
        let clients = try (0..<8).map { _ in try client(play) }
        for client in clients { try client.say("status\n") }
        var (counts, rounds) = ([Int](repeating: 0, count: 8), 0)
        while counts.contains(where: { $0 < 91 }), rounds < 20 {
            try play.daemon.turn()
            let heard = try clients.map { try $0.hear()?.count ?? 0 }
            #expect(heard.reduce(0, +) <= RoundBudget.lines)
            for (index, count) in heard.enumerated() { counts[index] += count }
            rounds += 1
        }
        #expect(counts == [Int](repeating: 91, count: 8))
        #expect(rounds >= 3)
    }

    // MARK: Many

    @Test("has 64 at a time: the one that has said nothing for the longest gives way")
    func many() throws {
        let play = try play()
        let clients = try (0..<64).map { _ in try client(play) }
        play.kernel.now = play.kernel.now + .seconds(1)
        #expect(try clients[0].ask("ping", play) == ["pong"])
        #expect(try client(play).ask("ping", play) == ["pong"])
        #expect(play.daemon.control?.clientCount == 64)
        #expect(try clients[1].hear() == nil)
        #expect(try clients[0].ask("ping", play) == ["pong"])
    }

    @Test("has 16 of one user, and keeps 8 for root and its own user, whatever the others do")
    func users() throws {
        let play = try play()
        var user: UInt32 = 2_000
        play.daemon.control?.identify = { _ in Peer(process: 1, user: user, groups: [77]) }
        play.daemon.control?.rights = ControlRights(owner: 0, observers: 77)
        var clients: [PlayedClient] = []
        for number in 0..<80 {
            user = 2_000 + UInt32(number / 20)
            let client = try client(play)
            // Half a request: none of them is idle.
            try client.say("pi")
            try play.daemon.turn()
            clients.append(client)
        }
        #expect(play.daemon.control?.clientCount == 56)
        #expect(try clients[16].hear() == nil)
        user = 0
        let own = try (0..<8).map { _ in try client(play) }
        #expect(play.daemon.control?.clientCount == 64)
        #expect(try own.allSatisfy { try $0.ask("ping", play) == ["pong"] })
    }

    // MARK: Rights

    @Test("answers observers, has operators change things, and shows the door to all others")
    func rights() throws {
        let (play, worker) = try served()
        var groups: Set<UInt32> = []
        play.daemon.control?.identify = { _ in Peer(process: 4_711, user: 2_000, groups: groups) }
        play.daemon.control?.rights = ControlRights(owner: 0, operators: 66, observers: 77)
        let stranger = try PlayedClient(play)
        #expect(try stranger.hear() == ["refused code=denied error=\"user 2000 may not ask this cronsupd\""])
        #expect(try stranger.hear() == nil)
        groups = [77]
        let observer = try client(play)
        #expect(try observer.ask("status", play).last == "done count=1 disabled=0")
        for request in ["run entry=app:job1", "reload"] {
            #expect(try observer.ask(request, play).first?.hasPrefix("refused code=denied ") == true)
        }
        #expect(try worker.readInput() == "" && play.records("Operator").isEmpty)
        groups = [66]
        let planner = try client(play)
        #expect(try planner.ask("run entry=app:job1", play) == [])
        let note = try #require(try play.records("Operator").first)
        #expect(note.contains("action=run entry=app:job1 uid=2000 pid=4711"))
    }

    @Test("knows root, its own user and the groups, and nobody whose number stands for all others")
    func whoMay() {
        func right(_ user: UInt32, _ groups: Set<UInt32> = [], owner: UInt32 = 500) -> ControlRights.Right {
            ControlRights(owner: owner, operators: 66, observers: 77)
                .right(of: Peer(process: 1, user: user, groups: groups))
        }
        #expect(right(0) == .all && right(500) == .all && right(501) == .none)
        #expect(right(501, [1, 66]) == .all && right(501, [77]) == .read && right(501, [77, 66]) == .all)
        #expect(right(65_534, [66, 77]) == .none && right(65_534, owner: 65_534) == .none)
        let nobody = ControlRights(owner: 0, operators: 65_534, observers: 65_534)
        #expect(nobody.right(of: Peer(process: 1, user: 501, groups: [65_534])) == .none)
        #expect(throws: ControlRights.NoSuchGroup.self) {
            try ControlRights(operators: "no such group", observers: nil)
        }
    }

    // MARK: Its file

    @Test("stands where it is looked for, with the mode of its rights, and goes with the daemon")
    func file() throws {
        let play = try play()
        let path = "\(play.daemon.runtime.path ?? "")/control.sock"
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode == S_IFSOCK | 0o600)
        unlink(path)
        play.daemon.control?.restore()
        #expect(try client(play).ask("ping", play) == ["pong"])
        play.daemon.control?.close()
        #expect(lstat(path, &status) != 0)
    }

    @Test("has a path of any length, and takes the place of what a killed daemon has left")
    func longPath() throws {
        let directory = try TemporaryDirectory()
        let long = "\(directory.path)/" + String(repeating: "a", count: 150)
        try FileSystem.createDirectories(long)
        for mode: UInt32 in [0o600, 0o666] {
            let listener = try ListeningSocket("control.sock", in: long, mode: mode)
            let client = try StreamSocket(connectingTo: "control.sock", in: long)
            #expect(try client.send([1]) == .bytes(1))
            #expect(try accepts(listener))
            #expect(try !accepts(listener))
            var status = stat()
            #expect(lstat("\(long)/control.sock", &status) == 0 && status.st_mode == S_IFSOCK | mode)
        }
        #expect(throws: SystemError.self) { _ = try StreamSocket(connectingTo: "control.sock", in: long) }
        #expect(try FileSystem.names(in: long) == ["control.sock"])
    }

    private func accepts(_ listener: borrowing ListeningSocket) throws -> Bool {
        if let socket = try listener.accept() { return try Peer(of: socket).user == geteuid() }
        return false
    }
}
