import Clocks
import Testing
import Wire

@testable import Daemon
@testable import Kernel

@Suite("A round of the daemon's loop, on a played kernel")
struct LoopRoundTests {
    private static func registry(_ count: Int) -> String {
        let jobs = (1...count).map {
            "- {name: job\($0), kind: function.swift, method: heartbeat, meta: {type: cron.job, interval: 10s}}\n"
        }
        return "namespace: app\nentries:\n" + jobs.joined()
    }

    /// A daemon whose one worker was started and has not said `ready`.
    private func started() throws -> (play: PlayedDaemon, process: PlayedProcess) {
        let play = try PlayedDaemon(Self.registry(1))
        try play.daemon.turn()
        return (play, try #require(play.kernel.processes.first))
    }

    @Test("starts 32 workers, and looks at the pipes before it starts the others")
    func deadlines() throws {
        let play = try PlayedDaemon(Self.registry(34))
        try play.daemon.turn()
        #expect(play.kernel.processes.count == 32)
        try play.kernel.processes[0].say(.ready(.init(next: play.slot)))
        try play.daemon.turn()
        #expect(play.kernel.processes.count == 34)
        #expect(try play.records("Worker started").count == 1)
    }

    @Test("waits no longer than until the first deadline")
    func wait() throws {
        let (play, process) = try started()
        #expect(play.kernel.lastWait == 0)
        try play.daemon.turn()
        #expect(play.kernel.lastWait == 30_000)
        try process.say(.ready(.init(next: play.slot)))
        play.kernel.now = play.kernel.now + .seconds(1)
        try play.daemon.turn()
        #expect(play.kernel.lastWait == 29_000)
        try play.daemon.turn()
        #expect(play.kernel.lastWait == 14_000)
    }

    @Test("hears its workers before it judges their silence")
    func hearing() throws {
        let (play, process) = try started()
        play.kernel.now = play.kernel.now + .milliseconds(30_500)
        try process.say(.ready(.init(next: play.slot)))
        try play.daemon.turn()
        #expect(try play.records("Worker started").count == 1)
        #expect(play.kernel.signals.isEmpty)
    }

    @Test("judges no silence by a moment that came while it waited, but in the next round")
    func heard() throws {
        let (play, _) = try started()
        play.kernel.onWait = {
            play.kernel.now = play.kernel.now + .milliseconds(30_500)
            play.kernel.onWait = {}
        }
        try play.daemon.turn()
        #expect(play.kernel.signals.isEmpty)
        try play.daemon.turn()
        #expect(play.kernel.signals == ["kill 0"])
        #expect(try play.records("Worker hung").count == 1)
    }

    @Test("buries a worker at SIGCHLD, and starts the next one when it is time for it")
    func exit() throws {
        let (play, process) = try started()
        try play.bury(process, .exited(code: 3))
        #expect(try play.records("Worker exited").first?.contains("exit 3") == true)
        #expect(play.kernel.processes.count == 1)
        play.kernel.now = play.kernel.now + .seconds(2)
        try play.daemon.turn()
        #expect(play.kernel.processes.count == 2)
    }

    @Test("stops at SIGTERM, loses patience at the second, and is over when all workers have gone")
    func stop() throws {
        let (play, process) = try started()
        _ = try process.readInput()
        try play.turn(with: .terminate)
        #expect(try process.readInput() == nil && play.kernel.signals.isEmpty)
        try play.turn(with: .interrupt)
        #expect(play.kernel.signals == ["terminate 0"])
        try play.bury(process)
        #expect(try play.records("Worker stopped").count == 1)
        try play.turn(with: .hangUp)
        #expect(play.kernel.processes.count == 1)
    }

    @Test("says at once which runs a stop waits for, and how long, and that a further signal hurries")
    func waiting() throws {
        let play = try PlayedDaemon(Self.registry(3))
        try play.daemon.turn()
        let slot = play.slot
        for process in play.kernel.processes { try process.say(.ready(.init(next: slot))) }
        play.kernel.now = play.kernel.now + .seconds(10)
        for process in play.kernel.processes.dropLast() {
            try process.say(.begin(.init(run: 1, slot: slot, next: slot + .seconds(10), lateness: .zero)))
        }
        try play.daemon.turn()
        play.kernel.now = play.kernel.now + .milliseconds(300)
        try play.turn(with: .terminate)
        let records = try play.records("Waiting for runs")
        #expect(records.count == 1 && records.first?.contains(" count=2 at_most=10s text=\"then they are") == true)
        // As it says.
        try play.turn(with: .terminate)
        #expect(play.kernel.signals == ["terminate 0", "terminate 1", "terminate 2"])
        try play.turn(with: .terminate)
        #expect(play.kernel.signals.suffix(3) == ["kill 0", "kill 1", "kill 2"])
        #expect(try play.records("Waiting for runs").count == 1)
    }

    @Test("says nothing of the kind at a stop in which no run is going")
    func nothingToWaitFor() throws {
        let (play, _) = try started()
        try play.turn(with: .terminate)
        #expect(try play.records("Waiting for runs").isEmpty)
    }

    @Test("reads the registry again at SIGHUP, while its workers are heard, and starts what was added")
    func reload() throws {
        let (play, process) = try started()
        try play.declare(Self.registry(2))
        try play.turn(with: .hangUp)
        let query = try #require(play.kernel.processes.last)
        #expect(query.arguments == ["--catalog"])
        try process.say(.ready(.init(next: play.slot)))
        try play.daemon.turn()
        #expect(try play.records("Worker started").count == 1 && play.records("Reloaded registry").isEmpty)
        try query.write("protocol 2\nfunction heartbeat\n", to: 1)
        try play.bury(query)
        let record = try #require(try play.records("Reloaded registry").first)
        #expect(record.contains("added=1") && record.contains("unchanged=1"))
        #expect(play.kernel.processes.last?.arguments == ["app:job2", "10s"])
    }
}
