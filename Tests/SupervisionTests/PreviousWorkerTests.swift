import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns

@testable import Supervision

@Suite("A job whose worker of a previous life is still there")
struct PreviousWorkerTests {
    private static let waiting = Effect.log(.waitingForPreviousWorker(Rig.holder))

    @Test("waits for it, and says so once; where a worker is, the event means nothing")
    func occupied() {
        let phase = Phase.waiting(until: Rig.soon, .previousWorker)
        expectRow(
            .occupied(by: Rig.holder),
            row(Stage.withoutWorker) { Cell(phase, $0 == .previousWorker ? [] : [Self.waiting]) })
    }

    @Test("counts no failure, asks again twice a second, and names it once a minute")
    func patience() {
        var rig = Rig(.backoff)
        var loggedAt: [MonotonicInstant] = []
        for _ in 0..<600 {
            rig.send(.occupied(by: Rig.holder))
            if rig.effects.contains(Self.waiting) { loggedAt.append(rig.now) }
            rig.fireDeadline()
            #expect(rig.effects.contains(.spawn))
        }
        #expect(rig.now == at(1_300))
        #expect(loggedAt == [at(1_000), at(1_060), at(1_120), at(1_180), at(1_240)])
        #expect(rig.supervisor.failures == 1)
    }

    @Test("begins its timetable then: the last slot that is due is made up for, those before it are missed")
    func books() {
        for clock in ScheduleClock.both {
            var rig = Rig(.firstStart, clock)
            rig.send(.occupied(by: Rig.holder))
            #expect(rig.supervisor.books.timetable.start == at(1_000))
            rig.now = at(1_036)
            rig.send(.deadline)
            let slots: (first: SlotInstant, missed: Int64, open: SlotInstant) =
                clock == .monotonic ? (at(1_010), 2, at(1_030)) : (at(1_005), 3, at(1_035))
            let missed = Effect.book((slots.first, slots.open + .seconds(-10)), slots.missed)
            #expect(rig.effects == [missed, .spawn], "\(clock)")
            rig.send(.spawned)
            #expect(rig.supervisor.books.timetable.start == at(1_000))
            #expect(rig.supervisor.books.isOpen(slots.open, at: at(1_036)), "\(clock)")
            #expect(rig.supervisor.life.starts.previousWorker == nil)
        }
    }

    @Test("does not kill again what was killed and does not go")
    func killedAlready() {
        var definition = definition(.interval(.seconds(10)))
        definition.policy.timeout = .seconds(3)
        var rig = Rig(.backoff, definition)
        for _ in 0..<300 {
            rig.send(.occupied(by: Rig.holder, isKilled: true))
            #expect(!rig.effects.contains(.killPreviousWorker))
            rig.fireDeadline()
        }
    }

    @Test("has it killed when it has had the time-out's time, and once a minute if it does not go")
    func timeout() {
        var definition = definition(.interval(.seconds(10)))
        definition.policy.timeout = .seconds(3)
        var rig = Rig(.backoff, definition)
        var killedAt: [MonotonicInstant] = []
        for _ in 0..<300 {
            rig.send(.occupied(by: Rig.holder))
            if rig.effects.contains(.killPreviousWorker) {
                #expect(rig.effects.suffix(2) == [.log(.previousWorkerKilled(Rig.holder)), .killPreviousWorker])
                killedAt.append(rig.now)
            }
            rig.fireDeadline()
        }
        // kill_after is 5 s.
        #expect(killedAt == [at(1_008), at(1_060), at(1_120)])
    }

    @Test("ends with it as with its own when it is told to stop, within its grace and 2.5 s")
    func stop() {
        var rig = Rig(.previousWorker)
        rig.send(.stop(grace: Rig.grace, isFinal: true))
        #expect(rig.effects == [.watchPreviousWorker])
        rig.fireDeadline()
        #expect(rig.now == at(1_007) && rig.effects == [.log(.terminated), .terminate])
        rig.fireDeadline()
        #expect(rig.now == at(1_008) && rig.effects == [.log(.killed), .kill])
        var gone = rig
        gone.send(.exited("ended"))
        #expect(gone.effects.last == .log(.stopped))
        rig.fireDeadline()
        #expect(rig.now == Self.now(1_009_500) && rig.effects.first == .log(.leftBehind))
        #expect(rig.supervisor.phase == .stopped && rig.effects.last == .log(.stopped))
    }

    private static func now(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: milliseconds * 1_000_000)
    }

    @Test("waits no longer at a stop for one that was killed already, and not at all for what a dead one has left")
    func stopAfterKill() {
        var definition = definition(.interval(.seconds(10)))
        definition.policy.timeout = .seconds(3)
        var rig = Rig(.previousWorker, definition)
        rig.now = at(1_008)
        rig.send(.occupied(by: Rig.holder))
        rig.send(.stop(grace: Rig.grace, isFinal: true))
        #expect(rig.effects == [.watchPreviousWorker] && rig.supervisor.deadline == Self.now(1_009_500))
        rig = Rig(.backoff)
        rig.send(.occupied(by: Rig.holder, isKilled: true))
        rig.send(.stop(grace: Rig.grace, isFinal: true))
        #expect(rig.supervisor.phase == .stopped)
    }

    @Test("never has it killed without a time-out, or while nobody knows who it is")
    func mercy() {
        var definition = definition(.interval(.seconds(10)))
        for (timeout, holder) in [(nil, Rig.holder), (.seconds(3), nil)] as [(Nanoseconds?, Int32?)] {
            definition.policy.timeout = timeout
            var rig = Rig(.backoff, definition)
            for _ in 0..<300 {
                rig.send(.occupied(by: holder))
                #expect(!rig.effects.contains(.killPreviousWorker))
                rig.fireDeadline()
            }
        }
    }
}
