import Clocks
import Model
import TestSupport
import Testing
import Turns
import Values
import Wire

@testable import Supervision

@Suite("A job whose runs may be late")
struct LatenessTests {
    private func rig(_ stage: Stage, _ change: (inout RunPolicy) -> Void = { _ in }) -> Rig {
        var job = definition(ScheduleClock.monotonic.schedule)
        (job.policy.hooks.onLate, job.policy.hooks.lateAfter) = (alert, .seconds(8))
        change(&job.policy)
        return Rig(stage, job)
    }

    private func begin(run: Int64, slot: SlotInstant, lateness: Nanoseconds) -> Event {
        .report(.begin(.init(run: run, slot: slot, next: slot + .seconds(10), lateness: lateness)))
    }

    private func isTold(_ rig: Rig) -> Bool {
        rig.effects.contains { if case .call = $0 { true } else { false } }
    }

    @Test("is not late because the daemon reads late of its runs")
    func deafDaemon() {
        var rig = rig(.idle)
        rig.now = at(1_060)
        rig.send(begin(run: 1, slot: Rig.slot, lateness: .milliseconds(1)))
        #expect(!isTold(rig))
        var late = self.rig(.idle)
        late.now = at(1_060)
        late.send(begin(run: 1, slot: Rig.slot, lateness: .seconds(9)))
        #expect(isTold(late))
    }

    @Test("is not late by what comes due in a run, before its worker has said what becomes of it")
    func overlap() {
        var rig = rig(.running) { $0.overlap = .queue }
        rig.now = at(1_030)
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(!isTold(rig))
        rig.send(.deadline)
        #expect(!isTold(rig) && rig.supervisor.deadline > at(1_030))
        rig.send(begin(run: 2, slot: Rig.next, lateness: .seconds(25)))
        #expect(!isTold(rig))
    }

    @Test("is not late by what waits for its group, but by what its worker asks for too late")
    func group() {
        for (asked, isLate) in [(996, false), (1_004, true)] as [(Int64, Bool)] {
            var rig = rig(.idle) { $0.concurrency = .init(group: "db", max: 1) }
            rig.now = at(asked)
            rig.send(.report(.due(slot: Rig.slot)))
            #expect(isTold(rig) == isLate)
            rig.now = at(1_040)
            rig.send(.permitted)
            #expect(rig.supervisor.deadline > rig.now)
            rig.send(.deadline)
            #expect(!isTold(rig))
            rig.send(begin(run: 1, slot: Rig.slot, lateness: .seconds(45)))
            #expect(!isTold(rig))
        }
    }

    @Test("is not late by a further attempt at its slot")
    func attempt() {
        var rig = rig(.running) { policy in
            policy.retry = .init()
            policy.retry?.delays.initialDelay = .seconds(4)
            policy.retry?.delays.jitter = 0
        }
        rig.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        rig.fireDeadline()
        #expect(rig.now == at(1_004) as MonotonicInstant)
        rig.send(begin(run: 2, slot: Rig.slot, lateness: .seconds(9)))
        #expect(!isTold(rig))
    }
}
