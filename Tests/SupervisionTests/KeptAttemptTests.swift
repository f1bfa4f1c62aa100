import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Values
import Wire

@testable import Supervision

@Suite("An attempt that is to come when the daemon ends")
struct KeptAttemptTests {
    private var job: JobDefinition {
        var job = definition(ScheduleClock.monotonic.schedule, maxAttempts: 5)
        (job.policy.hooks.onFailure, job.policy.retry) = (alert, .init())
        job.policy.retry?.delays.jitter = 0
        return job
    }

    private enum End: CaseIterable { case failed, crashed, failedInStop }

    private func stopped(_ end: End, keepsAttempts: Bool) -> (rig: Rig, bookings: [Booking], calls: [Value.Map]) {
        var (rig, seen) = (Rig(.running, job), [Effect]())
        func send(_ event: Event) {
            rig.send(event)
            seen += rig.effects
        }
        let failure = Event.report(SupervisionTests.end(run: 1, slot: Rig.slot, .failed))
        if end == .failed { send(failure) }
        if end == .crashed { send(.exited("signal 9 (SIGKILL)")) }
        send(.stop(grace: Rig.grace, isFinal: true, keepsAttempts: keepsAttempts))
        if end == .failedInStop { send(failure) }
        if end != .crashed { send(.exited("exit 0")) }
        #expect(rig.supervisor.phase == .stopped)
        let bookings = seen.compactMap { if case .book(let booking) = $0 { booking } else { nil } }
        return (rig, bookings, seen.calls)
    }

    @Test("is made by the next one, and nobody is told of a failure")
    func kept() {
        for end in End.allCases {
            let (rig, bookings, calls) = stopped(end, keepsAttempts: true)
            #expect(calls == [] && bookings.count == 1 && bookings.first?.retryAfter == .seconds(1), "\(end)")
            #expect(rig.supervisor.books.total == 0, "\(end)")
            var next = nextLife(of: rig, job, at: at(1_002))
            #expect(next.effects == [] && next.supervisor.books.total == 0, "\(end)")
            next.fireDeadline()
            next.send(.spawned)
            next.send(.report(.ready(.init(next: Rig.next))))
            #expect(next.effects.contains(.send(.run(.init(slot: Rig.slot, attempt: 2)))), "\(end)")
            next.send(.report(begin(run: 2, slot: Rig.slot)))
            next.send(.report(SupervisionTests.end(run: 2, slot: Rig.slot)))
            #expect(next.supervisor.books[.ok] == 1 && next.supervisor.books.total == 1, "\(end)")
        }
    }

    @Test("leaves its slot interrupted where the next one comes too late, and nobody is told")
    func tooLate() {
        let next = nextLife(of: stopped(.failed, keepsAttempts: true).rig, job, at: at(1_007))
        #expect(next.supervisor.books[.interrupted] == 1 && next.supervisor.books[.failed] == 0)
        #expect(next.effects.calls == [] && next.supervisor.books[.missed] == 1)
        let outcomes = next.effects.compactMap { if case .book(let booking) = $0 { booking } else { nil } }
        #expect(outcomes.first?.reason == .stop && outcomes.first?.run?.number == 1)
    }

    @Test("has its outcome without its slot, where the next one has another schedule")
    func otherSchedule() {
        let rig = stopped(.failed, keepsAttempts: true).rig
        var other = job
        other.schedule = .interval(.seconds(7))
        let next = nextLife(of: rig, other, at: at(1_001))
        #expect(next.supervisor.books.sum(.interrupted) == 1 && next.supervisor.books.total == 0)
        #expect(next.supervisor.books.retried == 0 && next.supervisor.books.unknown == 0)
        #expect(next.effects.calls == [])
    }

    @Test("leaves its slot interrupted at once where no next one would know of it")
    func notKept() {
        for end in [End.failed, .crashed] {
            let (rig, bookings, calls) = stopped(end, keepsAttempts: false)
            #expect(rig.supervisor.books[.interrupted] == 1 && rig.supervisor.books.total == 1, "\(end)")
            #expect(calls == [] && bookings.last?.outcome == .interrupted && bookings.last?.reason == .stop, "\(end)")
        }
    }

    @Test("is no failure of the daemon's, where a job is removed: its slot has the outcome before")
    func removed() {
        var rig = Rig(.running, job)
        rig.send(.report(SupervisionTests.end(run: 1, slot: Rig.slot, .failed)))
        rig.send(.stop(grace: Rig.grace))
        #expect(rig.supervisor.books[.failed] == 1 && rig.effects.calls.count == 1)
    }
}
