import Clocks
import Kernel
import Links
import Model
import Supervision
import TestSupport
import Testing
import Turns
import Values
import Wire

@testable import Daemon

@Suite("What is measured")
struct MetricsTests: ControlPlays {
    /// The line of the first job.
    private func job(_ play: PlayedDaemon) throws -> JobMetrics {
        let client = try client(play)
        let line = try #require(try client.ask("metrics", play).first { $0.hasPrefix("measured entry=app:job1 ") })
        guard case .measured(let job) = try answer(line) else { throw Failure() }
        return job
    }

    private struct Failure: Error {}

    private func answer(_ line: Substring) throws -> ControlAnswer {
        try Array(line.utf8).span.withUnsafeBytes { bytes throws(WireError) in try ControlAnswer.decode(bytes) }
    }

    /// A run of the slot that comes due.
    private func run(
        _ play: PlayedDaemon, _ worker: PlayedProcess, _ number: Int64, _ outcome: Outcome = .ok,
        slot: SlotInstant, lasts: Nanoseconds = .milliseconds(1_500)
    ) throws {
        play.kernel.now = MonotonicInstant(nanoseconds: slot.nanoseconds) + .milliseconds(2)
        let next = slot + .seconds(10)
        var begin = Report.Begin()
        (begin.run, begin.slot, begin.next, begin.lateness) = (number, slot, next, .milliseconds(2))
        try worker.say(.begin(begin))
        try play.daemon.turn()
        play.kernel.now = play.kernel.now + lasts
        var end = Report.End()
        (end.run, end.slot, end.next, end.lateness) = (number, slot, next, .milliseconds(2))
        (end.duration, end.outcome) = (lasts, outcome)
        try worker.say(.end(end))
        try play.daemon.turn()
    }

    private func microseconds(_ play: PlayedDaemon, _ slot: SlotInstant) -> Int64 {
        play.kernel.moment.wall(of: slot, on: .monotonic).nanoseconds / 1_000
    }

    @Test("is said of the daemon, of all runs and of each job, and counted")
    func answer() throws {
        let play = try play(jobs: 3)
        try play.daemon.turn()
        let lines = try client(play).ask("metrics", play)
        try #require(lines.count == 7, "\(lines)")
        #expect(lines[0].hasPrefix("daemon began_us=") && lines[0].contains(" ready=true "))
        #expect(!lines[0].contains("journal="), "there is no ledger")
        #expect(lines[1].hasPrefix("histogram of=duration ") && lines[2].hasPrefix("histogram of=lateness "))
        #expect(
            lines[3...5].allSatisfy { $0.hasPrefix("measured entry=app:job") } && lines[6] == "done count=3 disabled=0")
        for line in lines.dropLast() { _ = try answer(line) }
    }

    @Test("of runs goes into sums and buckets")
    func runs() throws {
        let (play, worker) = try served()
        let slot = play.slot
        try run(play, worker, 1, slot: slot)
        try run(play, worker, 2, .failed, slot: slot + .seconds(10), lasts: .milliseconds(500))
        let job = try job(play)
        #expect(job.runs == 2 && job.slots == [.ok: 1, .failed: 1] && job.failures == 1 && job.isFailing)
        let counted = try #require(job.counted)
        #expect(counted.ended == 2 && counted.duration == .seconds(2))
        #expect(counted.lastOk == microseconds(play, slot + .milliseconds(1_502)))
        #expect(job.last?.duration == .milliseconds(500) && job.last?.lateness == .milliseconds(2))
        let histogram = play.daemon.pool.counters.histogram(.duration)
        #expect(histogram.bounds.count == 18 && histogram.counts.count == 19 && histogram.sum == 2_000_000)
        #expect(
            histogram.counts[histogram.bounds.firstIndex(of: 500_000) ?? 0] == 1 && histogram.counts.reduce(0, +) == 2)
        let late = play.daemon.pool.counters.histogram(.lateness)
        #expect(late.bounds.count == 18 && late.counts[late.bounds.firstIndex(of: 2_000) ?? 0] == 2)
    }

    @Test("says which slot a job is to come to ok with: the first one after the last that was ok")
    func due() throws {
        let (play, worker) = try served()
        let slot = play.slot
        func due() throws -> Int64? { try job(play).due }
        #expect(try due() == microseconds(play, slot))
        try run(play, worker, 1, .failed, slot: slot)
        #expect(try due() == microseconds(play, slot), "that one is owed still")
        try run(play, worker, 2, slot: slot + .seconds(10))
        #expect(try due() == microseconds(play, slot + .seconds(20)))
        try run(play, worker, 3, .failed, slot: slot + .seconds(20))
        try run(play, worker, 4, .failed, slot: slot + .seconds(30))
        #expect(try due() == microseconds(play, slot + .seconds(20)))
    }

    @Test("has no job overdue that somebody has run by hand since, as it has for the call of a hook")
    func byHand() throws {
        let (play, worker) = try served()
        let slot = play.slot
        try run(play, worker, 1, .failed, slot: slot)
        play.kernel.now = play.kernel.now + .seconds(4)
        let job = try #require(play.daemon.pool.jobsByID.values.first)
        for (call, due) in [(Int64(1), slot), (-1, slot + .seconds(10))] {
            let run = Booking.Run(number: 2, call: call, began: play.kernel.moment.wall, text: "")
            play.daemon.pool.count(Booking(count: 0, outcome: .ok, run: run), of: job)
            #expect(try self.job(play).due == microseconds(play, due), "call \(call)")
        }
    }

    @Test("has no job overdue for slots that nobody wanted, in a pause")
    func pause() throws {
        let (play, worker) = try served()
        let slot = play.slot
        try run(play, worker, 1, slot: slot)
        let client = try client(play)
        _ = try client.ask("pause all=true", play)
        try worker.say(.asked(true))
        try play.daemon.turn()
        #expect(try job(play).isPaused)
        play.kernel.now = MonotonicInstant(nanoseconds: (slot + .seconds(25)).nanoseconds)
        try worker.say(.due(slot: slot + .seconds(10)))
        try play.daemon.turn()
        _ = try client.hear()
        _ = try client.ask("resume all=true", play)
        try play.daemon.turn()
        let job = try job(play)
        #expect(!job.isPaused && job.slots[.skipped] == 2 && job.due == microseconds(play, slot + .seconds(30)))
    }

    @Test("says why workers have ended unasked")
    func restarts() throws {
        let play = try play()
        try play.daemon.turn()
        for reason in [\JobMetrics.Restarts.exited, \.brokeProtocol, \.exited] {
            let before = try job(play).counted?.restarts ?? .init()
            let worker = try #require(play.kernel.processes.last)
            try worker.say(.ready(.init(next: play.slot)))
            try play.daemon.turn()
            if reason == \.brokeProtocol {
                try worker.say(.asked(true))
                try play.daemon.turn()
            }
            try play.bury(worker, .exited(code: 3))
            let after = try #require(try job(play).counted).restarts
            var expected = before
            expected[keyPath: reason] += 1
            #expect(after == expected)
            play.kernel.now = play.kernel.now + .seconds(60)
            try play.daemon.turn()
            try play.daemon.turn()
        }
    }

    @Test("counts reloads by what came of them, and says whether what was found last is in force")
    func reloads() throws {
        let play = try play()
        try play.daemon.turn()
        #expect(play.daemon.metrics.reloads.isInForce)
        try play.declare("namespace: app\nentries: 7\n")
        try play.turn(with: .hangUp)
        try play.finishReload()
        #expect(play.daemon.metrics.reloads.failed == 1 && !play.daemon.metrics.reloads.isInForce)
        try play.declare(
            "namespace: app\nentries:\n- {name: job1, kind: function.swift, method: heartbeat, meta: {type: cron.job, interval: 20s}}\n"
        )
        try play.turn(with: .hangUp)
        try play.finishReload()
        let reloads = play.daemon.metrics.reloads
        #expect(reloads.ok == 1 && reloads.failed == 1 && reloads.isInForce)
    }

    @Test("is bounded in each round, as status is")
    func rounds() throws {
        let play = try play(jobs: 100)
        let client = try client(play)
        var lines = try client.ask("metrics", play)
        for _ in 0..<20 where lines.last?.hasPrefix("done ") != true {
            try play.daemon.turn()
            lines += try client.hear() ?? []
        }
        #expect(lines.last == "done count=100 disabled=0" && Set(lines).count == 104)
    }

    @Test("has the greatest lag of the loop since the last look, and for who looks within a minute")
    func lag() {
        var lag = LoopLag()
        let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)
        func note(_ milliseconds: Int64) { lag.note(start, at: start + .milliseconds(milliseconds)) }
        #expect(lag.take(at: start) == .zero)
        for milliseconds in [5, 30, 7] { note(Int64(milliseconds)) }
        lag.note(.distantFuture, at: start)
        #expect(lag.take(at: start + .seconds(1)) == .milliseconds(30))
        note(3)
        #expect(lag.take(at: start + .seconds(60)) == .milliseconds(30))
        #expect(lag.take(at: start + .seconds(61)) == .zero)
        note(3)
        #expect(lag.take(at: start + .seconds(62)) == .milliseconds(3))
        note(4)
        #expect(lag.take(at: start + .seconds(63)) == .milliseconds(4))
    }

    @Test("follows counters that begin anew elsewhere, and never becomes less")
    func follow() {
        let counters = DaemonCounters()
        for (now, sum) in [(UInt64(5), UInt64(5)), (5, 5), (9, 9), (2, 11), (3, 12), (0, 12), (1, 13)] {
            counters.follow(.ledgerErrors, now)
            #expect(counters[.ledgerErrors] == sum)
        }
        #expect(counters[.ledgerCommits] == 0 && counters[.lostOutput] == 0)
    }

    @Test("counts the lines of the log that were given up")
    func log() {
        var backlog = LogBacklog(capacity: 4)
        for rank in [LogSink.Rank.output, .tick, .tick, .record, .record, .record] { backlog.append([1, 2], rank) }
        _ = backlog.takeLoss()
        backlog.append([1, 2], .record)
        #expect(backlog.dropped.lines == [1, 2, 2])
    }
}
