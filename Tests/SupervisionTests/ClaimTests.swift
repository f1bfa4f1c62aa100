import Clocks
import Model
import TestSupport
import Testing
import Turns
import Wire

@testable import Supervision

@Suite("A job whose slots are claimed")
struct ClaimTests {
    private func rig(retries: Bool = false) -> Rig {
        var job = definition(ScheduleClock.wall.schedule)
        job.policy.claims = true
        if retries {
            job.policy.retry = .init()
            job.policy.retry?.delays.jitter = 0
        }
        var rig = Rig(.idle, job)
        rig.send(.report(.due(slot: Rig.slot)))
        return rig
    }

    @Test("asks before a run, and begins it when the ledger has it")
    func granted() {
        var rig = rig()
        #expect(rig.effects == [.askForPermit])
        rig.send(.permitted)
        #expect(rig.effects == [.send(.run(.init(slot: Rig.slot)))])
    }

    @Test("has missed a slot that is refused, and goes on with the next one")
    func refused() throws {
        var rig = rig()
        rig.send(.refused)
        let booking = try #require(
            rig.effects.compactMap { if case .book(let booking) = $0 { booking } else { nil } }.first)
        #expect(booking.outcome == .missed && booking.reason == .ledger && booking.count == 1)
        #expect(rig.effects.contains(.send(.skip(through: Rig.slot))) && rig.effects.contains(.returnPermit))
        #expect(rig.supervisor.phase.isServing && rig.supervisor.phase.run == nil)
        rig.now = at(1_005)
        rig.send(.report(.due(slot: Rig.next)))
        #expect(rig.effects == [.askForPermit])
    }

    @Test("asks for each attempt, and has the outcome of the one before if that is refused")
    func attempts() {
        var rig = rig(retries: true)
        rig.send(.permitted)
        rig.send(.report(begin(run: 1, slot: Rig.slot)))
        rig.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        rig.fireDeadline()
        #expect(rig.effects == [.askForPermit])
        rig.send(.refused)
        #expect(rig.supervisor.books[.failed] == 1 && rig.supervisor.books.total == 1)
    }

    @Test("heeds no answer that comes too late")
    func late() {
        var rig = rig()
        rig.send(.exited("exit 1"))
        rig.send(.refused)
        rig.send(.permitted)
        #expect(rig.effects == [] && rig.supervisor.books.total == 0)
    }
}
