import Clocks
import Model
import Schedules
import Testing
import Turns
import Wire

@testable import Supervision

@Suite("What the daemon hears late, or not at all")
struct CrossingTests {
    private var hookOnly: JobDefinition {
        var job = definition(Schedule(.none, text: Schedule.hookOnlyText))
        job.isHookOnly = true
        return job
    }

    private func begin(_ run: Int64, call: Int64) -> Event {
        .report(.begin(.init(run: run, slot: nil, next: .distantFuture, lateness: .zero, call: call)))
    }

    @Test("the end of a run without a slot, whose report was given up, ends the run")
    func runWithoutSlot() {
        var rig = Rig(.starting, hookOnly)
        rig.send(.report(.ready(.init(next: .distantFuture))))
        rig.send(.call(event: "{}"))
        rig.send(begin(1, call: 1))
        rig.send(.call(event: "{}"))
        rig.send(.report(.dropped(.init(reports: 1, run: 1))))
        #expect(rig.supervisor.runs == 1)
        #expect(rig.effects.last == .send(.run(.init(call: 2, event: "{}"))))
        rig.send(.report(.dropped(.init(reports: 2, run: 2))))
        #expect(
            rig.supervisor.runs == 2 && rig.supervisor.runKeeper.orders.calls.isEmpty
                && rig.supervisor.runKeeper.orders.given == nil)
    }

    @Test("a run with a slot goes on if the counts cover no slot")
    func runWithSlot() {
        var rig = Rig(.running)
        rig.send(.report(.dropped(.init(reports: 1, run: 1))))
        #expect(rig.supervisor.phase == .running(Rig.run))
    }

    @Test("a call that may have been given up with the runs before it, and then begins, is no breach")
    func callAfterDropped() {
        var rig = Rig(.idle)
        rig.send(.call(event: "{}"))
        rig.send(.report(.dropped(.init(reports: 2, ok: 1, through: Rig.slot, run: 1))))
        rig.send(begin(2, call: 1))
        #expect(rig.supervisor.phase.run?.call == 1)
        var liar = Rig(.idle)
        liar.send(begin(1, call: 1))
        #expect(liar.effects.contains(.kill))
    }

    @Test("a call that was given up after the run that is running does not hold up those after it")
    func callBehindRun() {
        var rig = Rig(.idle)
        rig.send(.call(event: "{}"))
        rig.send(.report(SupervisionTests.begin(run: 1, slot: Rig.slot)))
        rig.send(.report(.dropped(.init(reports: 3, ok: 1, through: Rig.slot, run: 2))))
        #expect(rig.supervisor.runKeeper.orders.given == nil && rig.supervisor.runKeeper.orders.calls.isEmpty)
    }

    @Test("a wall clock that was set gives attempts up before a new worker makes up for the slot behind theirs")
    func clockBeforeItsWord() {
        var job = definition(ScheduleClock.wall.schedule)
        job.policy.retry = .init()
        var rig = Rig(.running, job)
        rig.send(.exited("exit 1"))
        #expect(rig.supervisor.runKeeper.orders.pending != nil)
        rig.wallLead = .seconds(30)
        while !rig.effects.contains(.spawn) { rig.fireDeadline() }
        #expect(rig.supervisor.runKeeper.orders.pending == nil)
        #expect(rig.supervisor.books[.crashed] == 1 && rig.supervisor.books.accounted >= Rig.slot)
        #expect(
            rig.supervisor.books.total
                == rig.supervisor.books.timetable.count(
                    after: rig.supervisor.books.timetable.start, through: rig.supervisor.books.accounted))
    }
}
