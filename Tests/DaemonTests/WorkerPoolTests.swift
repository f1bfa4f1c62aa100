import Clocks
import Links
import Model
import Schedules
import Testing
import Wire

@testable import Daemon
@testable import Kernel

@Suite("A pool of workers")
struct WorkerPoolTests {
    private let play: PlayedPool
    private var kernel: PlayedKernel { play.kernel }

    init() throws { play = try PlayedPool() }

    private func begin(_ slot: SlotInstant, run: Int64 = 1) -> Report {
        .begin(.init(run: run, slot: slot, next: slot + .seconds(10), lateness: .zero))
    }

    private func end(_ slot: SlotInstant, run: Int64 = 1) -> Report {
        .end(
            .init(
                run: run, slot: slot, next: slot + .seconds(10), lateness: .zero, duration: .zero, outcome: .ok,
                text: "fine"))
    }

    // MARK: Life

    @Test("starts a worker for a job, tells it what it is, and hears of its runs")
    func run() throws {
        let process = try play.start()
        #expect(process.arguments == ["app:job.one", "10s"])
        #expect(try process.readInput()?.hasPrefix("definition ") == true)
        #expect(play.pool.workerCount == 1 && play.pool.jobCount == 1)
        let slot = play.slot(10)
        kernel.now = kernel.now + .seconds(10)
        try process.say(begin(slot))
        try process.say(end(slot))
        try process.write("hello\n", to: 1)
        try play.turn()
        #expect(try play.records("Worker started").count == 1)
        #expect(try play.records("message=TICK ").first?.contains("result=fine") == true)
        #expect(try play.records("Job output").first?.contains("text=hello") == true)
        #expect(kernel.signals == [])
    }

    @Test("starts the next worker though somebody has removed the runtime directory, which is there again then")
    func removedDirectory() throws {
        let process = try play.start()
        let lock = play.pool.runtime.lockPath
        play.removeRuntimeDirectory()
        kernel.exit(process, .exited(code: 3))
        try play.reap()
        try play.passToDeadline()
        #expect(kernel.processes.count == 2 && FileSystem.exists(lock))
        #expect(try play.records("\"Lock restored\"").count == 1)
        #expect(try play.records("postponed").isEmpty)
    }

    @Test("hears what a worker wrote before it died, buries it, and starts another after a while")
    func exit() throws {
        let process = try play.start()
        let slot = play.slot(10)
        kernel.now = kernel.now + .seconds(10)
        try process.say(begin(slot))
        try process.say(end(slot))
        try process.write("half a li")
        try process.write("half a line", to: 2)
        kernel.exit(process, .exited(code: 3))
        try play.reap()
        #expect(try play.records("message=TICK ").count == 1)
        #expect(try play.records("torn at its worker's death").count == 1)
        #expect(try play.records("half a line").count == 1)
        #expect(try play.records("Worker exited").first?.contains("exit 3") == true)
        #expect(play.pool.workerCount == 0 && play.children.all.isEmpty)
        // While its number was still its own.
        #expect(kernel.signals == ["kill 0"])
        #expect(play.pool.nextDeadline > kernel.now)
        try play.passToDeadline()
        #expect(kernel.processes.count == 2 && play.pool.workerCount == 1)
    }

    @Test("looks once for what workers have left that died in a run at the same time")
    func sweep() throws {
        let processes = try ["app:a", "app:b", "app:c"].map(play.start)
        let slot = play.slot(10)
        kernel.now = kernel.now + .seconds(10)
        for process in processes { try process.say(begin(slot)) }
        try play.turn()
        for process in processes.dropLast() { kernel.exit(process, .signaled(9, dumpedCore: false)) }
        try play.reap()
        #expect(kernel.sweeps == [Set(processes.dropLast().map(\.pid))])
        #expect(play.pool.workerCount == 1)
    }

    @Test("takes nothing for a word of a worker that the one before it had on its way")
    func generation() throws {
        let process = try play.start()
        let job = try #require(play.pool.jobs[0])
        let before = job.generation
        kernel.exit(process, .exited(code: 3))
        try play.reap()
        try play.passToDeadline()
        let next = kernel.processes[1]
        try next.say(.ready(.init(next: play.slot(10))))
        play.pool.handle(.report, job: 0, generation: before)
        #expect(try play.records("Worker started").count == 1)
        play.pool.handle(.report, job: 0, generation: job.generation)
        #expect(try play.records("Worker started").count == 2)
    }

    @Test("tries again when the machine is short of something, which is no failure of the job's")
    func shortage() throws {
        kernel.refusal = SystemError("clone", "cronworker", code: 11)
        play.pool.add(definition())
        try play.passToDeadline()
        #expect(try play.records("Spawn postponed").count == 1)
        #expect(play.pool.workerCount == 0)
        kernel.refusal = nil
        try play.passToDeadline()
        #expect(play.pool.workerCount == 1)
        #expect(try play.records("Restarting worker").isEmpty)
    }

    @Test("closes the control pipes for a stop, sends SIGTERM after the grace, and is empty when all have gone")
    func stop() throws {
        let processes = try ["app:a", "app:b"].map(play.start)
        _ = try processes.map { try $0.readInput() }
        play.pool.stopAll()
        #expect(try processes.allSatisfy { try $0.readInput() == nil })
        kernel.exit(processes[0])
        try play.reap()
        #expect(!play.pool.isEmpty && kernel.signals == ["kill 0"])
        kernel.now = kernel.now + .seconds(10)
        try play.turn()
        #expect(kernel.signals == ["kill 0", "terminate 1"])
        kernel.exit(processes[1])
        try play.reap()
        #expect(play.pool.isEmpty && play.pool.leftBehind == 0)
    }

    @Test("reads no pipe any more of a worker that it leaves behind at the daemon's end")
    func leftBehind() throws {
        _ = try play.start()
        let worker = try #require(play.pool.jobs[0]?.worker)
        play.pool.stopAll()
        for pause in [10_000, 1_000, 1_500] as [Int64] {
            #expect(worker.report.end != nil)
            kernel.now = kernel.now + .milliseconds(pause)
            try play.turn()
        }
        #expect(kernel.signals == ["terminate 0", "kill 0"])
        #expect(play.pool.isEmpty && worker.report.end == nil && worker.output.end == nil)
        #expect(play.pool.leftBehind == 1)
    }

    @Test("opens no program anew to look at the stacks of a worker whose program the registry does not name any more")
    func stacks() throws {
        var job = definition()
        job.function = .swift(name: "tick", program: "/bin/sh")
        play.pool.add(job)
        try play.passToDeadline()
        let programs = play.pool.programs
        #expect(programs.image(at: "/bin/sh") != "/bin/sh")
        programs.adopt(programs.renewed(), keeping: [])
        try play.passToDeadline()
        #expect(try play.records("Worker hung").count == 1)
        #expect(programs.image(at: "/bin/sh") == "/bin/sh")
    }

    // MARK: Those that misbehave

    @Test("kills a worker that leaves its commands unread, instead of dropping them")
    func unread() throws {
        let process = try play.start()
        let job = try #require(play.pool.jobs[0])
        let message = [UInt8](repeating: 1, count: 1 << 20)
        for _ in 0..<16 { play.pool.send(message, job) }
        #expect(kernel.signals == [])
        play.pool.send(message, job)
        play.pool.send(message, job)
        #expect(kernel.signals == ["kill 0"])
        #expect(try play.records("it leaves more than 16 MiB of commands unread").count == 1)
        kernel.exit(process, .signaled(9, dumpedCore: false))
        try play.reap()
        #expect(play.pool.workerCount == 0)
    }

    @Test("kills a worker that has closed its report pipe and lives on, but not while nobody looked")
    func closed() throws {
        let process = try play.start()
        process.ends[3] = nil
        try play.turn()
        // The daemon was held up: whoever exits may not have been heard of.
        kernel.now = kernel.now + .seconds(4)
        try play.turn()
        #expect(kernel.signals == [])
        kernel.now = kernel.now + .seconds(2)
        try play.turn()
        #expect(kernel.signals == ["kill 0"])
        #expect(try play.records("it closed its report pipe and lives on").count == 1)
    }

    @Test("kills a worker that sends what is no message, a hundred times")
    func malformed() throws {
        let process = try play.start()
        try process.write(String(repeating: "nonsense\n", count: WorkerProcess.mostMalformed))
        try play.turn()
        #expect(kernel.signals == [])
        try process.write("nonsense\n")
        try play.turn()
        #expect(kernel.signals == ["kill 0"])
    }

    // MARK: F48, on a played kernel

    /// The wall clock shows 00:16:40.
    private func startAtFive() throws -> [PlayedProcess] {
        for (id, text) in [("app:fixed", "20 0 * * *"), ("app:far", "0 3 * * *"), ("app:elapsed", "*/5 * * * *")] {
            play.pool.add(try definition(id, calendar: text))
        }
        try play.passToDeadline()
        let (fixed, far, elapsed) = (kernel.processes[0], kernel.processes[1], kernel.processes[2])
        let slot = play.slot(200)
        for process in [fixed, elapsed] { try process.say(.ready(.init(next: slot))) }
        try far.say(.ready(.init(next: play.slot(9_800))))
        kernel.now = kernel.now + .seconds(210)
        for process in [fixed, elapsed] {
            try process.say(begin(slot))
            try process.say(end(slot))
        }
        try play.turn()
        return kernel.processes
    }

    @Test("says by how much the clock was set back, how many jobs wait for it and until when, and which follow it")
    func clockSetBack() throws {
        let processes = try startAtFive()
        for process in processes { _ = try process.readInput() }
        kernel.wallLead = .seconds(-600)
        // Whatever comes first does not hide the step.
        try processes[1].say(.pong(token: 1))
        try play.turn()
        play.pool.clockWasSet()
        play.pool.clockWasSet()
        let records = try play.records("\"Clock set back\"")
        #expect(records.count == 1)
        #expect(records.first?.hasSuffix(" by=10m waiting=1 until=1970-01-01T00:20:00.000Z") == true)
        #expect(records.first?.contains("level=WARN") == true)
        #expect(try play.records("\"Clock followed\"").map { $0.contains("app:elapsed") } == [true])
        #expect(try processes.map { try $0.readInput() == nil } == [false, false, true])
        // The next one goes by the clock as it is.
        kernel.exit(processes[2])
        try play.reap()
        try play.passToDeadline()
        #expect(kernel.processes.count == 4)
        #expect(try kernel.processes[3].readInput()?.contains("accounted=610000000000") == true)
        let slot = SlotInstant(nanoseconds: 900_000_000_000)
        try kernel.processes[3].say(.ready(.init(next: slot)))
        kernel.now = kernel.now + .seconds(290)
        try kernel.processes[3].say(begin(slot, run: 2))
        try kernel.processes[3].say(end(slot, run: 2))
        try play.turn()
        let tick = try #require(try play.records("message=TICK ").last)
        #expect(tick.contains(" run=2 ") && tick.contains(" reason=clock "))
    }

    @Test("says nothing of a clock that is slewed, however long that goes on")
    func slewed() {
        for _ in 0..<200 {
            kernel.now = kernel.now + .seconds(600)
            kernel.wallLead = kernel.wallLead + .milliseconds(-300)
            play.pool.readClock()
        }
        play.pool.clockWasSet()
        #expect(try! play.records("Clock set back").isEmpty)
    }

    // MARK: F28, on a played kernel

    @Test("gives a worker its time from the moment at which its signal has come", arguments: [1_100, 2_000] as [Int64])
    func slowSignal(delay: Int64) throws {
        _ = try play.start()
        play.pool.stopAll()
        for (pause, signals) in [(10_000, ["terminate 0"]), (999, []), (1, ["kill 0"]), (1_499, [])]
            as [(Int64, [String])]
        {
            let before = kernel.signals.count
            kernel.onSignal = { kernel.now = kernel.now + .milliseconds(delay) }
            kernel.now = kernel.now + .milliseconds(pause)
            try play.turn()
            #expect(Array(kernel.signals[before...]) == signals)
        }
        #expect(play.pool.leftBehind == 0)
        kernel.now = kernel.now + .milliseconds(1)
        try play.turn()
        #expect(play.pool.leftBehind == 1)
    }

    @Test(
        "judges no worker by a clock that was read before it spoke",
        arguments: [.milliseconds(1_500), .seconds(5)] as [Nanoseconds])
    func slowRound(delay: Nanoseconds) throws {
        let liar = try play.start("app:liar")
        let honest = try play.start("app:honest")
        let slot = play.slot(10)
        kernel.now = kernel.now + .milliseconds(8_600)
        try liar.say(begin(slot + .seconds(3_600)))
        try honest.write("awake\n", to: 1)
        try honest.say(.pong(token: 1))
        // To kill the one takes seconds, in which the slot of the other comes, which both pipes then tell in the same round.
        kernel.onSignal = {
            kernel.now = kernel.now + delay
            try? honest.say(begin(slot))
            kernel.onSignal = {}
        }
        try play.turn()
        #expect(try play.records("Protocol error").map { $0.contains("app:liar") } == [true])
        #expect(kernel.signals == ["kill 0"])
        try honest.say(end(slot))
        try play.turn()
        #expect(try play.records("message=TICK ").count == 1)
    }

    @Test("calls no worker silent before all is read that it wrote")
    func unheard() throws {
        play.pool.add(definition(interval: .seconds(10)))
        try play.passToDeadline()
        let process = kernel.processes[0]
        try process.say(.ready(.init(next: play.slot(10))))
        // The 30 s for its start are over, and its word lies in the pipe.
        kernel.now = kernel.now + .milliseconds(30_500)
        play.pool.fireDeadlines(through: play.loop.heard, limit: 32)
        #expect(kernel.signals == [])
        try play.turn()
        #expect(try play.records("Worker started").count == 1)
        #expect(try play.records("Worker hung").isEmpty)
    }

    @Test("counts the grace of a stop from the moment at which it is asked for, however long the round has taken")
    func grace() throws {
        _ = try play.start()
        kernel.now = kernel.now + .seconds(5)
        play.pool.stopAll()
        kernel.now = kernel.now + .milliseconds(9_999)
        try play.turn()
        #expect(kernel.signals == [])
        kernel.now = kernel.now + .milliseconds(1)
        try play.turn()
        #expect(kernel.signals == ["terminate 0"])
        // SIGKILL follows a second after SIGTERM, not after the moment at which SIGTERM was due.
        kernel.now = kernel.now + .milliseconds(999)
        try play.turn()
        #expect(kernel.signals == ["terminate 0"])
    }
}
