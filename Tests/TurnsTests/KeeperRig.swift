import Clocks
import Schedules
import Wire

@testable import Turns

/// `seconds` on the clock of the slots.
func at(_ seconds: Int64) -> SlotInstant { SlotInstant(nanoseconds: seconds * 1_000_000_000) }

/// A keeper with a slot every ten seconds from 1,010 s on, that events alone have brought to a state.
struct KeeperRig {
    var keeper: SlotKeeper
    /// What the draws for the jitter come to.
    var draw = Nanoseconds.zero

    enum Stage: CaseIterable {
        /// The last slot that has begun is that of 1,010 s, and the time is 1,015 s.
        case waiting
        /// The slot of 1,020 s waits until 1,023 s.
        case delayed
        /// A run comes first, besides the slots.
        case readyAtStart
        /// The slot of 1,020 s came due during the run before.
        case readyBehind
        /// The daemon was asked for the slot of 1,020 s.
        case asking
    }

    static let slot = at(1_020)

    init(_ rules: SlotKeeper.Rules = .init(), accounted: SlotInstant = at(1_000), runs: Int64 = 0) {
        keeper = SlotKeeper(
            Timetable(.interval(.seconds(10)), start: at(1_000)), rules, accounted: accounted, runs: runs)
    }

    init(_ stage: Stage) {
        var rules = SlotKeeper.Rules()
        rules.queues = stage == .readyBehind
        rules.asks = stage == .asking
        rules.runsNow = stage == .readyAtStart
        if stage == .delayed { rules.splay = .seconds(3) }
        self.init(rules, accounted: at(1_010), runs: 1)
        switch stage {
        case .waiting, .readyAtStart: break
        case .delayed, .asking: _ = step(at: Self.slot)
        case .readyBehind:
            _ = keeper.begin(.init(slot: at(1_010)), at: at(1_010))
            _ = keeper.end(at: at(1_025))
        }
    }

    mutating func step(at now: SlotInstant) -> SlotKeeper.Step { keeper.next(at: now) { _ in draw } }

    /// Takes the turn that is next, and begins its run.
    mutating func begin(at now: SlotInstant) -> Report.Begin? {
        guard case .begin(let turn) = step(at: now) else { return nil }
        return keeper.begin(turn, at: now)
    }
}

extension SlotKeeper.Rules {
    static let queueing: Self = {
        var rules = Self()
        rules.queues = true
        return rules
    }()

    static let asking: Self = {
        var rules = Self()
        rules.asks = true
        return rules
    }()
}
