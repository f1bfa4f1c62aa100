import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Values
import Wire

@testable import Supervision

@Suite("A job that makes up for what came due without a daemon")
struct CatchUpTests {
    /// The life before ended behind its slot of 995 s, and this one begins at 1,027 s: those of 1,005 to 1,025 s came due meanwhile.
    private func rig(
        _ slots: RunPolicy.CatchUp.Slots, _ prepare: (inout JobDefinition) -> Void = { _ in }
    ) -> Rig {
        owing(slots, prepare)
    }

    private let first = Rig.next
    private let last: SlotInstant = at(1_025)

    private func missed(_ first: SlotInstant, _ last: SlotInstant, _ count: Int64, _ reason: Booking.Reason) -> Effect {
        .book((first, last), count, .missed, reason)
    }

    @Test("misses all, all but the last, or none of them, and says so")
    func decisions() {
        #expect(rig(.none).effects == [missed(first, last, 3, .down)])
        #expect(
            rig(.last).effects == [
                missed(first, at(1_015), 2, .down), .log(.catchingUp(slots: 1, first: last, last: last, missed: 2)),
            ])
        #expect(rig(.all).effects == [.log(.catchingUp(slots: 3, first: first, last: last, missed: 0))])
        let bounded = rig(.all) {
            $0.policy.catchUp.max = 1
            $0.policy.startingDeadline = .seconds(15)
        }
        #expect(
            bounded.effects == [
                missed(first, first, 1, .deadline), missed(at(1_015), at(1_015), 1, .limit),
                .log(.catchingUp(slots: 1, first: last, last: last, missed: 2)),
            ])
    }

    /// With a worker that is ready.
    private func served(_ rig: Rig, _ features: Features = .all) -> Rig {
        var rig = rig
        rig.send(.spawned)
        rig.send(.report(.ready(.init(next: first, features: features))))
        return rig
    }

    private func run(_ rig: inout Rig, _ number: Int64, _ slot: SlotInstant) {
        rig.send(.report(.due(slot: slot)))
        #expect(rig.effects == [.askForPermit])
        rig.send(.permitted)
        #expect(rig.effects == [.send(.run(.init(slot: slot)))])
        rig.send(.report(begin(run: number, slot: slot)))
        #expect(rig.supervisor.phase.run?.isCaughtUp == true)
        rig.send(.report(end(run: number, slot: slot)))
        #expect(rig.effects.contains(.returnPermit))
    }

    @Test("runs each with leave of its own, and lets the worker keep the time again behind the last")
    func order() {
        var rig = served(rig(.all))
        #expect(rig.supervisor.wantsQuestions && rig.supervisor.owed?.through == last)
        run(&rig, 2, first)
        run(&rig, 3, at(1_015))
        #expect(rig.effects.last == .returnPermit && rig.supervisor.wantsQuestions)
        run(&rig, 4, last)
        #expect(rig.effects.last == .send(.ask(false)) && rig.supervisor.owed == nil)
        #expect(rig.counts == [.ok: 4])
        guard case .book(let booking)? = rig.effects.first else { return #expect(Bool(false)) }
        #expect(booking.run?.isCaughtUp == true)
    }

    @Test("is not replaced by what comes due meanwhile, and is not late by it")
    func replacement() {
        var rig = served(
            rig(.last) {
                $0.policy.overlap = .replace
                $0.policy.hooks.onLate = EntryID(namespace: "app", name: "late")
                $0.policy.hooks.lateAfter = .seconds(1)
            })
        rig.send(.report(.due(slot: last)))
        rig.send(.permitted)
        rig.send(.report(begin(run: 2, slot: last)))
        rig.now = at(1_050)
        rig.send(.deadline)
        #expect(rig.supervisor.phase.run?.cut == nil && !rig.supervisor.standing.isLate)
    }

    @Test("makes a call before the next of them")
    func calls() {
        var rig = served(rig(.all))
        rig.send(.call(event: "{}"))
        rig.send(.report(.due(slot: first)))
        let before = rig.supervisor.books.accounted
        #expect(before < first)
        #expect(rig.effects == [.send(.skip(through: before)), .send(.run(.init(call: 1, event: "{}")))])
    }

    @Test("owes nothing that falls into a pause")
    func pause() {
        var rig = served(rig(.all))
        rig.send(.pause(true))
        rig.send(.report(.due(slot: first)))
        #expect(rig.effects == [])
        rig.send(.pause(false))
        #expect(rig.counts == [.ok: 1, .skipped: 3] && rig.supervisor.owed == nil)
        #expect(rig.effects.last == .send(.ask(false)))
    }

    @Test("goes on with the rest when its worker has died")
    func crash() {
        var rig = served(rig(.all))
        run(&rig, 2, first)
        rig.send(.exited("exit 1"))
        rig.now = at(1_047)
        rig.send(.deadline)
        #expect(rig.effects == [.spawn] && rig.counts == [.ok: 2])
        rig = served(rig)
        #expect(rig.supervisor.workerAccounted == first && rig.supervisor.owed?.through == last)
        run(&rig, 3, at(1_015))
    }

    @Test("makes up for the last alone where its program does not know how")
    func oldProgram() {
        var rig = served(rig(.all), Features.all.without(.owed))
        #expect(rig.counts == [.ok: 1, .missed: 2])
        run(&rig, 2, last)
        #expect(rig.counts == [.ok: 2, .missed: 2])
    }

    @Test("goes on with the rest in the next life, and behind a reload")
    func nextLives() {
        var rig = served(rig(.all))
        run(&rig, 2, first)
        var before = Resumption(JobRecord(rig.supervisor), isOfPreviousLife: false)
        before.owed = rig.supervisor.owed
        var job = definition(ScheduleClock.monotonic.schedule)
        job.policy.catchUp.slots = .all
        let reloaded = JobSupervisor(job, start: at(1_028), seed: 1, resuming: before)
        #expect(reloaded.owed?.through == last && reloaded.books.accounted == first)
        rig.supervisor = JobSupervisor(
            job, start: at(1_028), seed: 1, resuming: Resumption(JobRecord(rig.supervisor), isOfPreviousLife: true))
        rig.now = at(1_028)
        rig.send(.noted(nil))
        #expect(rig.effects == [.log(.catchingUp(slots: 2, first: at(1_015), last: last, missed: 0))])
    }

    // MARK: Deadlines

    @Test("misses what its worker says is too late, and one that waits for its group for too long")
    func deadlines() {
        var late = Rig(.idle, definition(ScheduleClock.monotonic.schedule, deadline: .seconds(2)))
        late.send(.report(.late(.init(slot: Rig.slot, next: Rig.next))))
        #expect(late.effects == [.book((Rig.slot, Rig.slot), 1, .missed, .deadline)])
        var job = definition(ScheduleClock.monotonic.schedule, deadline: .seconds(8))
        job.policy.concurrency = .init(group: "db", max: 1, wait: .seconds(60))
        var waiting = Rig(.idle, job)
        waiting.send(.report(.due(slot: Rig.slot)))
        waiting.fireDeadline()
        #expect(waiting.now == at(1_003) as MonotonicInstant)
        #expect(
            waiting.effects == [
                .book((Rig.slot, Rig.slot), 1, .missed, .deadline), .send(.skip(through: Rig.slot)), .returnPermit,
            ])
    }

    @Test("has a program that cannot judge ask before each run, and judges itself")
    func oldProgramAndDeadline() {
        var rig = Rig(.starting, definition(ScheduleClock.monotonic.schedule, deadline: .seconds(2)))
        rig.send(.report(.ready(.init(next: Rig.next, features: Features.all.without(.deadline)))))
        #expect(rig.effects.last == .send(.ask(true)))
        rig.send(.report(.asked(true)))
        rig.send(.report(.due(slot: Rig.slot)))
        #expect(
            rig.effects == [.book((Rig.slot, Rig.slot), 1, .missed, .deadline), .send(.skip(through: Rig.slot))])
        rig.now = at(1_006)
        rig.send(.report(.due(slot: Rig.next)))
        #expect(rig.effects == [.send(.run(.init(slot: Rig.next)))])
    }

    @Test("believes no worker that calls a slot late without a deadline, or one that is not due")
    func lies() {
        var without = Rig(.idle, definition(ScheduleClock.monotonic.schedule))
        without.send(.report(.late(.init(slot: Rig.slot, next: Rig.next))))
        #expect(without.effects.contains(.kill))
        var early = Rig(.idle, definition(ScheduleClock.monotonic.schedule, deadline: .seconds(2)))
        early.send(.report(.late(.init(slot: at(1_015), next: at(1_025)))))
        #expect(early.effects.contains(.kill))
    }

    // MARK: Lost runs

    @Test("attempts a slot again whose run was lost with the daemon, if its entry says so and no later one is due")
    func lost() {
        for (onLost, start, hasAttempt) in [
            (.rerun, at(1_001), true), (.skip, at(1_001), false), (.rerun, at(1_027), false),
        ] as [(RunPolicy.OnLost, Moment, Bool)] {
            var job = definition(ScheduleClock.monotonic.schedule)
            job.policy.onLost = onLost
            var rig = Rig(.running, job)
            rig.supervisor = JobSupervisor(
                job, start: start, seed: 1,
                resuming: Resumption(JobRecord(rig.supervisor), isOfPreviousLife: true))
            rig.now = start.monotonic
            rig.send(.noted(nil))
            #expect(rig.supervisor.orders.hasAttempt == hasAttempt, "\(onLost)")
            #expect(rig.supervisor.books[.interrupted] == (hasAttempt ? 0 : 1), "\(onLost)")
        }
    }
}

@Suite("Who may make up for a slot")
struct CatchUpQueueTests {
    private func wall(_ seconds: Int64) -> WallInstant { WallInstant(seconds: seconds) }

    @Test("is so many at a time, the oldest slot first")
    func order() {
        var queue = CatchUpQueue(most: 1)
        #expect(queue.ask(1, slot: wall(30)) == [1] && queue.ask(1, slot: wall(30)) == [])
        #expect(
            queue.ask(2, slot: wall(20)) == [] && queue.ask(3, slot: wall(10)) == []
                && queue.ask(4, slot: wall(20)) == [])
        #expect(queue.giveBack(1) == [3])
        #expect(queue.giveBack(2) == [] && queue.giveBack(3) == [4] && queue.giveBack(9) == [])
    }
}

private func definition(_ schedule: Schedule, deadline: Nanoseconds) -> JobDefinition {
    var job = definition(schedule)
    job.policy.startingDeadline = deadline
    return job
}
