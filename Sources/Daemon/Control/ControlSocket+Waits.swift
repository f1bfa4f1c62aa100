import Clocks
import Links
import Model
import Supervision
import Turns
import Values
import Wire

/// Those who wait for a reload or a run.
extension ControlSocket {
    /// A reload is over.
    func reloadEnded(_ answers: [ControlAnswer]) {
        for case let connection? in connections {
            guard case .reload(let count) = connection.work else { continue }
            connection.work = count > 1 ? .reload(count - 1) : .none
            if count <= 1 { finish(connection, answers) }
        }
    }

    func finish(_ connection: Connection, _ answers: [ControlAnswer]) {
        connection.work = .none
        for answer in answers { tell(answer, connection) }
        serve(connection)
    }

    /// Those who wait for the end of this run, or of any.
    private func waiting(forEndOf run: Int64, of id: EntryID) -> [Connection] {
        connections.compactMap { connection in
            guard let connection, case .end(id, let wanted) = connection.work, wanted ?? run == run else { return nil }
            return connection
        }
    }

    /// What a run has said is for those who may do all.
    func finish(_ connection: Connection, _ ended: ControlAnswer.Ended) {
        finish(connection, [.ended(shown(ended, to: connection)), .done(.init())])
    }

    func shown(_ ended: ControlAnswer.Ended, to connection: Connection) -> ControlAnswer.Ended {
        var ended = ended
        if connection.right != .all { ended.text = "" }
        return ended
    }

    /// Those who wait for a run of the job. `run`: for this one; `nil`: for its begin.
    private func waiting(for id: EntryID, run: Int64?) -> [(Connection, waits: Bool)] {
        connections.compactMap { connection in
            guard let connection, case .run(id, run, let waits) = connection.work else { return nil }
            return (connection, waits)
        }
    }
}

extension ControlSocket: ManualRunListener {
    func began(_ run: Int64, of id: EntryID) {
        for (connection, waits) in waiting(for: id, run: nil) {
            let started = ControlAnswer.started(.init(entry: id, run: run))
            guard waits else {
                finish(connection, [started, .done(.init())])
                continue
            }
            connection.work = .run(id, number: run, waits: true)
            tell(started, connection)
            serve(connection)
        }
    }

    func ended(_ run: Booking.Run, as outcome: Outcome, of id: EntryID) {
        // What a dead worker has noted is heard of at its end.
        if run.isManual, waiting(for: id, run: run.number).isEmpty { began(run.number, of: id) }
        let ended = ControlAnswer.Ended(run, outcome, of: id)
        for (connection, _) in waiting(for: id, run: run.number) {
            finish(connection, [.ended(ended), .done(.init())])
        }
        for connection in waiting(forEndOf: run.number, of: id) { finish(connection, ended) }
        pool.awaitsEnds = connections.contains { if case .end? = $0?.work { true } else { false } }
    }

    func lost(_ id: EntryID) {
        let refusal = ControlAnswer.Refused(.lost, "the worker of '\(id)' could not report what became of the run")
        let going = pool.jobsByID[id].flatMap { pool.runGoing(of: $0) }
        for case let connection? in connections {
            switch connection.work {
            case .run(id, _, _): finish(connection, [.refused(refusal)])
            case .end(id, let run?) where run != going: finish(connection, [.refused(refusal)])
            default: break
            }
        }
    }

    func givenUp(_ id: EntryID) {
        let refusal = ControlAnswer.Refused(.idle, "the run of '\(id)' was cancelled before it has begun")
        for (connection, _) in waiting(for: id, run: nil) { finish(connection, [.refused(refusal)]) }
    }

    func left(_ id: EntryID) {
        let refusal = ControlAnswer.Refused(.stopping, "'\(id)' was stopped before the run has begun")
        for (connection, _) in waiting(for: id, run: nil) { finish(connection, [.refused(refusal)]) }
        let gone = ControlAnswer.Refused(.stopping, "'\(id)' is not in the registry any more")
        for case let connection? in connections {
            if case .end(id, _) = connection.work { finish(connection, [.refused(gone)]) }
        }
    }
}
