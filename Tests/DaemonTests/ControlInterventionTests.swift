import Clocks
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

@Suite("What operators do to a job through the control socket")
struct ControlInterventionTests: ControlPlays {
    /// In a run that somebody has asked for.
    private func running() throws -> (play: PlayedDaemon, worker: PlayedProcess) {
        let (play, worker) = try served()
        _ = try client(play).ask("run entry=app:job1", play)
        try worker.say(.begin(.init(run: 1, slot: nil, next: play.slot, lateness: .zero, call: -1)))
        try play.daemon.turn()
        return (play, worker)
    }

    private func end(_ play: PlayedDaemon, _ worker: PlayedProcess, run: Int64 = 1, slot: SlotInstant? = nil) throws {
        try worker.say(
            .end(
                .init(
                    run: run, slot: slot, next: play.slot, lateness: .zero, duration: .seconds(2), outcome: .ok,
                    text: "secret")))
        try play.daemon.turn()
    }

    @Test("cancels a run, says who has, and answers at its end those who wait for it")
    func cancel() throws {
        let (play, worker) = try running()
        let (asking, waiting) = (try client(play), try client(play))
        #expect(try waiting.ask("wait entry=app:job1", play) == ["running entry=app:job1 run=1"])
        #expect(try asking.ask("cancel entry=app:job1 run=7", play).first?.hasPrefix("refused code=idle ") == true)
        #expect(play.kernel.signals.isEmpty)
        #expect(try asking.ask("cancel entry=app:job1 run=1 wait=true", play) == ["running entry=app:job1 run=1"])
        #expect(play.kernel.signals == ["terminate 0"])
        try play.bury(worker, .signaled(15, dumpedCore: false))
        let ended =
            "ended entry=app:job1 run=1 outcome=cancelled duration_us=0 text=\"cancelled by an operator\""
        #expect(try asking.hear() == [Substring(ended), "done"])
        #expect(try waiting.hear() == [Substring(ended), "done"])
        let record = try #require(try play.records("TICK CANCELLED").first)
        #expect(record.contains("reason=operator") && record.contains("cause=manual"), "\(record)")
        let note = try #require(try play.records("action=cancel").first)
        #expect(note.contains("entry=app:job1 run=1 uid=") && note.contains(" pid="), "\(note)")
        #expect(try asking.ask("cancel entry=app:job1", play).first?.hasPrefix("refused code=idle ") == true)
        #expect(try play.records("action=cancel").count == 1)
    }

    @Test("cancels a run that has not begun, and tells who has asked for it")
    func notBegun() throws {
        let play = try play()
        try play.daemon.turn()
        let (asking, other) = (try client(play), try client(play))
        #expect(try asking.ask("run entry=app:job1 wait=true", play) == [])
        #expect(try other.ask("cancel entry=app:job1 wait=true", play) == ["done"])
        #expect(try asking.hear()?.first?.hasPrefix("refused code=idle ") == true)
    }

    @Test("sends a signal to the command of a run, or to the worker that runs a function")
    func kill() throws {
        let (play, _) = try running()
        let client = try client(play)
        #expect(
            try client.ask("kill entry=app:job1 signal=usr1", play) == ["running entry=app:job1 run=1", "done"])
        #expect(play.kernel.signals == ["SIGUSR1 worker 0"])
        #expect(try play.records("action=kill").first?.contains("run=1 signal=SIGUSR1 ") == true)
        #expect(try client.ask("kill entry=app:job1 signal=HUB", play).first?.contains("code=malformed") == true)
        #expect(try client.ask("kill entry=app:none signal=HUP", play).first?.contains("code=unknown") == true)
        let (idle, _) = try served()
        #expect(
            try self.client(idle).ask("kill entry=app:job1 signal=HUP", idle).first?.contains("code=idle") == true)
        #expect(idle.kernel.signals.isEmpty)
    }

    @Test("starts a fresh worker, after the run or at once, and forgets failures")
    func workers() throws {
        let (play, worker) = try served()
        let client = try client(play)
        #expect(try client.ask("restart entry=app:job1", play) == ["done count=1"])
        #expect(try worker.readInput() == nil)
        try play.bury(worker)
        try play.daemon.turn()
        #expect(play.kernel.processes.count == 2)
        #expect(try play.records("Worker exited").isEmpty)
        #expect(try play.records("action=restart").count == 1)
        try play.bury(play.kernel.processes[1], .exited(code: 1))
        #expect(play.daemon.pool.jobsByID.values.first?.supervisor.failures == 1)
        #expect(try client.ask("reset entry=app:job1", play) == ["done count=1"])
        try play.daemon.turn()
        #expect(play.kernel.processes.count == 3)
        #expect(try client.ask("reset entry=app:job1", play) == ["done count=0"])
        let (other, busy) = try running()
        let asking = try self.client(other)
        #expect(
            try asking.ask("restart entry=app:job1", other) == ["running entry=app:job1 run=1", "done count=1"])
        #expect(try asking.ask("restart entry=app:job1 now=true", other) == ["done count=1"])
        #expect(other.kernel.signals == ["terminate 0"])
        try other.bury(busy)
        #expect(try other.records("TICK CANCELLED").count == 1)
    }

    @Test("gives up nothing where nothing is owed")
    func owed() throws {
        let (play, _) = try served()
        #expect(
            try client(play).ask("cancel entry=app:job1 owed=true", play).first?.hasPrefix("refused code=idle ")
                == true)
        #expect(try play.records("Operator").isEmpty)
    }

    // MARK: Waiting

    @Test("waits for the next run that ends, or for a certain one, also if that is over already")
    func wait() throws {
        let (play, worker) = try served()
        let (next, first) = (try client(play), try client(play))
        #expect(try first.ask("wait entry=app:job1 run=1", play).first?.contains("has not begun") == true)
        #expect(try next.ask("wait entry=app:job1", play) == [])
        play.kernel.now = play.kernel.now + .seconds(10)
        let slot = SlotInstant(nanoseconds: play.kernel.now.nanoseconds)
        try worker.say(.begin(.init(run: 1, slot: slot, next: play.slot, lateness: .zero)))
        try play.daemon.turn()
        #expect(try first.ask("wait entry=app:job1 run=1", play) == ["running entry=app:job1 run=1"])
        try end(play, worker, slot: slot)
        let ended = ["ended entry=app:job1 run=1 outcome=ok duration_us=2000000 text=secret", "done"]
        #expect(try next.hear().map { $0.map(String.init) } == ended)
        #expect(try first.hear().map { $0.map(String.init) } == ended)
        #expect(!play.daemon.pool.awaitsEnds)
        #expect(try first.ask("wait entry=app:job1 run=1", play).map(String.init) == ended)
        _ = try next.ask("run entry=app:job1", play)
        try worker.say(.begin(.init(run: 2, slot: nil, next: play.slot, lateness: .zero, call: -1)))
        try end(play, worker, run: 2)
        #expect(
            try first.ask("wait entry=app:job1 run=2", play).first?.hasPrefix("ended entry=app:job1 run=2 ") == true)
        #expect(try first.ask("wait entry=app:job1 run=1", play).map(String.init) == ended)
    }

    @Test("keeps a bounded number of ends of runs by hand")
    func endedRuns() throws {
        var runs = EndedRuns()
        let id = EntryID("app:job1")!
        for number in 1...Int64(EndedRuns.most + 1) {
            runs.note(
                .init(number: number, call: -1, began: WallInstant(nanoseconds: 0), text: "x"), .ok, of: id)
        }
        #expect(runs.run(1, of: id) == nil && runs.run(2, of: id)?.run == 2 && runs.run(257, of: id) != nil)
    }

    @Test("tells those who wait that the job is gone, or that cronsupd stops")
    func gone() throws {
        let (play, _) = try served()
        let client = try client(play)
        #expect(try client.ask("wait entry=app:job1", play) == [])
        try play.turn(with: .terminate)
        try play.bury(play.kernel.processes[0])
        #expect(try client.hear()?.first?.hasPrefix("refused code=stopping ") == true)
    }

    @Test("is denied to who may only ask, but for waiting, which does not show what a run has said")
    func rights() throws {
        let (play, worker) = try running()
        play.daemon.control?.rights = ControlRights(owner: 0, observers: 7)
        play.daemon.control?.identify = { _ in Peer(process: 1, user: 1_000, groups: [7]) }
        let client = try client(play)
        for request in ["cancel", "restart", "reset", "kill signal=HUP", "cancel owed=true"] {
            let words = request.split(separator: " ")
            let line = ([words[0], "entry=app:job1"] + words.dropFirst()).joined(separator: " ")
            #expect(try client.ask(line, play).first?.hasPrefix("refused code=denied ") == true, "\(line)")
        }
        #expect(try client.ask("wait entry=app:job1", play) == ["running entry=app:job1 run=1"])
        try end(play, worker)
        #expect(
            try client.hear() == ["ended entry=app:job1 run=1 outcome=ok duration_us=2000000 text=\"\"", "done"])
        #expect(play.kernel.signals.isEmpty)
    }
}
