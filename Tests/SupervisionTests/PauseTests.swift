import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Values
import Wire

@testable import Supervision

@Suite("A pause of a job")
struct PauseTests {
    private let ask = Effect.send(.ask(true))
    private let askNoMore = Effect.send(.ask(false))

    private func rig(
        _ stage: Stage = .idle, knowsPauses: Bool = true, _ prepare: (inout JobDefinition) -> Void = { _ in }
    )
        -> Rig
    {
        var job = definition(ScheduleClock.monotonic.schedule)
        prepare(&job)
        var rig = Rig(stage, job)
        if !knowsPauses { rig.supervisor.runKeeper.gates.hold.canBeTold = false }
        return rig
    }

    /// Whose worker keeps to it.
    private func paused(_ prepare: (inout JobDefinition) -> Void = { _ in }) -> Rig {
        var rig = rig(.idle, prepare)
        rig.send(.pause(true))
        rig.send(.report(.asked(true)))
        return rig
    }

    private func skipped(_ first: SlotInstant, _ last: SlotInstant, _ count: Int64) -> Effect {
        .book((first, last), count, .skipped, .paused)
    }

    @Test("holds when the worker has said that it asks: its slots wait, and are skipped at the end, all in one")
    func slots() {
        var rig = rig()
        rig.send(.pause(true))
        #expect(rig.effects == [ask] && rig.supervisor.mayBeginInPause)
        rig.send(.report(.asked(true)))
        #expect(!rig.supervisor.mayBeginInPause && rig.supervisor.isPaused)
        rig.send(.report(.due(slot: Rig.slot)))
        #expect(rig.effects == [] && rig.supervisor.deadline == .distantFuture)
        rig.now = at(1_027)
        rig.send(.pause(false))
        let last = at(1_025) as SlotInstant
        #expect(rig.effects == [skipped(Rig.slot, last, 4), .send(.skip(through: last)), askNoMore])
        rig.send(.report(.asked(false)))
        rig.now = at(1_035)
        rig.send(.report(begin(run: 1, slot: at(1_035))))
        #expect(rig.supervisor.phase.run?.slot == at(1_035) as SlotInstant && rig.counts == [.skipped: 4])
    }

    @Test("is over before the worker has heard of it: nothing is skipped")
    func short() {
        var rig = rig()
        rig.send(.pause(true))
        rig.send(.pause(false))
        #expect(rig.effects == [askNoMore])
        rig.send(.report(begin(run: 1, slot: Rig.slot)))
        #expect(rig.supervisor.phase.run?.number == 1)
    }

    @Test("lets a run go on that the worker began before it heard of it, and holds then")
    func crossing() {
        var rig = rig()
        rig.send(.pause(true))
        rig.send(.report(begin(run: 1, slot: Rig.slot)))
        #expect(rig.supervisor.mayBeginInPause)
        // What the worker wrote up to now has been read, and the run goes on.
        rig.send(.deadline)
        #expect(!rig.supervisor.mayBeginInPause && rig.supervisor.phase.run?.number == 1)
    }

    @Test("does not hold by a run that the worker may have ended: it was not heard since it was told")
    func unheard() {
        var rig = rig(.running)
        let told = rig.now
        rig.now = rig.now + .seconds(1)
        rig.send(.pause(true))
        var effects: [Effect] = []
        rig.supervisor.handle(.deadline, at: rig.moment, heard: told, effects: &effects)
        #expect(rig.supervisor.mayBeginInPause)
        rig.supervisor.handle(.deadline, at: rig.moment, heard: rig.now, effects: &effects)
        #expect(!rig.supervisor.mayBeginInPause)
    }

    @Test("keeps a run from being replaced, and what came due in it is owed to nobody")
    func replacement() {
        for overlap in RunPolicy.Overlap.allCases {
            var rig = rig(.running) { $0.policy.overlap = overlap }
            rig.send(.pause(true))
            rig.send(.deadline)
            rig.now = at(1_027)
            rig.send(.deadline)
            rig.send(.pause(false))
            #expect(rig.supervisor.phase.run?.cut == nil && rig.effects == [], "\(overlap)")
            let last = at(1_025) as SlotInstant
            rig.send(.report(end(run: 1, slot: Rig.slot)))
            #expect(rig.effects.suffix(3) == [skipped(Rig.next, last, 3), .send(.pass(through: last)), askNoMore])
            // The worker has counted them before it heard of that, or asks for the one that it has kept.
            rig.send(.report(.asked(true)))
            if overlap == .queue {
                rig.send(.report(.due(slot: Rig.next)))
            } else {
                rig.send(.report(SupervisionTests.skipped(Rig.next, last)))
            }
            #expect(rig.effects == [] && rig.counts == [.ok: 1, .skipped: 3], "\(overlap)")
        }
    }

    @Test("ends the attempts at a slot, and there are none after a run that goes on in it")
    func attempts() {
        func retrying(_ stage: Stage) -> Rig {
            rig(stage) {
                $0.policy.retry = RunPolicy.Retry()
                $0.policy.retry?.delays.jitter = 0
            }
        }
        var waiting = retrying(.running)
        waiting.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        #expect(waiting.supervisor.orders.hasAttempt)
        waiting.send(.pause(true))
        guard case .book(let booking)? = waiting.effects.first else {
            return #expect(Bool(false), "\(waiting.effects)")
        }
        #expect(booking.outcome == .failed && booking.reason == .paused && booking.isGivenUp)
        #expect(waiting.counts == [.failed: 1])
        var running = retrying(.running)
        running.send(.pause(true))
        running.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        #expect(!running.supervisor.orders.hasAttempt && running.counts == [.failed: 1])
    }

    @Test("waits for an attempt that the worker was told to make, also if it says first that it asks")
    func givenAttempt() {
        var rig = rig(.running) {
            $0.policy.retry = RunPolicy.Retry()
            $0.policy.retry?.delays.jitter = 0
        }
        rig.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        rig.fireDeadline()
        #expect(rig.effects == [.send(.run(.init(slot: Rig.slot, attempt: 2)))])
        rig.send(.pause(true))
        rig.send(.report(.asked(true)))
        #expect(rig.supervisor.mayBeginInPause && rig.supervisor.orders.hasAttempt)
        rig.send(.report(begin(run: 2, slot: Rig.slot)))
        #expect(!rig.supervisor.mayBeginInPause)
    }

    @Test("lets a run be asked for: what came due is passed, and the run begins")
    func manualRun() {
        var rig = paused()
        rig.send(.report(.due(slot: Rig.slot)))
        rig.send(.call(event: nil))
        #expect(
            rig.effects == [
                skipped(Rig.slot, Rig.slot, 1), .send(.skip(through: Rig.slot)), .send(.run(.init(call: -1))),
            ])
        rig.send(.report(.begin(.init(run: 1, slot: nil, next: Rig.next, lateness: .zero, call: -1))))
        #expect(rig.supervisor.phase.run?.isManual == true)
        // A question that was on its way comes to nothing, as the run did for the worker.
        var crossing = paused()
        crossing.send(.call(event: nil))
        crossing.send(.report(.due(slot: Rig.slot)))
        #expect(crossing.effects.last == .send(.run(.init(call: -1))))
    }

    @Test("has a worker ended whose program cannot be told, after its run; the next one asks from its start")
    func oldProgram() {
        var rig = rig(.running, knowsPauses: false)
        rig.send(.pause(true))
        #expect(rig.effects == [.closeControl] && rig.supervisor.mayBeginInPause)
        rig.send(.deadline)
        #expect(!rig.supervisor.mayBeginInPause)
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        rig.send(.exited("exit 0"))
        #expect(rig.supervisor.phase == .waiting(until: .distantFuture, .pause) && rig.supervisor.failures == 0)
        rig.send(.call(event: nil))
        rig.send(.deadline)
        #expect(rig.effects == [.spawn])
        rig.send(.spawned)
        rig.send(.report(.ready(.init(next: Rig.next, features: Features.all.without(.ask)))))
        #expect(rig.effects.contains(.send(.run(.init(call: -1)))))
        rig.send(.report(.begin(.init(run: 2, slot: nil, next: Rig.next, lateness: .zero, call: -1))))
        rig.send(
            .report(
                .end(.init(run: 2, slot: nil, next: Rig.next, lateness: .zero, duration: .zero, outcome: .ok, text: ""))
            ))
        rig.send(.pause(false))
        #expect(rig.effects.last == .closeControl)
        rig.send(.exited("exit 0"))
        rig.send(.deadline)
        #expect(rig.effects.last == .spawn)
    }

    @Test("has the run that comes first wait for its end")
    func firstRun() {
        var rig = rig(.starting) { $0.schedule.runsAtStart = true }
        rig.send(.pause(true))
        rig.send(.report(.ready(.init(next: Rig.next))))
        #expect(rig.effects.last == ask)
        rig.send(.report(.asked(true)))
        rig.send(.report(.due(slot: nil)))
        #expect(rig.effects == [.send(.skip(through: rig.supervisor.books.accounted))])
        rig.send(.pause(false))
        #expect(rig.effects.last == .closeControl)
        rig.send(.exited("exit 0"))
        rig.send(.deadline)
        #expect(rig.effects.last == .spawn)
    }

    @Test("takes a job's slots from its group, and gives the group its room")
    func group() {
        var rig = rig { $0.policy.concurrency = .init(group: "db", max: 1, wait: .seconds(7)) }
        rig.send(.report(.due(slot: Rig.slot)))
        rig.send(.pause(true))
        #expect(rig.effects == [.returnPermit] && !rig.supervisor.mayBeginInPause)
        rig.now = at(1_007)
        rig.send(.deadline)
        #expect(rig.effects == [])
        rig.send(.pause(false))
        #expect(rig.effects == [skipped(Rig.slot, Rig.next, 2), .send(.skip(through: Rig.next))])
    }

    @Test("has its slots skipped while there is no worker, and at a stop")
    func withoutWorker() {
        var rig = rig(.backoff)
        rig.send(.pause(true))
        #expect(rig.effects == [] && !rig.supervisor.mayBeginInPause)
        rig.now = at(1_027)
        rig.send(.deadline)
        #expect(rig.effects == [.spawn])
        rig.send(.pause(false))
        #expect(rig.counts[.skipped] ?? 0 > 0 && rig.counts[.missed] == nil)
        var stopping = paused()
        stopping.now = at(1_027)
        stopping.send(.stop(grace: Rig.grace))
        stopping.send(.exited("exit 0"))
        #expect(stopping.counts == [.skipped: 4])
    }

    @Test("goes before the time without a daemon: up to its end slots are skipped, and missed after it")
    func otherLife() {
        var rig = rig()
        let record = JobRecord(rig.supervisor)
        for (until, skipped, missed) in [(at(1_017), 3, 1), (at(1_027), 4, 0)] as [(Moment, Int64, Int64)] {
            var before = Resumption(record, isOfPreviousLife: true)
            before.pausedUntil = until.wall
            rig.supervisor = JobSupervisor(
                definition(ScheduleClock.monotonic.schedule), start: at(1_027), seed: 1, resuming: before)
            rig.now = at(1_027)
            rig.send(.noted(nil))
            #expect(rig.supervisor.books[.skipped] == skipped && rig.supervisor.books[.missed] == missed)
        }
    }

    @Test("is kept by whoever answers unasked, or begins although it has said that it asks, at the cost of its life")
    func lies() {
        var unasked = rig()
        unasked.send(.report(.asked(true)))
        #expect(unasked.effects.contains(.kill))
        var liar = paused()
        liar.send(.report(begin(run: 1, slot: Rig.slot)))
        #expect(liar.effects.contains(.kill))
    }

    @Test("is no lateness, and no wait for a group")
    func alerts() {
        var rig = paused {
            $0.policy.hooks.onLate = EntryID(namespace: "app", name: "late")
            $0.policy.hooks.lateAfter = .seconds(1)
        }
        rig.send(.report(.due(slot: Rig.slot)))
        rig.now = at(1_300)
        rig.send(.deadline)
        #expect(rig.effects == [] && !rig.supervisor.standing.isLate)
        rig.send(.pause(false))
        #expect(!rig.supervisor.standing.isLate)
    }
}
