import Clocks
import Links
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

    func ended(_ run: Booking.Run, as outcome: String, of id: EntryID) {
        // What a dead worker has noted is heard of at its end.
        if waiting(for: id, run: run.number).isEmpty { began(run.number, of: id) }
        let ended = ControlAnswer.Ended(
            entry: id, run: run.number, outcome: outcome, duration: max(.zero, run.duration), text: run.end.text)
        for (connection, _) in waiting(for: id, run: run.number) {
            finish(connection, [.ended(ended), .done(.init())])
        }
    }

    func lost(_ id: EntryID) {
        let refusal = ControlAnswer.Refused(.lost, "the worker of '\(id)' could not report what became of the run")
        for case let connection? in connections {
            if case .run(id, _, _) = connection.work { finish(connection, [.refused(refusal)]) }
        }
    }

    func left(_ id: EntryID) {
        let refusal = ControlAnswer.Refused(.stopping, "'\(id)' was stopped before the run has begun")
        for (connection, _) in waiting(for: id, run: nil) { finish(connection, [.refused(refusal)]) }
    }
}
