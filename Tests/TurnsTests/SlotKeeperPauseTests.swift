import Clocks
import Testing
import Wire

@testable import Turns

@Suite("The slots of a worker that is told of a pause")
struct SlotKeeperPauseTests {
    @Test("are asked for from then on, also one that waits for its time or came due in a run; and not any more")
    func asking() {
        for stage in [KeeperRig.Stage.delayed, .readyBehind] {
            var rig = KeeperRig(stage)
            rig.keeper.ask(true)
            #expect(rig.step(at: at(1_029)) == .ask(slot: KeeperRig.slot), "\(stage)")
        }
        var rig = KeeperRig(.waiting)
        rig.keeper.ask(true)
        #expect(rig.step(at: KeeperRig.slot) == .ask(slot: KeeperRig.slot))
        rig.keeper.ask(false)
        // The question stands until it is answered.
        #expect(rig.step(at: at(1_021)) == .sleep(until: nil))
        rig.keeper.skip(through: KeeperRig.slot)
        #expect(rig.begin(at: at(1_030))?.slot == at(1_030))
    }

    @Test("are owed to nobody once they are passed, wherever they wait")
    func passing() {
        for stage in [KeeperRig.Stage.delayed, .readyBehind, .asking, .waiting] {
            var rig = KeeperRig(stage)
            rig.keeper.pass(through: at(1_020))
            #expect(rig.step(at: at(1_025)) == .sleep(until: at(1_030)), "\(stage)")
        }
    }

    @Test("are not passed that come later, nor is a question for one, nor the run at the start")
    func later() {
        for stage in [KeeperRig.Stage.asking, .delayed] {
            var rig = KeeperRig(stage)
            let before = rig.step(at: at(1_021))
            rig.keeper.pass(through: at(1_010))
            #expect(rig.step(at: at(1_021)) == before, "\(stage)")
        }
        var rig = KeeperRig(.readyAtStart)
        rig.keeper.pass(through: at(1_010))
        #expect(rig.begin(at: at(1_015))?.slot == .some(nil))
    }

    @Test("are not told as skipped if they were passed during the run")
    func duringRun() {
        var rig = KeeperRig(.waiting)
        _ = rig.begin(at: KeeperRig.slot)
        rig.keeper.pass(through: at(1_040))
        let (next, skip) = rig.keeper.end(at: at(1_055))
        #expect(next == at(1_060) && skip == .init(first: at(1_050), last: at(1_050), count: 1))
    }
}
