import Clocks
import Model
import Turns
import Values
import Wire

/// How the last runs have ended that somebody had asked for. Who waits for one may have lost the connection, and the books of a job
/// keep of these runs no more than a count.
struct EndedRuns {
    private var runs: [ControlAnswer.Ended] = []

    static let most = 256

    mutating func note(_ run: Booking.Run, _ outcome: Outcome, of id: EntryID) {
        if runs.count >= Self.most { runs.removeFirst() }
        runs.append(ControlAnswer.Ended(run, outcome, of: id))
    }

    func run(_ number: Int64, of id: EntryID) -> ControlAnswer.Ended? {
        runs.last { $0.entry == id && $0.run == number }
    }
}

extension ControlAnswer.Ended {
    init(_ run: Booking.Run, _ outcome: Outcome, of id: EntryID) {
        self.init(
            entry: id, run: run.number, outcome: outcome.rawValue, duration: max(.zero, run.duration),
            text: run.end.text)
    }
}
