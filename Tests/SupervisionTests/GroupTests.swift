import Clocks
import Model
import TestSupport
import Testing
import Turns
import Wire

@testable import Supervision

@Suite("A job in a group")
struct GroupTests {
    private func rig(isQueued: Bool = true, wait: Nanoseconds? = nil, retries: Bool = false) -> Rig {
        var job = definition(ScheduleClock.monotonic.schedule)
        job.policy.concurrency = .init(group: "db", max: 1, wait: wait)
        if retries {
            var retry = RunPolicy.Retry()
            retry.delays.jitter = 0
            job.policy.retry = retry
        }
        var rig = Rig(.idle, job)
        if isQueued { rig.send(.report(.due(slot: Rig.slot))) }
        return rig
    }

    private let leave = Effect.send(.run(.init(slot: Rig.slot)))

    @Test("asks before a run, begins it when it is told to, and makes room at its end")
    func turn() {
        var rig = rig(isQueued: false)
        rig.send(.report(.due(slot: Rig.slot)))
        #expect(rig.effects == [.askForPermit])
        rig.send(.permitted)
        #expect(rig.effects == [leave])
        rig.send(.report(begin(run: 1, slot: Rig.slot)))
        #expect(rig.supervisor.phase == .running(Rig.run))
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(rig.effects.last == .returnPermit)
    }

    @Test("has no worker whose program does not know that it must ask")
    func features() {
        var job = definition(ScheduleClock.monotonic.schedule)
        job.policy.concurrency = .init(group: "db", max: 1)
        var rig = Rig(.starting, job)
        rig.send(.report(.ready(.init(next: Rig.slot, features: .none))))
        #expect(rig.effects.contains(.kill) && !rig.supervisor.phase.isServing)
    }

    @Test("makes room when its worker dies, in a run and while it waits")
    func death() {
        var waiting = rig()
        waiting.send(.exited("exit 1"))
        #expect(waiting.effects.first == .returnPermit)
        var running = rig()
        running.send(.permitted)
        running.send(.report(begin(run: 1, slot: Rig.slot)))
        running.send(.exited("exit 1"))
        #expect(running.effects.first == .returnPermit)
        #expect(running.supervisor.books[.crashed] == 1)
    }

    @Test("waits no longer than it may: its slot is skipped then, with those behind it")
    func wait() {
        var rig = rig(wait: .seconds(7))
        rig.fireDeadline()
        #expect(rig.now == at(1_007) as MonotonicInstant)
        #expect(
            rig.effects == [
                .book((Rig.slot, Rig.next), 2, .skipped, .wait), .send(.skip(through: Rig.next)), .returnPermit,
            ])
        #expect(rig.supervisor.books[.skipped] == 2)
        // What comes too late from the group.
        rig.send(.permitted)
        #expect(rig.effects == [])
    }

    @Test("is told a call again that was on its way when it asked")
    func callOnItsWay() {
        var rig = rig(isQueued: false, wait: .seconds(1))
        let call = Effect.send(.run(.init(call: 1, event: "{}")))
        rig.send(.call(event: "{}"))
        #expect(rig.effects == [call])
        rig.send(.report(.due(slot: Rig.slot)))
        #expect(rig.effects == [.askForPermit])
        rig.fireDeadline()
        #expect(rig.effects.suffix(3) == [.send(.skip(through: Rig.slot)), .returnPermit, call])
    }

    @Test("waits as long as it takes if no bound is named")
    func patience() { #expect(rig().supervisor.phase.deadline == .distantFuture) }

    @Test("asks for each attempt anew, and lets others run between them")
    func attempts() {
        var rig = rig(retries: true)
        rig.send(.permitted)
        rig.send(.report(begin(run: 1, slot: Rig.slot)))
        rig.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        #expect(rig.effects.last == .returnPermit)
        rig.fireDeadline()
        #expect(rig.effects == [.askForPermit])
        rig.send(.permitted)
        #expect(rig.effects == [.send(.run(.init(slot: Rig.slot, attempt: 2)))])
    }

    @Test("gives an attempt up that is still waiting when the next slot is due")
    func attemptTooLate() {
        var rig = rig(retries: true)
        rig.send(.permitted)
        rig.send(.report(begin(run: 1, slot: Rig.slot)))
        rig.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        rig.fireDeadline()
        rig.fireDeadline()
        #expect(rig.now == at(1_005) as MonotonicInstant)
        #expect(rig.effects.first == .returnPermit)
        #expect(rig.supervisor.books[.failed] == 1)
        rig.send(.report(.due(slot: Rig.next)))
        #expect(rig.effects == [.askForPermit])
    }

    @Test("uses the permit that it has for the slot that its worker asks for instead of the attempt")
    func crossing() {
        var rig = rig(retries: true)
        rig.send(.permitted)
        rig.send(.report(begin(run: 1, slot: Rig.slot)))
        rig.now = at(1_003)
        rig.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        rig.fireDeadline()
        rig.send(.permitted)
        rig.now = at(1_005)
        rig.send(.report(.due(slot: Rig.next)))
        #expect(rig.effects.last == .send(.run(.init(slot: Rig.next))))
        #expect(rig.supervisor.books[.failed] == 1)
    }

    @Test("is not believed if it begins without a permit, or asks twice, or asks for what is not due")
    func lies() {
        for report in [begin(run: 1, slot: Rig.slot), .due(slot: Rig.slot), .due(slot: Rig.next)] {
            var rig = rig()
            rig.send(.report(report))
            #expect(rig.effects.contains(.kill), "\(report)")
        }
        var stranger = Rig(.idle)
        stranger.send(.report(.due(slot: Rig.slot)))
        #expect(stranger.effects.contains(.kill))
    }

    @Test("is what any other is while it waits")
    func queued() {
        var liar = rig()
        liar.send(.violation("lies"))
        #expect(liar.supervisor.phase == .condemned(nil) && liar.effects == [.log(.violation("lies")), .kill])
        var twice = rig()
        twice.send(.report(.ready(.init(next: Rig.next))))
        #expect(twice.supervisor.phase == .condemned(nil))
        var patient = rig()
        for event in [.deadline, .hurry, .report(.pong(token: 1)), .spawned] as [Event] {
            patient.send(event)
            #expect(patient.effects == [], "\(event)")
        }
        #expect(patient.supervisor.phase == .queued(.init(slot: Rig.slot, attempt: 1)))
    }

    @Test("is replaced by what comes due in its run, not by what has waited with it")
    func replacement() {
        var job = definition(ScheduleClock.monotonic.schedule)
        job.policy.overlap = .replace
        job.policy.concurrency = .init(group: "db", max: 1)
        var rig = Rig(.idle, job)
        rig.send(.report(.due(slot: Rig.slot)))
        rig.now = at(1_027)
        rig.send(.permitted)
        rig.send(.report(begin(run: 1, slot: Rig.slot)))
        #expect(rig.supervisor.deadline == at(1_035) as MonotonicInstant)
        rig.fireDeadline()
        #expect(rig.supervisor.phase.run?.cut == .replaced)
    }

    @Test("waits no more when it is to stop")
    func stop() {
        var rig = rig()
        rig.send(.stop(grace: Rig.grace))
        #expect(rig.effects == [.returnPermit, .closeControl])
        rig.send(.permitted)
        #expect(rig.effects == [])
    }
}

@Suite("The permits of a group")
struct PermitQueueTests {
    private let group = RunPolicy.Concurrency(group: "db", max: 2)

    @Test("are given in the order in which they are asked for, and never more than there are")
    func order() {
        var queue = PermitQueue()
        #expect(queue.ask(1, group) == [1] && queue.ask(2, group) == [2])
        #expect(queue.ask(3, group) == [] && queue.ask(4, group) == [])
        #expect(queue.giveBack(2, group: "db") == [3])
        #expect(queue.giveBack(1, group: "db") == [4])
        #expect(queue.giveBack(3, group: "db") == [])
    }

    @Test("are not given to who has gone")
    func gone() {
        var queue = PermitQueue()
        for job in 1...4 { _ = queue.ask(job, group) }
        #expect(queue.giveBack(3, group: "db") == [])
        #expect(queue.giveBack(1, group: "db") == [4])
    }

    @Test("are those of one group")
    func groups() {
        var queue = PermitQueue()
        for job in 1...3 { _ = queue.ask(job, group) }
        #expect(queue.ask(4, .init(group: "mail", max: 1)) == [4])
        #expect(queue.giveBack(4, group: "mail") == [])
    }

    @Test("become more or fewer when the bound does")
    func bound() {
        var queue = PermitQueue()
        for job in 1...4 { _ = queue.ask(job, group) }
        #expect(queue.ask(5, .init(group: "db", max: 4)) == [3, 4])
        _ = queue.ask(6, .init(group: "db", max: 1))
        #expect(queue.giveBack(1, group: "db") == [] && queue.giveBack(2, group: "db") == [])
        #expect(queue.giveBack(3, group: "db") == [] && queue.giveBack(4, group: "db") == [5])
    }
}
