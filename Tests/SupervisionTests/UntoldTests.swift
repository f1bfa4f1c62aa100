import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Values
import Wire

@testable import Supervision

@Suite("Who wants to know, when the daemon is killed before that was told")
struct UntoldTests {
    private var job: JobDefinition {
        var job = definition(ScheduleClock.monotonic.schedule)
        (job.policy.hooks.onFailure, job.policy.hooks.onRecovery, job.policy.hooks.onLate) = (alert, alert, alert)
        job.policy.hooks.lateAfter = .seconds(3)
        return job
    }

    /// What the next daemon calls.
    private func calls(after rig: Rig) -> [Value.Map] {
        var next = nextLife(of: rig, job, at: at(1_001))
        let calls = next.effects.calls
        next.fireDeadline()
        #expect(next.effects.calls == [])
        return calls
    }

    @Test("is told of a failure by the next one, with the same incident, unless the call has ended")
    func failure() {
        var rig = Rig(.running, job)
        rig.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        let first = rig.effects.calls
        #expect(first.count == 1 && rig.supervisor.standing.untold == .failure)
        #expect(calls(after: rig) == first)
        rig.send(.told(.failure))
        #expect(calls(after: rig) == [] && rig.supervisor.standing.isFailing)
    }

    // MARK: F62

    @Test(
        "is none whose call of the daemon before has ended: that is no call of this one, by its record or by its worker's note"
    )
    func earlierCall() {
        var function = definition(Schedule(.none, text: Schedule.hookOnlyText))
        function.isHookOnly = true
        for isNoted in [false, true] {
            var rig = Rig(.firstStart, function)
            rig.send(.call(event: "{}"))
            rig.fireDeadline()
            rig.send(.spawned)
            rig.send(.report(.ready(.init(next: .distantFuture))))
            rig.send(.report(.begin(.init(run: 1, slot: nil, next: .distantFuture, lateness: .zero, call: 1))))
            var next = rig
            next.supervisor = JobSupervisor(
                function, start: at(1_001), seed: 1,
                resuming: Resumption(JobRecord(RecordRowCopy.of(JobRecord(rig.supervisor))), isOfPreviousLife: true))
            next.supervisor.expectNote(epoch: 1)
            var note = RunNote(epoch: 1)
            note.begin(
                .init(
                    Report.Begin(run: 1, slot: nil, next: .distantFuture, lateness: .zero, call: 1), attempt: 1,
                    at: rig.now))
            note.end(
                Report.End(
                    run: 1, slot: nil, next: .distantFuture, lateness: .zero, duration: .zero, outcome: .ok, text: ""),
                skipped: 0)
            next.send(.noted(isNoted ? note : nil))
            var calls: [Int64] = []
            for case .book(let booking) in next.effects { calls += booking.run?.call.map { [$0] } ?? [] }
            #expect(calls.count == 1)
            let call = calls.first ?? 0
            #expect(FunctionCall.isOfEarlierLife(call) && call > 0, "\(call)")
            #expect(FunctionCall.ofEarlierLife(call) == call)
        }
    }

    // MARK: Others

    @Test("is told of the recovery too, in the order in which it was")
    func recovery() {
        var rig = Rig(.running, job)
        rig.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        rig.now = at(1_005)
        rig.send(.report(begin(run: 2, slot: Rig.next)))
        rig.send(.report(end(run: 2, slot: Rig.next)))
        let told = calls(after: rig)
        #expect(told.map { $0["event"] } == [.string("failure"), .string("recovery")])
        // What the first run came to is not known any more, but which it was is.
        #expect(told.map { $0["incident"] } == [.int(1), .int(1)] && told.map { $0["run"] } == [.int(1), .int(2)])
        rig.send(.told(.failure))
        #expect(calls(after: rig).map { $0["event"] } == [.string("recovery")])
    }

    @Test("is told of the state that holds: not of a failure that is over, nor of the end of the one before")
    func outdated() {
        var over = Rig(.running, job)
        over.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        over.now = at(1_005)
        over.send(.report(begin(run: 2, slot: Rig.next)))
        over.send(.report(end(run: 2, slot: Rig.next)))
        var failing = over
        over.send(.told(.recovery))
        #expect(over.supervisor.standing.untold == .failure && calls(after: over) == [])
        failing.now = at(1_015)
        failing.send(.report(begin(run: 3, slot: at(1_015))))
        failing.send(.report(end(run: 3, slot: at(1_015), .failed)))
        #expect(failing.supervisor.standing.untold == [.failure, .recovery])
        let told = calls(after: failing)
        #expect(told.map { $0["event"] } == [.string("failure")] && told.map { $0["incident"] } == [.int(3)])
    }

    @Test("is told that a slot is late")
    func late() {
        var rig = Rig(.idle, job)
        rig.now = at(998)
        rig.send(.deadline)
        #expect(rig.effects.calls.count == 1 && rig.supervisor.standing.untold == .late)
        #expect(calls(after: rig).map { $0["event"] } == [.string("late")])
        rig.send(.told(.late))
        #expect(calls(after: rig) == [])
    }

    @Test("is told nothing that no function is called for")
    func unheard() {
        var rig = Rig(.running, definition(ScheduleClock.monotonic.schedule))
        rig.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        #expect(rig.supervisor.standing.isFailing && rig.supervisor.standing.untold.isEmpty)
    }
}
