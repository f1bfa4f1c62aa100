import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns

@testable import Supervision

@Suite("A worker that its own timer has killed")
struct OwnTimerTests {
    /// The run began at 1,000 s. kill_after is 5 s.
    private func exit(at seconds: Int64, _ cause: ExitCause = .killed) -> Rig {
        var job = definition(.interval(.seconds(10)))
        job.policy.timeout = .seconds(3)
        var rig = Rig(.running, job)
        rig.now = at(seconds)
        rig.send(.exited("signal 9 (SIGKILL)", cause))
        return rig
    }

    @Test("has had its time-out, though its daemon was held up for so long that it comes to that only now")
    func heldUp() {
        // The daemon may have heard of the begin later than the timer counts from.
        for seconds in [1_003, 1_010] as [Int64] {
            let rig = exit(at: seconds)
            #expect(rig.supervisor.books[.timeout] == 1)
            #expect(rig.supervisor.phase == .waiting(until: at(seconds), .succession))
            #expect(rig.supervisor.failures == 0)
        }
    }

    @Test("has had its time-out at a stop too, which then is no cancelled run", arguments: [false, true])
    func atStop(isRescheduled: Bool) {
        var job = definition(.interval(.seconds(10)))
        job.policy.timeout = .seconds(3)
        var rig = Rig(.running, job)
        rig.send(isRescheduled ? .reschedule(grace: Rig.grace) : .stop(grace: Rig.grace))
        rig.now = at(1_010)
        rig.send(.exited("signal 9 (SIGKILL)", .killed))
        #expect(rig.supervisor.books[.timeout] == 1 && rig.supervisor.books[.cancelled] == 0)
        #expect(rig.supervisor.phase == .stopped)
    }

    @Test("is told from one that somebody else has killed, or that has crashed")
    func others() {
        for rig in [exit(at: 1_002), exit(at: 1_010, .other)] {
            #expect(rig.supervisor.books[.crashed] == 1)
            #expect(rig.supervisor.failures == 1)
        }
    }
}
