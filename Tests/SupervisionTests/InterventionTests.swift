import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Wire

@testable import Supervision

@Suite("What an operator does to a job")
struct InterventionTests {
    private func bookings(_ rig: Rig) -> [Booking] {
        rig.effects.compactMap { if case .book(let booking) = $0 { booking } else { nil } }
    }

    // MARK: Cancel

    @Test("ends the run with its worker, which is no failure of the job and is not tried again")
    func cancel() {
        var job = definition()
        job.policy.retry = .init()
        var rig = Rig(.running, job)
        rig.send(.intervene(.cancel))
        #expect(rig.effects == [.log(.terminated), .terminate])
        rig.now = at(1_002)
        rig.send(.exited("signal 15 (SIGTERM)"))
        let booking = bookings(rig).first
        #expect(booking?.outcome == .cancelled && booking?.reason == .byOperator && booking?.last == Rig.slot)
        #expect(booking?.run?.end.text == "cancelled by an operator" && booking?.retryAfter == nil)
        #expect(rig.supervisor.phase == .waiting(until: at(1_002), .succession))
        #expect(rig.supervisor.failures == 0 && rig.supervisor.standing.failures == 0)
    }

    @Test("is the same where the worker says that the run has failed, or that it is done after all")
    func lastWord() {
        for outcome in [Outcome.failed, .ok] {
            var rig = Rig(.running)
            rig.send(.intervene(.cancel))
            rig.send(.report(end(run: 1, slot: Rig.slot, outcome)))
            #expect(bookings(rig).map(\.outcome) == [.cancelled], "\(outcome)")
        }
    }

    @Test("kills a worker that does not go, and ends a run that a reload, a pause or a stop waits for")
    func escalation() {
        var rig = Rig(.running)
        rig.send(.intervene(.cancel))
        rig.fireDeadline()
        #expect(rig.now == at(1_005) && rig.effects == [.log(.killed), .kill])
        for event in [Event.reschedule(grace: Rig.grace), .stop(grace: Rig.grace)] {
            var rig = Rig(.running)
            rig.send(event)
            rig.send(.intervene(.cancel))
            #expect(rig.effects == [.log(.terminated), .terminate] && rig.supervisor.deadline == at(1_005))
            rig.send(.intervene(.cancel))
            #expect(rig.effects == [])
            rig.send(.exited("signal 15"))
            #expect(bookings(rig).first?.reason == .byOperator && rig.supervisor.isOver)
        }
    }

    @Test("gives up what waits for its group, and a run by hand that has not begun")
    func waiting() {
        var job = definition(ScheduleClock.monotonic.schedule)
        job.policy.concurrency = .init(group: "db", max: 1)
        var rig = Rig(.idle, job)
        rig.send(.call(event: nil))
        #expect(rig.supervisor.awaitsCancellableRun)
        rig.send(.intervene(.cancel))
        #expect(rig.effects == [.returnPermit] && !rig.supervisor.orders.awaitsManualRun)
        #expect(!rig.supervisor.awaitsCancellableRun)
        rig.send(.report(.due(slot: Rig.slot)))
        rig.send(.intervene(.cancel))
        #expect(bookings(rig).first?.outcome == .skipped && bookings(rig).first?.reason == .byOperator)
        var starting = Rig(.starting)
        starting.send(.call(event: nil))
        starting.send(.call(event: "{}"))
        starting.send(.intervene(.cancel))
        #expect(starting.supervisor.orders.calls.map(\.event) == ["{}"])
    }

    @Test("leaves what waits for the end of a pause to it")
    func paused() {
        var rig = Rig(.idle)
        rig.send(.pause(true))
        rig.send(.report(.asked(true)))
        rig.send(.report(.due(slot: Rig.slot)))
        let phase = rig.supervisor.phase
        #expect(!rig.supervisor.awaitsCancellableRun)
        rig.send(.intervene(.cancel))
        #expect(rig.supervisor.phase == phase && rig.effects == [])
    }

    // MARK: A worker of a previous life

    /// One that waits for it, and which knows that it was in a run.
    private func previousLife() -> Rig {
        var job = definition()
        job.policy.timeout = .seconds(600)
        var rig = Rig(.running, job)
        rig.supervisor.expectNote(epoch: 7)
        let record = JobRecord(rig.supervisor)
        rig.supervisor = JobSupervisor(
            job, start: at(1_000), seed: 1, resuming: Resumption(record, isOfPreviousLife: true))
        rig.send(.occupied(by: Rig.holder))
        return rig
    }

    @Test("ends a worker of a previous life, at last with SIGKILL, and its run is cancelled")
    func previousWorker() {
        var rig = previousLife()
        #expect(rig.supervisor.earlierRun(nil, at: at(1_000))?.number == 1)
        rig.send(.intervene(.cancel))
        #expect(rig.effects == [.log(.terminated), .terminate])
        rig.send(.intervene(.cancel))
        #expect(rig.effects == [])
        rig.now = at(1_004)
        rig.send(.occupied(by: Rig.holder))
        #expect(rig.effects == [])
        rig.now = at(1_005)
        rig.send(.occupied(by: Rig.holder))
        #expect(rig.effects == [.log(.previousWorkerKilled(Rig.holder)), .killPreviousWorker])
        rig.send(.noted(nil))
        #expect(bookings(rig).map(\.outcome) == [.cancelled] && bookings(rig)[0].reason == .byOperator)
        #expect(rig.supervisor.earlierRun(nil, at: at(1_000)) == nil)
    }

    @Test("believes its note that it was done before, and not that the signal was a failure")
    func note() {
        for (outcome, booked) in [(Outcome.ok, Outcome.ok), (.failed, .cancelled)] {
            var rig = previousLife()
            rig.send(.intervene(.cancel))
            var note = RunNote(epoch: 7)
            note.begin(
                .init(
                    .init(run: 1, slot: Rig.slot, next: Rig.next, lateness: .zero, call: nil), attempt: 1,
                    at: at(1_000)))
            note.end(
                .init(
                    run: 1, slot: Rig.slot, next: Rig.next, lateness: .zero, duration: .seconds(1), outcome: outcome,
                    text: "x"), skipped: 0)
            rig.send(.noted(note))
            #expect(bookings(rig).map(\.outcome) == [booked], "\(outcome)")
        }
    }

    // MARK: What is owed

    private func served(_ rig: Rig) -> Rig {
        var rig = rig
        rig.send(.spawned)
        rig.send(.report(.ready(.init(next: Rig.next, features: .all))))
        return rig
    }

    @Test("skips the slots that are made up for and have not begun, after the run that has")
    func owed() {
        var rig = served(owing(.all))
        rig.send(.report(.due(slot: Rig.next)))
        rig.send(.permitted)
        rig.send(.report(begin(run: 2, slot: Rig.next)))
        #expect(rig.supervisor.owedCount == 2 && rig.supervisor.obstacleToGivingUp == nil)
        rig.send(.intervene(.giveUpOwed))
        #expect(bookings(rig) == [] && rig.supervisor.owed == nil)
        rig.send(.report(end(run: 2, slot: Rig.next)))
        #expect(bookings(rig).map(\.outcome) == [.ok, .skipped])
        #expect(bookings(rig)[1].reason == .byOperator && bookings(rig)[1].count == 2)
        #expect(rig.effects.contains(.send(.pass(through: at(1_025)))) && rig.effects.last == .send(.ask(false)))
        #expect(rig.supervisor.books.accounted == at(1_025))
        // The worker may have asked before it heard.
        rig.send(.report(.due(slot: at(1_015))))
        #expect(rig.effects == [])
    }

    @Test("leaves the slot that the worker was told to begin, and has perhaps begun")
    func owedGiven() {
        var rig = served(owing(.all))
        rig.send(.report(.due(slot: Rig.next)))
        rig.send(.permitted)
        #expect(rig.supervisor.owedCount == 2)
        rig.send(.intervene(.giveUpOwed))
        #expect(bookings(rig) == [])
        rig.send(.report(begin(run: 2, slot: Rig.next)))
        #expect(rig.supervisor.phase.run?.slot == Rig.next && bookings(rig) == [])
        rig.send(.report(end(run: 2, slot: Rig.next)))
        #expect(bookings(rig).map(\.count) == [1, 2] && bookings(rig)[1].reason == .byOperator)
        // One that dies before it begins has not.
        var dead = served(owing(.all))
        dead.send(.report(.due(slot: Rig.next)))
        dead.send(.permitted)
        dead.send(.intervene(.giveUpOwed))
        dead.send(.exited("exit 1"))
        #expect(bookings(dead).map(\.count) == [3])
    }

    @Test("gives up those that wait for leave, or for a worker, at once")
    func owedWaiting() {
        var queued = served(owing(.all))
        queued.send(.report(.due(slot: Rig.next)))
        queued.send(.intervene(.giveUpOwed))
        #expect(bookings(queued).map(\.count) == [3] && queued.effects.contains(.returnPermit))
        #expect(queued.effects.contains(.send(.skip(through: at(1_025)))))
        if case .idle = queued.supervisor.phase {} else { Issue.record("\(queued.supervisor.phase)") }
        var absent = owing(.all)
        absent.send(.intervene(.giveUpOwed))
        #expect(bookings(absent).map(\.reason) == [.byOperator] && absent.supervisor.owedCount == 0)
        // One that is cancelled is not all.
        var one = served(owing(.all))
        one.send(.report(.due(slot: Rig.next)))
        one.send(.intervene(.cancel))
        #expect(bookings(one).map(\.count) == [1] && one.supervisor.owedCount == 2)
    }

    @Test("gives up the attempt that waits: its slot has the outcome of the one before")
    func attempt() {
        var job = definition()
        job.policy.retry = .init()
        var rig = Rig(.running, job)
        rig.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        #expect(rig.supervisor.orders.hasAttempt)
        rig.send(.intervene(.giveUpOwed))
        #expect(!rig.supervisor.orders.hasAttempt)
        #expect(bookings(rig).map(\.outcome) == [.failed] && bookings(rig)[0].reason == .byOperator)
        #expect(rig.supervisor.books[.failed] == 1)
    }

    // MARK: Workers

    @Test("brings a fresh worker, after the run that is going, and forgets that it has failed")
    func restart() {
        var rig = Rig(.running)
        rig.send(.intervene(.restart(isNow: false)))
        #expect(rig.effects == [.closeControl] && rig.supervisor.phase.deadline == .distantFuture)
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(bookings(rig).map(\.outcome) == [.ok])
        rig.send(.exited("exit 0"))
        #expect(rig.effects == [] && rig.supervisor.phase == .waiting(until: Rig.now, .succession))
        for stage in [Stage.backoff, .failed] {
            for act in [Intervention.restart(isNow: true), .restart(isNow: false), .reset] {
                var rig = Rig(stage)
                #expect(rig.supervisor.failures > 0)
                rig.send(.intervene(act))
                #expect(rig.supervisor.failures == 0 && rig.supervisor.deadline == Rig.now, "\(stage) \(act)")
                rig.send(.deadline)
                #expect(rig.effects.last == .spawn)
            }
        }
    }

    @Test("brings none to a job that needs none")
    func asleep() {
        var rig = Rig(.idle)
        rig.supervisor = JobSupervisor(definition(), start: at(1_000), seed: 1, sleeps: true)
        rig.send(.intervene(.restart(isNow: true)))
        #expect(rig.effects == [] && rig.supervisor.deadline == .distantFuture)
    }
}
