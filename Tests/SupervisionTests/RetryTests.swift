import Clocks
import Model
import TestSupport
import Testing
import Turns
import Wire

@testable import Supervision

@Suite("A slot that is attempted again")
struct RetryTests {
    /// Attempts after 1 s, 2 s and 4 s, the last of them cut to 3 s.
    private func rig(
        _ stage: Stage, _ clock: ScheduleClock = .monotonic, maxAttempts: Int = 4,
        on outcomes: Set<Outcome> = Set(RunPolicy.Retry.possibleOutcomes), timeout: Nanoseconds? = nil
    ) -> Rig {
        var job = definition(clock.schedule, maxAttempts: 5)
        var retry = RunPolicy.Retry()
        (retry.delays.maxAttempts, retry.delays.jitter, retry.delays.maxDelay) = (maxAttempts, 0, .seconds(3))
        retry.outcomes = outcomes
        job.policy.retry = retry
        job.policy.timeout = timeout
        return Rig(stage, job)
    }

    private func attempt(_ number: Int64) -> Effect { .send(.run(.init(slot: Rig.slot, attempt: number))) }

    private func fail(_ rig: inout Rig, run: Int64) { rig.send(.report(end(run: run, slot: Rig.slot, .failed))) }

    private func delay(_ rig: Rig) -> Nanoseconds? {
        for case .book(let booking) in rig.effects where booking.run != nil { return booking.retryAfter }
        return nil
    }

    @Test("has no outcome until the last attempt, and its delays grow", arguments: ScheduleClock.both)
    func growth(clock: ScheduleClock) {
        var rig = rig(.running, clock)
        var number: Int64 = 1
        for (seconds, moment) in [(1, 1_001), (2, 1_003)] as [(Int64, Int64)] {
            fail(&rig, run: number)
            #expect(delay(rig) == .seconds(seconds))
            #expect(rig.supervisor.books.total == 0 && rig.supervisor.workerAccounted == Rig.slot)
            rig.fireDeadline()
            number += 1
            #expect(rig.now == (at(moment) as MonotonicInstant))
            #expect(rig.effects == [attempt(number)])
            rig.send(.report(begin(run: number, slot: Rig.slot)))
            #expect(rig.supervisor.phase.run?.attempt == Int(number))
        }
        rig.send(.report(end(run: 3, slot: Rig.slot)))
        #expect(rig.supervisor.books[.ok] == 1 && rig.supervisor.books.total == 1)
    }

    @Test("has as many attempts as its policy says, and then the outcome of the last")
    func usedUp() {
        var rig = rig(.running, maxAttempts: 2)
        fail(&rig, run: 1)
        rig.fireDeadline()
        rig.send(.report(begin(run: 2, slot: Rig.slot)))
        fail(&rig, run: 2)
        #expect(delay(rig) == nil)
        #expect(rig.supervisor.books[.failed] == 1 && rig.supervisor.books.total == 1)
    }

    @Test("has no attempt that could not begin before the next slot")
    func tooLate() {
        var rig = rig(.running)
        rig.now = at(1_004)
        fail(&rig, run: 1)
        #expect(delay(rig) == nil)
        #expect(rig.supervisor.books[.failed] == 1)
    }

    @Test("is attempted again by a fresh worker after a crash and after a time-out", arguments: [false, true])
    func fresh(crashes: Bool) {
        var rig = rig(.running, timeout: .milliseconds(500))
        if !crashes { rig.fireDeadline() }
        rig.send(.exited("signal 9 (SIGKILL)"))
        #expect(delay(rig) == .seconds(1))
        #expect(rig.supervisor.books.total == 0)
        // Both at the same moment after a crash, where the worker is started again no earlier.
        while !rig.effects.contains(.spawn) { rig.fireDeadline() }
        rig.send(.spawned)
        #expect(rig.supervisor.workerAccounted == Rig.slot)
        rig.send(.report(.ready(.init(next: Rig.next))))
        if !crashes {
            rig.fireDeadline()
            #expect(rig.now == at(1_001) + .milliseconds(500))
        }
        #expect(rig.effects.contains(attempt(2)))
    }

    @Test("is attempted again after those outcomes alone that the policy names")
    func outcomes() {
        var failing = rig(.running, on: [.crashed])
        fail(&failing, run: 1)
        #expect(delay(failing) == nil)
        var crashing = rig(.running, on: [.failed])
        crashing.send(.exited("exit 1"))
        #expect(delay(crashing) == nil)
        #expect(crashing.supervisor.books[.crashed] == 1)
    }

    @Test("is given up when the next slot is due and no worker was there for the attempt")
    func nextSlot() {
        var rig = rig(.running)
        rig.send(.exited("exit 1"))
        rig.now = at(1_004)
        rig.send(.spawnDeferred(until: at(1_030)))
        rig.fireDeadline()
        #expect(rig.now == at(1_005) as MonotonicInstant)
        guard case .book(let booking) = rig.effects.first else {
            Issue.record("\(rig.effects)")
            return
        }
        #expect(booking.isGivenUp && booking.run?.attempt == 1 && booking.count == 1)
        #expect(booking.outcome == .crashed && rig.supervisor.books[.crashed] == 1)
    }

    @Test("is given up when its worker begins the next slot before it has heard of the attempt")
    func crossing() {
        var rig = rig(.running)
        rig.now = at(1_003)
        fail(&rig, run: 1)
        rig.fireDeadline()
        #expect(rig.effects == [attempt(2)])
        rig.now = at(1_005)
        rig.send(.report(begin(run: 2, slot: Rig.next)))
        #expect(rig.supervisor.books[.failed] == 1)
        #expect(rig.supervisor.phase.run == .init(number: 2, slot: Rig.next, began: at(1_005)))
        #expect(rig.supervisor.runKeeper.orders.given == nil && rig.supervisor.runKeeper.orders.pending == nil)
    }

    @Test("has its outcome at once when the job is to stop, and no attempt afterwards")
    func stop() {
        var rig = rig(.running)
        fail(&rig, run: 1)
        rig.send(.stop(grace: Rig.grace))
        #expect(rig.supervisor.books[.failed] == 1)
        #expect(rig.effects.last == .closeControl)
        rig.now = at(1_001)
        rig.send(.deadline)
        #expect(rig.effects == [])
    }

    @Test("has that of the attempt that its worker was told to begin before the stop")
    func toldBeforeStop() {
        var rig = rig(.running)
        fail(&rig, run: 1)
        rig.fireDeadline()
        rig.send(.stop(grace: Rig.grace))
        #expect(rig.supervisor.books.total == 0)
        rig.send(.report(begin(run: 2, slot: Rig.slot)))
        rig.send(.report(end(run: 2, slot: Rig.slot)))
        rig.send(.exited("exit 0"))
        #expect(rig.supervisor.books[.ok] == 1 && rig.supervisor.books.total == 1)
    }

    @Test("is counted by what its worker could not report of the attempt")
    func dropped() {
        var rig = rig(.running)
        fail(&rig, run: 1)
        rig.fireDeadline()
        rig.send(.report(.dropped(.init(reports: 2, ok: 1, through: Rig.slot, run: 2))))
        #expect(rig.supervisor.books[.ok] == 1 && rig.supervisor.books.total == 1)
        #expect(rig.supervisor.runKeeper.orders.pending == nil && rig.supervisor.runKeeper.orders.given == nil)
    }

    @Test("spreads its delays by the jitter")
    func jitter() {
        var seen: Set<Nanoseconds> = []
        for seed in 0..<20 as Range<UInt64> {
            var rule = DelayRule(maxAttempts: 2)
            (rule.initialDelay, rule.jitter) = (.seconds(10), 0.5)
            var random = SplitMix64(seed: seed)
            let delay = rule.delay(1, using: &random)
            #expect((5...15).contains(delay.inSeconds))
            seen.insert(delay)
        }
        #expect(seen.count > 10)
    }
}
