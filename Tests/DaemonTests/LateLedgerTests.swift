import Clocks
import Links
import Model
import Schedules
import Supervision
import Testing
import Turns
import Values
import Wire

@testable import Daemon
@testable import Kernel

@Suite("A ledger that answers late")
struct LateLedgerTests {
    private let play: PlayedPool
    private var kernel: PlayedKernel { play.kernel }

    init() throws {
        play = try PlayedPool()
        play.pool.awaitsLedger = true
    }

    /// Ready, with its first slot ten seconds from now.
    private func start(_ slots: RunPolicy.CatchUp.Slots) throws -> PlayedProcess {
        var job = definition(interval: .seconds(10))
        job.policy.catchUp.slots = slots
        play.pool.add(job)
        return try ready()
    }

    private func ready() throws -> PlayedProcess {
        try play.passToDeadline()
        let process = try #require(kernel.processes.last)
        try process.say(.ready(.init(next: play.slot(10))))
        try play.turn()
        return process
    }

    /// The last outcome is of a slot 35 seconds ago: 25, 15 and 5 seconds ago there were others.
    private func answer(runs: Int64 = 5) throws -> Int {
        var known = LedgerReport.Job(
            entry: EntryID("app:job.one")!, schedule: definition(interval: .seconds(10)).schedule.words, timezone: "",
            runs: runs,
            accounted: (kernel.machine.moment().wall + .seconds(-35)).nanoseconds / 1_000)
        known.failures = 2
        play.pool.resumptions = [known.entry: known]
        return play.pool.decideLate()
    }

    private func leave(_ process: PlayedProcess) throws {
        kernel.exit(process, .exited(code: 0))
        try play.reap()
    }

    @Test("has a job that has had no slot yet begin again as at a start", arguments: [0, 1])
    func noSlotYet(_ calls: Int64) throws {
        let process = try start(.last)
        let moment = kernel.now
        if calls == 1 {
            let job = try #require(play.pool.jobs.first ?? nil)
            play.pool.handle(.call(event: nil), job)
            try process.say(.begin(.init(run: 1, slot: nil, next: play.slot(10), lateness: .zero, call: 1)))
            try process.say(
                .end(
                    .init(
                        run: 1, slot: nil, next: play.slot(10), lateness: .zero, duration: .zero, outcome: .ok,
                        text: "")))
            try play.turn()
        }
        #expect(try answer() == 1)
        try leave(process)
        let next = try ready()
        #expect(kernel.processes.count == 2)
        let missed = try play.records("message=\"TICK MISSED\"")
        #expect(missed.count == 1 && missed.first?.contains("count=2 reason=down") == true, "\(missed)")
        #expect(try play.records("Catching up").first?.contains("slots=1") == true)
        let job = try #require(play.pool.jobs.first ?? nil)
        #expect(job.supervisor.owed?.through.nanoseconds == (moment + .seconds(-5)).nanoseconds)
        #expect(job.supervisor.runs == (calls == 0 ? 5 : 1))
        #expect(job.supervisor.standing.failures == (calls == 0 ? 2 : 0))
        #expect(try next.readInput()?.contains(" owed=") == true)
    }

    @Test("leaves a job that has had a slot as it is: those of before are missed")
    func slotFirst() throws {
        let process = try start(.last)
        let slot = play.slot(10)
        kernel.now = kernel.now + .seconds(10)
        try process.say(.begin(.init(run: 1, slot: slot, next: slot + .seconds(10), lateness: .zero)))
        try play.turn()
        #expect(try answer() == 1)
        try play.turn()
        #expect(kernel.signals.isEmpty && kernel.processes.count == 1)
        let missed = try play.records("message=\"TICK MISSED\"")
        // 35, 25 and 15 seconds before now; this life began 10 seconds ago.
        #expect(missed.count == 1 && missed.first?.contains("count=2 reason=down") == true, "\(missed)")
        let job = try #require(play.pool.jobs.first ?? nil)
        #expect(job.supervisor.books[.missed] == 2 && job.supervisor.phase.run?.slot == slot)
    }

    @Test("is waited for by a job that makes up for all its slots, and by no other")
    func all() throws {
        var job = definition(interval: .seconds(10))
        job.policy.catchUp.slots = .all
        play.pool.add(job)
        try play.passToDeadline()
        #expect(kernel.processes.isEmpty && play.pool.nextDeadline == .distantFuture)
        #expect(try answer() == 1)
        let process = try ready()
        #expect(try play.records("Catching up").first?.contains("slots=3") == true)
        #expect(kernel.processes.count == 1 && play.pool.jobs.first??.supervisor.runs == 5)
        withExtendedLifetime(process) {}
    }

    @Test("that never answers lets those begin that have waited for it")
    func never() throws {
        var job = definition(interval: .seconds(10))
        job.policy.catchUp.slots = .all
        play.pool.add(job)
        try play.passToDeadline()
        #expect(kernel.processes.isEmpty)
        #expect(play.pool.decideLate() == 0)
        _ = try ready()
        #expect(kernel.processes.count == 1)
    }
}
