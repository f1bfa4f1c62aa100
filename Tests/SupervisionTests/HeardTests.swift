import Clocks
import Model
import TestSupport
import Testing
import Turns

@testable import Supervision

@Suite("A deadline that the daemon comes to late")
struct HeardTests {
    // MARK: F28, by simulated time

    @Test(
        "means nothing before all is read that was written until it came, at any stage",
        arguments: [.milliseconds(500), .milliseconds(1_500), .seconds(5)] as [Nanoseconds], ScheduleClock.both)
    func unheard(delay: Nanoseconds, clock: ScheduleClock) {
        for stage in Stage.allCases {
            var rig = Rig(stage, clock)
            let deadline = rig.supervisor.deadline
            guard deadline < .distantFuture else { continue }
            rig.now = deadline + delay
            var effects: [Effect] = []
            rig.supervisor.handle(.deadline, at: rig.moment, heard: deadline + Nanoseconds(-1), effects: &effects)
            #expect(effects == [], "\(stage)")
            #expect(rig.supervisor.phase == stage.phase, "\(stage)")
            rig.supervisor.handle(.deadline, at: rig.moment, heard: deadline, effects: &effects)
            #expect(rig.supervisor.phase != stage.phase || !effects.isEmpty, "\(stage)")
            // What follows is counted from the moment at which it is done, not from that at which it was due.
            #expect(rig.supervisor.deadline > rig.now || effects.contains(.spawn), "\(stage)")
        }
    }

    @Test("makes no run late whose begin may lie unread")
    func late() {
        var job = definition()
        (job.policy.hooks.onLate, job.policy.hooks.lateAfter) = (job.id, .seconds(8))
        var rig = Rig(.asked, job)
        let deadline = rig.supervisor.deadline
        #expect(deadline == at(1_003))
        rig.now = at(1_003) + .milliseconds(900)
        var effects: [Effect] = []
        rig.supervisor.handle(.deadline, at: rig.moment, heard: deadline + Nanoseconds(-1), effects: &effects)
        #expect(effects == [])
        rig.supervisor.handle(.deadline, at: rig.moment, heard: deadline, effects: &effects)
        #expect(effects.count == 1)
    }

    @Test("ends no run of a stop as timed out whose end may lie unread")
    func stopping() {
        var job = definition()
        job.policy.timeout = .seconds(8)
        var rig = Rig(.running, job)
        rig.send(.stop(grace: Rig.grace))
        let deadline = rig.supervisor.deadline
        rig.now = deadline + .seconds(3)
        var effects: [Effect] = []
        rig.supervisor.handle(.deadline, at: rig.moment, heard: deadline, effects: &effects)
        #expect(effects.contains(.terminate))
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(rig.supervisor.books[.ok] == 1 && rig.supervisor.books[.timeout] == 0)
    }
}
