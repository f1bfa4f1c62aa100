import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Values
import Wire

@testable import Supervision

@Suite("A function that is called")
struct CallTests {
    private var hookOnly: JobDefinition {
        var job = definition(Schedule(.none, text: Schedule.hookOnlyText))
        job.isHookOnly = true
        return job
    }

    private func call(_ number: Int64) -> Effect { .send(.run(.init(call: number, event: "{}"))) }

    @Test("gets its worker with its first call, and runs one call after the other")
    func hookOnlyWorker() {
        var rig = Rig(.firstStart, hookOnly)
        #expect(rig.supervisor.deadline == .distantFuture)
        rig.send(.call(event: "{}"))
        rig.send(.call(event: "{}"))
        rig.fireDeadline()
        #expect(rig.effects == [.spawn])
        rig.send(.spawned)
        rig.send(.report(.ready(.init(next: .distantFuture))))
        #expect(rig.effects.last == call(1))
        rig.send(.report(.begin(.init(run: 1, slot: nil, next: .distantFuture, lateness: .zero, call: 1))))
        #expect(rig.supervisor.phase.run?.call == 1)
        rig.send(.report(end(run: 1, slot: nil, next: .distantFuture)))
        #expect(rig.effects.last == call(2))
    }

    @Test("of a job runs between its slots, and does not take part in what becomes of the job")
    func ofJob() {
        var job = definition()
        job.policy.hooks.onFailure = alert
        job.policy.retry = .init()
        var rig = Rig(.running, job)
        rig.send(.call(event: "{}"))
        #expect(rig.effects == [])
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(rig.effects.last == call(1))
        rig.send(.report(.begin(.init(run: 2, slot: nil, next: Rig.next, lateness: .zero, call: 1))))
        rig.send(.report(end(run: 2, slot: nil, .failed)))
        #expect(rig.effects.calls == [] && rig.supervisor.runKeeper.orders.pending == nil)
        #expect(rig.supervisor.books.total == 1)
    }

    @Test("is told again of a call that its worker died before, and not of one that it died in")
    func death() {
        var rig = Rig(.idle, definition(maxAttempts: 0))
        rig.send(.call(event: "{}"))
        #expect(rig.effects == [call(1)])
        for isBegun in [false, true] {
            if isBegun {
                rig.send(.report(.begin(.init(run: 1, slot: nil, next: Rig.next, lateness: .zero, call: 1))))
            }
            rig.send(.exited("exit 1"))
            while !rig.effects.contains(.spawn) { rig.fireDeadline() }
            rig.send(.spawned)
            rig.send(.report(.ready(.init(next: Rig.next))))
            #expect(rig.effects.contains(call(1)) == !isBegun)
        }
    }

    @Test("is not told of more calls than fit, or of any at a stop, which are counted")
    func dropped() {
        var rig = Rig(.running)
        for _ in 0..<Orders.mostCalls { rig.send(.call(event: "{}")) }
        #expect(rig.effects == [])
        rig.send(.call(event: "{}"))
        #expect(rig.effects == [.log(.callsDropped(1))])
        rig.send(.stop(grace: Rig.grace))
        #expect(rig.effects.first == .log(.callsDropped(Orders.mostCalls)))
    }
}
