import Kernel
import Links
import Model
import Values
import Wire

/// What clients ask.
extension ControlSocket {
    func answer(_ line: [UInt8], _ connection: Connection) {
        do throws(ControlRequest.Refusal) {
            let request = try line.span.withUnsafeBytes { bytes throws(ControlRequest.Refusal) in
                try ControlRequest.decode(bytes)
            }
            take(request, connection)
        } catch {
            tell(.refused(error.answer), connection)
        }
    }

    private func take(_ request: ControlRequest, _ connection: Connection) {
        guard request.isQuestion || connection.right == .all else {
            return tell(
                .refused(.init(.denied, "user \(connection.peer.user) may ask, and change nothing")), connection)
        }
        switch request {
        case .ping: tell(desk.isStopping ? .refused(.init(.stopping, "cronsupd stops")) : .pong, connection)
        case .metrics: connection.work = .metrics(MetricsCursor())
        case .status(nil): connection.work = .status(StatusCursor(showsTexts: connection.right == .all))
        case .status(let entry?): status(of: entry, connection)
        case .run(let run): begin(run, connection)
        case .reload(let reload): begin(reload, connection)
        case .pause(let pause): begin(pause, connection)
        case .resume(let resume): end(resume.scope, connection)
        case .cancel(let cancel): take(cancel, connection)
        case .kill(let kill): take(kill, connection)
        case .restart(let restart): take(restart, connection)
        case .reset(let reset): take(reset, connection)
        case .wait(let wait): begin(wait, connection)
        case .next(let next):
            guard pool.jobsByID[next.entry] != nil else { return tell(.refused(missing(next.entry)), connection) }
            connection.work = .slots(SlotCursor(next))
        }
    }

    private func status(of id: EntryID, _ connection: Connection) {
        guard let job = pool.jobsByID[id] else { return tell(.refused(missing(id)), connection) }
        let showsText = connection.right == .all
        let status = JobStatus(
            job, earlierRun: pool.earlierRun(of: job), at: machine.moment(), showsText: showsText, pauses: pool.pauses)
        tell(.job(status), connection)
        tell(.done(.init(count: 1, disabled: desk.disabledCount)), connection)
    }

    func missing(_ id: EntryID) -> ControlAnswer.Refused {
        desk.isDisabled(id) ? .init(.disabled, "'\(id)' is disabled") : .init(.unknown, "there is no job '\(id)'")
    }

    private func begin(_ run: ControlRequest.Run, _ connection: Connection) {
        guard let job = pool.jobsByID[run.entry] else { return tell(.refused(missing(run.entry)), connection) }
        guard mayWait(connection) else { return }
        if desk.isStopping { return tell(.refused(.init(.stopping, "cronsupd stops")), connection) }
        // What it leads to may come at once.
        connection.work = .run(run.entry, number: nil, waits: run.waits)
        if let refusal = pool.orderRun(of: job) {
            connection.work = .none
            return tell(.refused(refusal), connection)
        }
        desk.note("run", ["entry": .text(run.entry.description)], by: connection)
    }

    private func begin(_ reload: ControlRequest.Reload, _ connection: Connection) {
        guard !reload.waits || mayWait(connection) else { return }
        if desk.isStopping { return tell(.refused(.init(.stopping, "cronsupd stops")), connection) }
        desk.note("reload", [:], by: connection)
        let count = desk.reload(allowsEmpty: reload.allowsEmpty)
        if reload.waits { connection.work = .reload(count) } else { tell(.done(.init()), connection) }
    }

    func mayWait(_ connection: Connection) -> Bool {
        guard connections.count(where: { $0?.waits ?? false }) >= limits.waiting else { return true }
        tell(.refused(.init(.limit, "too many wait")), connection)
        return false
    }
}

extension ControlRequest.Refusal {
    fileprivate var answer: ControlAnswer.Refused {
        switch self {
        case .malformed(let error): .init(.malformed, error.description)
        case .unknownVerb(let verb):
            .init(.unsupported, "'\(verb)' is none of the requests of cronsupd \(ControlVersion.text)")
        case .unknownField(let field):
            .init(
                .unsupported, "cronsupd \(ControlVersion.text) does not know the field '\(field)', and has done nothing"
            )
        }
    }
}
