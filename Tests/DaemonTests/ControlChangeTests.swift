import Clocks
import Glibc
import Model
import Supervision
import TestSupport
import Testing
import Turns
import Wire

@testable import Daemon
@testable import Kernel

@Suite("What is asked of the daemon to be done")
struct ControlChangeTests: ControlPlays {
    // MARK: Runs by hand

    @Test("begins a run beside the slots, says its number, and when it is asked to how it ends")
    func run() throws {
        let (play, worker) = try served()
        let (asking, waiting) = (try client(play), try client(play))
        #expect(try waiting.ask("run entry=app:job1 wait=true", play) == [])
        #expect(try worker.readInput() == "run call=-1\n")
        #expect(try asking.ask("run entry=app:job1", play).first?.hasPrefix("refused code=busy ") == true)
        try worker.say(.begin(.init(run: 1, slot: nil, next: play.slot, lateness: .zero, call: -1)))
        try play.daemon.turn()
        #expect(try waiting.hear() == ["started entry=app:job1 run=1"])
        #expect(try asking.ask("run entry=app:job1", play).first?.contains("run 1 of 'app:job1' is running") == true)
        try worker.say(
            .end(
                .init(
                    run: 1, slot: nil, next: play.slot, lateness: .zero, duration: .seconds(2), outcome: .failed,
                    text: "no disk")))
        try play.daemon.turn()
        #expect(
            try waiting.hear() == [
                "ended entry=app:job1 run=1 outcome=failed duration_us=2000000 text=\"no disk\"", "done",
            ])
        let record = try #require(try play.records("TICK FAILED").first)
        #expect(record.contains("run=1 cause=manual ") && !record.contains("slot="))
        #expect(play.daemon.pool.jobsByID.values.first?.supervisor.books.total == 0)
        #expect(play.daemon.pool.jobsByID.values.first?.supervisor.standing.failures == 0)
        #expect(try asking.ask("run entry=app:job1", play) == [])
        try worker.say(.begin(.init(run: 2, slot: nil, next: play.slot, lateness: .zero, call: -2)))
        try play.daemon.turn()
        #expect(try asking.hear() == ["started entry=app:job1 run=2", "done"])
        #expect(try play.records("Operator").count == 2)
    }

    @Test("tells those who wait for a run when its worker dies in it, and when the job goes before it")
    func lostRuns() throws {
        let (play, worker) = try served()
        let client = try client(play)
        _ = try client.ask("run entry=app:job1 wait=true", play)
        try worker.say(.begin(.init(run: 1, slot: nil, next: play.slot, lateness: .zero, call: -1)))
        try play.daemon.turn()
        try play.bury(worker, .exited(code: 7))
        let told = try #require(try client.hear())
        #expect(told.count == 3 && told[1].hasPrefix("ended entry=app:job1 run=1 outcome=crashed "), "\(told)")
        #expect(try client.ask("run entry=app:job1 wait=true", play).first?.hasPrefix("refused code=busy ") == true)
        let (other, _) = try served()
        let waiting = try self.client(other)
        _ = try waiting.ask("run entry=app:job1 wait=true", other)
        try other.turn(with: .terminate)
        try other.bury(other.kernel.processes[0])
        #expect(try waiting.hear()?.first?.hasPrefix("refused code=stopping ") == true)
    }

    // MARK: Reloads

    /// Rounds until no reload goes on, in which programs answer. Returns what the client was told.
    private func finishReloads(_ play: PlayedDaemon, _ client: PlayedClient) throws -> [Substring] {
        var (told, rounds) = ([Substring](), 0)
        repeat {
            play.kernel.now = play.kernel.now + .milliseconds(100)
            for program in play.kernel.processes where program.arguments == ["--catalog"] && !program.ends.isEmpty {
                try program.write("protocol 2\nfunction heartbeat\n", to: 1)
                try play.bury(program)
            }
            try play.daemon.turn()
            told += try client.hear() ?? []
            rounds += 1
        } while !play.daemon.reloader.isIdle && rounds < 200
        return told
    }

    private func text(of jobs: String) -> String { "namespace: app\nentries:\n" + jobs }

    private func heartbeat(_ name: String) -> String {
        "- {name: \(name), kind: function.swift, method: heartbeat, meta: {type: cron.job, interval: 10s}}\n"
    }

    @Test("reads the registry again, and says what has changed when it has")
    func reload() throws {
        let play = try play()
        try play.daemon.turn()
        let client = try client(play)
        try play.declare(text(of: heartbeat("job1") + heartbeat("new")))
        #expect(try client.ask("reload", play) == ["done"])
        // During that one.
        let told = try client.ask("reload wait=true", play)
        #expect(told == [])
        #expect(
            try finishReloads(play, client) == ["done count=2 disabled=0 added=0 changed=0 removed=0 unchanged=2"])
        #expect(try play.records("Reloaded registry").count == 2)
        #expect(try play.records("Operator request").count == 2)
    }

    @Test("says what is wrong with the registry, and takes one without jobs only where that is meant")
    func refusedReload() throws {
        let play = try play()
        try play.daemon.turn()
        let client = try client(play)
        func reload(_ jobs: String, _ request: String) throws -> [Substring] {
            try play.declare(text(of: jobs))
            return try client.ask(request, play) + finishReloads(play, client)
        }
        let wrong = try reload(heartbeat("job1").replacing("10s", with: "1"), "reload wait=true")
        #expect(wrong.count == 2 && wrong[0].hasPrefix("error text=") && wrong[0].contains("jobs.yaml:3:"), "\(wrong)")
        #expect(wrong.last?.hasPrefix("refused code=registry ") == true)
        let empty = "- {name: other, kind: test}\n"
        // A second one soon after the first is meant too.
        play.kernel.now = play.kernel.now + .seconds(100)
        let refused = try reload(empty, "reload wait=true")
        #expect(refused.count == 1 && refused[0].contains("--allow-empty"), "\(refused)")
        play.kernel.now = play.kernel.now + .seconds(100)
        let meant = try reload(empty, "reload wait=true allow_empty=true")
        #expect(meant == ["done count=0 disabled=0 added=0 changed=0 removed=1 unchanged=0"])
    }
}
