import Clocks
import Glibc
import Links
import Model
import Supervision
import TestSupport
import Testing
import Turns
import Values
import Wire

@testable import Daemon
@testable import Kernel

@Suite("Pauses that are asked for")
struct ControlPauseTests: ControlPlays {
    @Test("are answered when the worker has said that it asks, and say which run goes on")
    func pause() throws {
        let (play, worker) = try served()
        let client = try client(play)
        #expect(try client.ask("pause entry=app:job1 note=\"new disk\"", play) == [])
        #expect(try worker.readInput() == "ask value=true\n")
        try worker.say(.asked(true))
        try play.daemon.turn()
        try play.daemon.turn()
        #expect(try client.hear() == ["done count=1 running=0"])
        let record = try #require(try play.records("Operator request").first)
        #expect(record.contains("action=pause entry=app:job1 ") && record.contains("note=\"new disk\""))
        let status = try client.ask("status entry=app:job1", play)
        #expect(status[0].contains(" state=paused ") && status[0].contains(" pause=app:job1 pause_since_us="))
        #expect(
            status[0].contains(" pause_uid=\(geteuid()) pause_note=\"new disk\"") && !status[0].contains("next_us="))
        #expect(try client.ask("resume entry=app:job1", play) == ["done count=1 paused=0"])
        #expect(try worker.readInput() == "ask value=false\n")
        #expect(try client.ask("resume entry=app:job1", play) == ["done count=0 paused=0"])
        #expect(try play.records("Operator request").count == 2)
    }

    @Test(
        "are answered after a while where a worker does not answer, and say which; the job is shown as one that is not paused yet"
    )
    func silence() throws {
        let (play, worker) = try served()
        let (client, other) = (try client(play), try client(play))
        #expect(try client.ask("pause all=true", play) == [])
        #expect(try other.ask("status", play)[0].contains(" state=pausing "))
        play.kernel.now = play.kernel.now + .milliseconds(9_999)
        try play.daemon.turn()
        #expect(try client.hear() == [])
        play.kernel.now = play.kernel.now + .milliseconds(1)
        try play.daemon.turn()
        #expect(
            try client.hear() == [
                "pausing entry=app:job1 pid=\(worker.pid)", "done count=1 running=0 pausing=1",
            ])
        try worker.say(.asked(true))
        try play.daemon.turn()
        #expect(try other.ask("status", play)[0].contains(" state=paused "))
        #expect(try client.ask("pause entry=app:job1", play) == ["done count=1 running=0"])
    }

    @Test("say whose pause they take the place of")
    func replaced() throws {
        let (play, worker) = try served()
        let client = try client(play)
        func pause(_ request: String) throws -> [Substring] {
            var told = try client.ask(request, play)
            for _ in 0..<3 where told.last?.hasPrefix("done") != true {
                try play.daemon.turn()
                told += try client.hear() ?? []
            }
            return told
        }
        let until = (play.kernel.moment.wall.nanoseconds + 5_000_000_000) / 1_000
        #expect(try client.ask("pause all=true until_us=\(until) note=mine", play) == [])
        try worker.say(.asked(true))
        try play.daemon.turn()
        try play.daemon.turn()
        #expect(try client.hear() == ["done count=1 running=0"])
        let told = try pause("pause all=true")
        #expect(
            told.first?.hasPrefix("replaced scope=--all since_us=") == true
                && told[0].hasSuffix(" until_us=\(until) uid=\(geteuid()) note=mine"), "\(told)")
        #expect(told.last == "done count=1 running=0")
        let record = try #require(try play.records("Operator request").last)
        #expect(record.contains("replaced_uid=\(geteuid()) ") && record.contains("replaced_note=mine"), "\(record)")
        // One that is over has no place that could be taken.
        #expect(try pause("pause entry=app:job1 until_us=\(until)") == ["done count=1 running=0"])
        play.kernel.now = play.kernel.now + .seconds(6)
        #expect(try pause("pause entry=app:job1") == ["done count=1 running=0"])
    }

    @Test("name a run that goes on, and do not wait for its end")
    func running() throws {
        let (play, worker) = try served()
        let client = try client(play)
        let slot = play.slot
        play.kernel.now = play.kernel.now + .seconds(11)
        try worker.say(.begin(.init(run: 1, slot: slot, next: slot + .seconds(10), lateness: .zero)))
        try play.daemon.turn()
        var told = try client.ask("pause all=true", play)
        for _ in 0..<3 where told.isEmpty {
            try play.daemon.turn()
            told = try client.hear() ?? []
        }
        #expect(told == ["running entry=app:job1 run=1", "done count=1 running=1"])
        #expect(try client.ask("status entry=app:job1", play)[0].contains(" state=running "))
    }

    @Test("hold for a job that a reload adds, and one that a wider one holds for is not resumed by itself")
    func scopes() throws {
        let play = try play(
            more:
                "- {name: other, kind: function.swift, method: heartbeat, concurrency: {group: db, max: 1}, meta: {type: cron.job, interval: 10s}}\n"
        )
        let client = try client(play)
        #expect(try client.ask("pause group=db", play) == ["done count=1 running=0"])
        #expect(try client.ask("pause group=web", play).first?.hasPrefix("refused code=unknown ") == true)
        #expect(try client.ask("pause entry=app:none", play).first?.hasPrefix("refused code=unknown ") == true)
        let refused = try client.ask("resume entry=app:other", play)
        #expect(
            refused.first?.hasPrefix("refused code=paused ") == true && refused[0].contains("--group db"), "\(refused)")
        #expect(try client.ask("resume entry=app:job1", play) == ["done count=0 paused=0"])
        try play.declare(
            "namespace: app\nentries:\n- {name: job1, kind: function.swift, method: heartbeat, meta: {type: cron.job, interval: 10s}}\n"
                + "- {name: new, kind: function.swift, method: heartbeat, concurrency: {group: db, max: 1}, meta: {type: cron.job, interval: 10s}}\n"
        )
        try play.turn(with: .hangUp)
        try play.finishReload()
        let new = try #require(EntryID("app:new"))
        #expect(play.daemon.pool.jobsByID[new]?.supervisor.isPaused == true)
        #expect(play.daemon.pool.jobsByID.values.count(where: \.supervisor.isPaused) >= 1)
        #expect(try client.ask("pause entry=app:new", play) == ["done count=1 running=0"])
        #expect(try client.ask("resume group=db", play).last?.hasSuffix("paused=1") == true)
    }

    @Test("that were ended before they held are not answered as if they did")
    func endedBefore() throws {
        let (play, worker) = try served()
        let (client, other) = (try client(play), try self.client(play))
        #expect(try client.ask("pause entry=app:job1", play) == [])
        #expect(try other.ask("resume entry=app:job1", play).first?.hasPrefix("done count=1") == true)
        for _ in 0..<3 { try play.daemon.turn() }
        #expect(try client.hear()?.first?.hasPrefix("refused code=paused ") == true)
        // Another one in its place.
        #expect(try client.ask("pause entry=app:job1", play) == [])
        #expect(try other.ask("pause entry=app:job1 note=other", play).first?.hasPrefix("replaced ") == true)
        for _ in 0..<3 { try play.daemon.turn() }
        #expect(try client.hear()?.first?.hasPrefix("refused code=paused ") == true)
        // It answers each of what it was told.
        let told = try #require(try worker.readInput())
        for line in told.split(separator: "\n") {
            try worker.say(.asked(line.hasSuffix("true")))
            try play.daemon.turn()
        }
        for _ in 0..<3 { try play.daemon.turn() }
        #expect(try other.hear() == ["done count=1 running=0"], "\(told)")
    }

    @Test("of a job are over when it is resumed, though a wider one holds on")
    func ownUnderWider() throws {
        let (play, worker) = try served()
        let client = try client(play)
        _ = try client.ask("pause entry=app:job1", play)
        try worker.say(.asked(true))
        for _ in 0..<2 { try play.daemon.turn() }
        _ = try client.hear()
        _ = try client.ask("pause all=true", play)
        for _ in 0..<2 { try play.daemon.turn() }
        _ = try client.hear()
        let refused = try client.ask("resume entry=app:job1", play)
        #expect(refused.first?.contains("its own pause is over") == true, "\(refused)")
        #expect(try client.ask("resume all=true", play).last?.hasSuffix("paused=0") == true)
    }

    @Test("end with their time, which the log says")
    func end() throws {
        let (play, worker) = try served()
        let client = try client(play)
        let end = (play.kernel.machine.moment().wall.nanoseconds + 5_000_000_000) / 1_000
        #expect(try client.ask("pause all=true until_us=1", play).first?.hasPrefix("refused code=malformed ") == true)
        _ = try client.ask("pause all=true until_us=\(end)", play)
        try worker.say(.asked(true))
        try play.daemon.turn()
        #expect(play.daemon.pool.nextDeadline <= play.kernel.now + .seconds(5))
        play.kernel.now = play.kernel.now + .seconds(6)
        try play.daemon.turn()
        try play.daemon.turn()
        #expect(try worker.readInput()?.hasSuffix("ask value=false\n") == true)
        let record = try #require(try play.records("Pause over").first)
        #expect(record.contains("scope=all count=1 until="))
    }

    @Test("are no more than there is room for")
    func limit() {
        var table = PauseTable()
        for number in 0..<PauseTable.most { _ = table.add(JobPause(scope: .group("g\(number)"))) }
        let isOneMore = table.add(JobPause(scope: .all))
        let isOneAgain = table.add(JobPause(scope: .group("g1"), note: "again"))
        #expect(!isOneMore && isOneAgain && table.pauses.count == PauseTable.most)
    }
}

@Suite("The table of pauses")
struct PauseTableTests {
    private func wall(_ seconds: Int64) -> WallInstant { WallInstant(seconds: seconds) }

    @Test("reads back what it has written, of the same boot alone, and leaves out a row that is damaged")
    func file() throws {
        var table = PauseTable()
        let notes = ["", "new disk", "a \"b\" \n c"]
        for (index, note) in notes.enumerated() {
            let until = index == 0 ? nil : wall(Int64(index) * 100)
            let scope = PauseScope.group("g\(index)")
            _ = table.add(
                JobPause(scope: scope, since: wall(Int64(index)), until: until, user: UInt32(index), note: note))
        }
        let bytes = table.encoded(boot: "b1")
        #expect(PauseTable(bytes, boot: "b1")?.pauses == table.pauses)
        #expect(PauseTable(bytes, boot: "b1")?.nextEnd == wall(100))
        #expect(PauseTable(bytes, boot: "b2") == nil && PauseTable([], boot: "b1") == nil)
        let damaged = Array(String(decoding: bytes, as: UTF8.self).replacing("uid=1", with: "uid=x").utf8)
        #expect(PauseTable(damaged, boot: "b1")?.pauses.count == 2)
    }

    @Test("knows of several pauses of a job the one that lasts longest, and up to when it was paused")
    func longest() throws {
        var job = definition()
        job.policy.concurrency = .init(group: "db", max: 1)
        var table = PauseTable()
        _ = table.add(JobPause(scope: .all, until: wall(10)))
        _ = table.add(JobPause(scope: .group("db"), until: wall(30)))
        _ = table.add(JobPause(scope: .job(job.id), until: wall(20)))
        #expect(table.pause(of: job, at: wall(5))?.scope == .group("db"))
        #expect(table.pause(of: job, at: wall(30)) == nil)
        #expect(table.end(of: job, before: wall(25)) == wall(25) && table.end(of: job, before: wall(99)) == wall(30))
        let over = table.expire(at: wall(20))
        #expect(Set(over.map(\.scope)) == [.all, .job(job.id)] && table.nextEnd == wall(30))
        _ = table.add(JobPause(scope: .all))
        #expect(table.pause(of: job, at: wall(25))?.scope == .all)
        #expect(table.wider(than: .job(job.id), group: "db", at: wall(25))?.scope == .all)
        #expect(table.wider(than: .all, group: nil, at: wall(25)) == nil)
    }
}
