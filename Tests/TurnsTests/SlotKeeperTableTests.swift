import Clocks
import Schedules
import Testing
import Wire

@testable import Turns

/// The table in docs/ARCHITECTURE.md, row by row.
@Suite("The worker's half of the slot protocol")
struct SlotKeeperTableTests {
    private typealias Stage = KeeperRig.Stage
    private let slot = KeeperRig.slot

    private func turn(_ slot: SlotInstant?, delay: Int64 = 0, through: SlotInstant? = nil) -> SlotKeeper.Step {
        .begin(.init(slot: slot, delay: .seconds(delay), skipsThrough: through))
    }

    @Test("sleeps until the next slot, until the run of the one that is due, or for the daemon alone")
    func sleeps() {
        var rig = KeeperRig(.waiting)
        #expect(rig.step(at: at(1_015)) == .sleep(until: slot))
        rig = KeeperRig(.delayed)
        #expect(rig.step(at: at(1_022)) == .sleep(until: at(1_023)))
        rig = KeeperRig(.asking)
        for moment in [1_020, 1_035, 5_000] { #expect(rig.step(at: at(Int64(moment))) == .sleep(until: nil)) }
    }

    @Test("begins a run when its slot is due, its delay is over, or the run before is")
    func begins() {
        var rig = KeeperRig(.waiting)
        #expect(rig.step(at: slot) == turn(slot))
        rig = KeeperRig(.delayed)
        #expect(rig.step(at: at(1_023)) == turn(slot, delay: 3))
        rig = KeeperRig(.readyAtStart)
        #expect(rig.step(at: at(1_015)) == turn(nil))
        #expect(rig.step(at: at(1_015)) == .sleep(until: slot))
        rig = KeeperRig(.readyBehind)
        #expect(rig.step(at: at(1_025)) == turn(slot, through: slot))
    }

    @Test(
        "asks first, if its job is in a group, and begins what it asked for when it is told",
        arguments: [nil, at(1_020)])
    func asks(slot: SlotInstant?) {
        var rules = SlotKeeper.Rules.asking
        rules.runsNow = slot == nil
        var rig = KeeperRig(rules, accounted: at(1_010))
        #expect(rig.step(at: at(1_020)) == .ask(slot: slot))
        #expect(rig.step(at: at(1_021)) == .sleep(until: nil))
        rig.keeper.take(.init(slot: slot))
        #expect(rig.begin(at: at(1_022))?.slot == slot)
        #expect(rig.keeper.accounted == slot ?? at(1_010))
    }

    @Test("does not run what the daemon skips, nor what is before it")
    func skipped() {
        var rig = KeeperRig(.asking)
        rig.keeper.skip(through: at(1_040))
        #expect(rig.keeper.accounted == at(1_040))
        #expect(rig.step(at: at(1_045)) == .sleep(until: at(1_050)))
        // Word of slots that have their outcome already changes nothing.
        rig.keeper.skip(through: at(1_010))
        #expect(rig.keeper.accounted == at(1_040))
    }

    @Test("runs besides the slots what it is told to, whatever it waits for", arguments: KeeperRig.Stage.allCases)
    func besides(stage: KeeperRig.Stage) {
        for command in [Command.Run(), .init(call: 7, event: "{}")] where stage != .asking || command.call == nil {
            var rig = KeeperRig(stage)
            let (accounted, isAsking) = (rig.keeper.accounted, stage == .asking)
            rig.keeper.take(command)
            let begin = rig.begin(at: at(1_021))
            #expect(begin?.slot == nil && begin?.call == command.call && begin?.lateness == .zero)
            #expect(rig.keeper.end(at: at(1_021)).skip == nil)
            #expect(rig.keeper.accounted == accounted)
            #expect((rig.step(at: at(1_022)) == .sleep(until: nil)) == isAsking)
        }
    }

    @Test("ignores a call while it asks, also when it has its answer, and runs it when it is told again")
    func callWhileAsking() {
        var rig = KeeperRig(.asking)
        rig.keeper.take(.init(call: 7))
        #expect(rig.step(at: at(1_021)) == .sleep(until: nil))
        rig.keeper.take(.init(call: 7))
        rig.keeper.skip(through: slot)
        #expect(rig.step(at: at(1_022)) == .sleep(until: at(1_030)))
        rig.keeper.take(.init(call: 7))
        #expect(rig.begin(at: at(1_023))?.call == 7)
    }

    @Test(
        "attempts again the slot that has begun last, and passes over an attempt that comes too late",
        arguments: KeeperRig.Stage.allCases)
    func attempts(stage: KeeperRig.Stage) {
        for (slot, isTaken) in [(at(1_010), stage != .asking), (at(1_000), false), (at(1_020), false)] {
            var rig = KeeperRig(stage)
            rig.keeper.take(.init(slot: slot, attempt: 2))
            let step = rig.step(at: at(1_019))
            guard case .begin(let turn) = step, turn.command.attempt == 2 else {
                #expect(!isTaken)
                continue
            }
            #expect(isTaken && turn.slot == slot)
        }
    }

    @Test("attempts the run at the start again until a slot has begun or waits", arguments: KeeperRig.Stage.allCases)
    func attemptsAtStart(stage: KeeperRig.Stage) {
        var rig = KeeperRig(stage)
        rig.keeper.take(.init(attempt: 2))
        let step = rig.step(at: at(1_019))
        #expect((step == .begin(.init(command: .init(attempt: 2)))) == (stage != .asking && stage != .readyBehind))
    }

    @Test("skips what came due during a run, if nothing else waits for its time")
    func overlap() {
        var rig = KeeperRig(.waiting)
        #expect(rig.begin(at: slot)?.next == at(1_030))
        let (next, skip) = rig.keeper.end(at: at(1_055))
        #expect(next == at(1_060))
        #expect(skip == .init(first: at(1_030), last: at(1_050), count: 3))
        #expect(rig.keeper.accounted == at(1_050))
        #expect(rig.step(at: at(1_055)) == .sleep(until: at(1_060)))
    }

    @Test("or runs the first of them right after it, and skips the others when that is over")
    func queue() {
        var rig = KeeperRig(.queueing, accounted: at(1_010))
        _ = rig.begin(at: slot)
        #expect(rig.keeper.end(at: at(1_055)).skip == nil)
        #expect(rig.keeper.isBehind)
        #expect(rig.begin(at: at(1_055))?.slot == at(1_030))
        #expect(rig.keeper.end(at: at(1_056)).skip == .init(first: at(1_040), last: at(1_050), count: 2))
        #expect(!rig.keeper.isBehind)
        #expect(rig.step(at: at(1_056)) == .sleep(until: at(1_060)))
    }

    @Test(
        "skips nothing after a run if a slot is due that waits: for its time, for the daemon, or for the run at the start"
    )
    func waitsOn() {
        for stage in [Stage.delayed, .asking, .readyAtStart] {
            var rig = KeeperRig(stage)
            rig.keeper.take(.init())
            _ = rig.begin(at: at(1_021))
            #expect(rig.keeper.end(at: at(1_055)).skip == nil)
            #expect(rig.keeper.accounted == at(1_010))
        }
    }
}
