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

    @Test("is made again where it has failed, before all others, as its entry's retry says")
    func again() {
        var job = hookOnly
        job.policy.retry = .init()
        job.policy.retry?.delays.jitter = 0
        var rig = Rig(.firstStart, job)
        for _ in 0..<2 { rig.send(.call(event: "{}")) }
        rig.fireDeadline()
        rig.send(.spawned)
        rig.send(.report(.ready(.init(next: .distantFuture))))
        for attempt in 1...3 {
            #expect(rig.effects.last == .send(.run(.init(attempt: Int64(attempt), call: 1, event: "{}"))))
            let run = Int64(attempt)
            rig.send(.report(.begin(.init(run: run, slot: nil, next: .distantFuture, lateness: .zero, call: 1))))
            #expect(rig.supervisor.phase.run?.attempt == attempt)
            rig.send(.report(end(run: run, slot: nil, .failed, next: .distantFuture)))
            let delay = [Nanoseconds.seconds(1), .seconds(2), nil][attempt - 1]
            #expect(rig.effects.bookings.last?.retryAfter == delay)
            if let delay {
                #expect(rig.effects.filter { $0 == call(2) } == [] && rig.supervisor.deadline == rig.now + delay)
                rig.fireDeadline()
            }
        }
        #expect(rig.effects.last == call(2) && rig.supervisor.books.retried == 2)
    }

    /// Of a function whose calls are made again.
    private func begunCall() -> Rig {
        var job = hookOnly
        job.policy.retry = .init()
        var rig = Rig(.firstStart, job)
        rig.send(.call(event: "{}"))
        rig.fireDeadline()
        rig.send(.spawned)
        rig.send(.report(.ready(.init(next: .distantFuture))))
        rig.send(.report(.begin(.init(run: 1, slot: nil, next: .distantFuture, lateness: .zero, call: 1))))
        return rig
    }

    @Test("that is to be made again is for the job that takes the place of its own, or for the next daemon")
    func againElsewhere() {
        var rig = begunCall()
        var stopped = rig
        rig.send(.report(end(run: 1, slot: nil, .failed, next: .distantFuture)))
        #expect(rig.supervisor.handOverCalls().map(\.number) == [1])
        stopped.send(.stop(grace: Rig.grace, isFinal: true))
        stopped.send(.report(end(run: 1, slot: nil, .failed, next: .distantFuture)))
        #expect(stopped.effects.bookings.last?.retryAfter != nil)
    }

    @Test("is not made again where its function has said that this does not help")
    func final() {
        var rig = begunCall()
        var last = Report.End(
            run: 1, slot: nil, next: .distantFuture, lateness: .zero, duration: .zero, outcome: .failed,
            text: "HTTP 404")
        last.isFinal = true
        rig.send(.report(.end(last)))
        #expect(rig.effects.bookings.last?.retryAfter == nil && rig.supervisor.deadline == .distantFuture)
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

extension [Effect] {
    fileprivate var bookings: [Booking] {
        compactMap { if case .book(let booking) = $0 { booking } else { nil } }
    }
}
