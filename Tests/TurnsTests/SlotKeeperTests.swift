import Clocks
import Schedules
import Testing
import Wire

@testable import Turns

@Suite("The slots that a worker keeps")
struct SlotKeeperTests {
    private let slot = KeeperRig.slot

    @Test("begin with the last one that came due before the worker was there; those before it are not made up for")
    func lateStart() {
        var rig = KeeperRig(accounted: at(1_000))
        #expect(rig.keeper.nextSlot(at: at(1_044)) == at(1_040))
        #expect(rig.begin(at: at(1_044)) == .init(run: 1, slot: at(1_040), next: at(1_050), lateness: .seconds(4)))
    }

    @Test("are late by what jitter and splay did not ask for")
    func lateness() {
        var rules = SlotKeeper.Rules()
        (rules.jitter, rules.splay) = (.seconds(4), .seconds(2))
        var rig = KeeperRig(rules, accounted: at(1_010))
        rig.draw = .seconds(3)
        #expect(rig.step(at: slot) == .sleep(until: at(1_025)))
        // Drawn once: the moment stays.
        rig.draw = .zero
        #expect(rig.step(at: at(1_024)) == .sleep(until: at(1_025)))
        #expect(rig.begin(at: at(1_027))?.lateness == .seconds(2))
        // A clock that was set back meanwhile.
        rig = KeeperRig(.waiting)
        guard case .begin(let turn) = rig.step(at: slot) else { return #expect(Bool(false)) }
        #expect(rig.keeper.begin(turn, at: at(1_015)).lateness == .zero)
    }

    @Test("are drawn for within the jitter, and not at all without one")
    func draw() {
        var rules = SlotKeeper.Rules()
        rules.jitter = .seconds(4)
        var asked: [Nanoseconds] = []
        for rules in [SlotKeeper.Rules(), rules] {
            var rig = KeeperRig(rules, accounted: at(1_010))
            _ = rig.keeper.next(at: slot) {
                asked.append($0)
                return .zero
            }
        }
        #expect(asked == [.seconds(4)])
    }

    @Test("are run once each if the clock jumps: the last one in time, those that wait behind it are missed")
    func jump() {
        var rules = SlotKeeper.Rules()
        rules.splay = .seconds(3)
        var rig = KeeperRig(rules, accounted: at(1_010))
        #expect(rig.step(at: slot) == .sleep(until: at(1_023)))
        #expect(rig.begin(at: at(1_071))?.slot == at(1_070))
        _ = rig.keeper.end(at: at(1_071))
        // Set back: what has begun once does not come again.
        #expect(rig.step(at: at(1_015)) == .sleep(until: at(1_080)))
    }

    @Test("have runs with numbers that go on from those of the worker before")
    func numbers() {
        var rig = KeeperRig(accounted: at(1_010), runs: 41)
        #expect(rig.begin(at: slot)?.run == 42)
        _ = rig.keeper.end(at: slot)
        rig.keeper.take(.init(slot: slot, attempt: 2))
        #expect(rig.begin(at: at(1_021))?.run == 43)
        #expect(rig.keeper.runs == 43)
    }

    @Test("wait behind what people in a terminal ask for, run by run")
    func bareRuns() {
        var rig = KeeperRig(.waiting)
        for _ in 0..<3 { rig.keeper.take(.init()) }
        #expect(!rig.keeper.isBehind)
        for run in 2...4 {
            #expect(rig.begin(at: slot)?.run == Int64(run))
            _ = rig.keeper.end(at: slot)
        }
        #expect(rig.begin(at: slot)?.slot == slot)
    }

    @Test("of two runs that the daemon has told, leave the later one")
    func lastWord() {
        var rig = KeeperRig(.waiting)
        rig.keeper.take(.init(slot: at(1_010), attempt: 2))
        rig.keeper.take(.init(call: 3))
        #expect(rig.keeper.isBehind)
        #expect(rig.begin(at: at(1_015))?.call == 3)
        _ = rig.keeper.end(at: at(1_015))
        #expect(rig.step(at: at(1_015)) == .sleep(until: slot))
    }

    @Test("that waited for the daemon through another run are begun when it says so, although others came due since")
    func runWhileAsking() {
        var rig = KeeperRig(.asking)
        rig.keeper.take(.init())
        _ = rig.begin(at: at(1_021))
        #expect(rig.keeper.end(at: at(1_049)).skip == nil)
        rig.keeper.take(.init(slot: slot))
        #expect(rig.begin(at: at(1_050))?.slot == slot)
        #expect(rig.keeper.end(at: at(1_051)).skip == .init(first: at(1_030), last: at(1_050), count: 3))
    }

    @Test("are counted in a run besides them only if they came due after its begin")
    func skipBesides() {
        var rig = KeeperRig(.waiting)
        rig.keeper.take(.init())
        // The slot of 1,020 s is due and stays so.
        _ = rig.begin(at: at(1_024))
        #expect(rig.keeper.end(at: at(1_026)).skip == nil)
        #expect(rig.begin(at: at(1_026))?.slot == slot)
        _ = rig.keeper.end(at: at(1_026))
        rig.keeper.take(.init())
        _ = rig.begin(at: at(1_031))
        #expect(rig.keeper.end(at: at(1_045)).skip == .init(first: at(1_040), last: at(1_040), count: 1))
    }

    @Test("end with the timetable")
    func theEnd() {
        let table = Timetable(.none, start: at(1_000))
        var keeper = SlotKeeper(table, .init(), accounted: at(1_000), runs: 0)
        #expect(keeper.next(at: at(2_000)) { _ in .zero } == .sleep(until: .distantFuture))
        #expect(keeper.nextSlot(at: at(2_000)) == .distantFuture)
    }
}
