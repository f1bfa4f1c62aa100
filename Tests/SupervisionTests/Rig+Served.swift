import Clocks
import Model
import Schedules
import Turns

@testable import Supervision

extension Rig {
    /// Served its first slot and waits for the one at 1,005 s.
    static func served(_ schedule: Schedule = ScheduleClock.wall.schedule) -> Rig {
        var rig = Rig(.idle, definition(schedule))
        rig.send(.report(begin(run: 1, slot: Rig.slot)))
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        return rig
    }

    var vigil: Phase.Vigil? {
        guard case .idle(let vigil) = supervisor.phase else { return nil }
        return vigil
    }

    var counts: [Outcome: Int64] {
        let pairs = Outcome.allCases.map { ($0, supervisor.books[$0]) }
        return Dictionary(uniqueKeysWithValues: pairs.filter { $0.1 > 0 })
    }
}
