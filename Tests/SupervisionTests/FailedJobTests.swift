import Clocks
import Model
import TestSupport
import Testing
import Turns
import Wire

@testable import Supervision

@Suite("A job that was given up")
struct FailedJobTests {
    private static let slowRetry = Nanoseconds.seconds(300)

    // MARK: F24

    @Test("is tried again every 300 s for as long as it fails", arguments: ScheduleClock.both)
    func slowRetry(clock: ScheduleClock) {
        var rig = Rig(.failed, clock)
        for failures in 3...40 {
            let before = rig.now
            rig.fireDeadline()
            #expect(rig.now - before == Self.slowRetry)
            #expect(rig.effects.last == .spawn)
            rig.send(.spawned)
            rig.send(.exited("exit 1"))
            #expect(rig.effects.last == .log(.gaveUp(retryAfter: Self.slowRetry, failures: failures)))
            #expect(rig.supervisor.phase == .failed(until: rig.now + Self.slowRetry))
        }
    }

    @Test("is a job like any other once its worker has been stable", arguments: ScheduleClock.both)
    func recovered(clock: ScheduleClock) {
        var rig = Rig(.failed, clock)
        rig.fireDeadline()
        rig.send(.spawned)
        rig.send(.report(.ready(.init(next: .distantFuture))))
        rig.now = rig.now + .seconds(10)
        rig.send(.exited("exit 1"))
        #expect(rig.effects.last == .log(.retry(after: .seconds(1), failures: 1)))
        #expect(rig.supervisor.phase == .waiting(until: rig.now + .seconds(1), .backoff))
    }

    @Test("fails again as before if its worker was not", arguments: ScheduleClock.both)
    func unstable(clock: ScheduleClock) {
        var rig = Rig(.failed, clock)
        rig.fireDeadline()
        rig.send(.spawned)
        rig.send(.report(.ready(.init(next: .distantFuture))))
        rig.now = rig.now + .seconds(9)
        rig.send(.exited("exit 1"))
        #expect(rig.effects.last == .log(.gaveUp(retryAfter: Self.slowRetry, failures: 3)))
    }

    @Test("is there for its slots again when a retry succeeds: the last that came due meanwhile is run, late")
    func succeeds() {
        var rig = Rig(.failed)
        rig.fireDeadline()
        #expect(rig.effects == [.book((Rig.slot, at(1_285)), 30), .spawn])
        rig.send(.spawned)
        rig.send(.report(.ready(.init(next: at(1_295)))))
        rig.send(.report(begin(run: 1, slot: at(1_295))))
        rig.send(.report(end(run: 1, slot: at(1_295), next: at(1_305))))
        #expect(rig.supervisor.books[.ok] == 1 && rig.supervisor.books[.missed] == 30)
        #expect(rig.supervisor.phase.isServing)
    }
}
