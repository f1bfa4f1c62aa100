import Clocks
import TestSupport
import Testing

@testable import Supervision

@Suite("The end of the daemon")
struct DaemonEndTests {
    @Test("waits for a worker that was killed before as long as for any other, and once")
    func killedBefore() {
        for stage in [Stage.killed, .condemned, .condemnedInRun] {
            var rig = Rig(stage)
            // Half a second before it would be named in the log.
            rig.now = at(1_004) + .milliseconds(500)
            rig.send(.stop(grace: .seconds(2), isFinal: true))
            #expect(rig.supervisor.deadline == at(1_006), "\(stage)")
            rig.now = at(1_005)
            rig.send(.stop(grace: .seconds(2), isFinal: true))
            #expect(rig.supervisor.deadline == at(1_006), "\(stage)")
        }
    }
}
