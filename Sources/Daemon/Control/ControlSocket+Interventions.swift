import Kernel
import Links
import Model
import Supervision
import Turns
import Values
import Wire

/// What operators do to a job, and those who wait for the end of its runs.
extension ControlSocket {
    /// `nil`: there is none that could be told anything, which is said.
    private func job(_ id: EntryID, _ connection: Connection) -> Job? {
        guard let job = pool.jobsByID[id] else {
            tell(.refused(missing(id)), connection)
            return nil
        }
        return job
    }

    /// The same of one that is to go on.
    private func lastingJob(_ id: EntryID, _ connection: Connection) -> Job? {
        guard let job = job(id, connection) else { return nil }
        let isStopping = desk.isStopping || job.supervisor.phase.isStopping
        guard isStopping || job.successor != nil else { return job }
        let refusal: ControlAnswer.Refused =
            job.successor == nil
            ? .init(.stopping, "'\(id)' is to stop")
            : .init(.reloading, "'\(id)' is being replaced by what a reload has found")
        tell(.refused(refusal), connection)
        return nil
    }

    private func note(_ action: String, _ id: EntryID, _ fields: LogFields, by connection: Connection) {
        var all: LogFields = ["entry": .text(id.description)]
        all.list += fields.list
        desk.note(action, all, by: connection)
    }

    // MARK: Runs

    func take(_ request: ControlRequest.Cancel, _ connection: Connection) {
        let id = request.entry
        guard let job = job(id, connection) else { return }
        if request.isOwed { return giveUpOwed(job, connection) }
        guard !request.waits || mayWait(connection) else { return }
        let run = pool.runGoing(of: job)
        if let refusal = pool.cancel(job, run: request.run) { return tell(.refused(refusal), connection) }
        note("cancel", id, run.map { ["run": .integer($0)] } ?? [:], by: connection)
        guard let run else { return tell(.done(.init()), connection) }
        tell(.running(.init(entry: id, run: run)), connection)
        request.waits ? wait(for: run, of: id, connection) : tell(.done(.init()), connection)
    }

    private func giveUpOwed(_ job: Job, _ connection: Connection) {
        let id = job.definition.id
        switch pool.giveUpOwed(job) {
        case .failure(let refusal): tell(.refused(refusal.answer), connection)
        case .success(0): tell(.refused(.init(.idle, "'\(id)' owes nothing")), connection)
        case .success(let count):
            note("cancel", id, ["owed": .integer(count)], by: connection)
            var done = ControlAnswer.Done()
            done.count = count
            tell(.done(done), connection)
        }
    }

    func take(_ request: ControlRequest.Kill, _ connection: Connection) {
        let id = request.entry
        guard let job = job(id, connection) else { return }
        guard let number = SignalName.number(of: request.signal) else {
            let error = "'\(request.signal)' is no signal; expected one such as HUP, USR1 or TERM"
            return tell(.refused(.init(.malformed, error)), connection)
        }
        let run = pool.runGoing(of: job) ?? 0
        if let refusal = pool.signal(job, number) { return tell(.refused(refusal), connection) }
        note(
            "kill", id, ["run": .integer(run), "signal": .text(SignalName.of(number))], by: connection)
        tell(.running(.init(entry: id, run: run)), connection)
        tell(.done(.init()), connection)
    }

    func begin(_ request: ControlRequest.Wait, _ connection: Connection) {
        let id = request.entry
        guard let job = job(id, connection), mayWait(connection) else { return }
        let going = pool.runGoing(of: job)
        guard let run = request.run, run != going else {
            if let going { tell(.running(.init(entry: id, run: going)), connection) }
            return wait(for: request.run, of: id, connection)
        }
        if let ended = pool.end(ofRun: run, of: job) {
            tell(.ended(shown(ended, to: connection)), connection)
            return tell(.done(.init()), connection)
        }
        let what = run > job.supervisor.runs ? "has not begun" : "is over"
        tell(.refused(.init(.idle, "run \(run) of '\(id)' \(what)")), connection)
    }

    private func wait(for run: Int64?, of id: EntryID, _ connection: Connection) {
        connection.work = .end(id, run: run)
        pool.awaitsEnds = true
    }

    // MARK: Workers

    func take(_ request: ControlRequest.Restart, _ connection: Connection) {
        let id = request.entry
        guard let job = lastingJob(id, connection) else { return }
        let run = request.isNow ? nil : pool.runGoing(of: job)
        let hasWorker = pool.restart(job, isNow: request.isNow)
        note("restart", id, request.isNow ? ["now": "true"] : [:], by: connection)
        if let run { tell(.running(.init(entry: id, run: run)), connection) }
        tell(count: hasWorker ? 1 : 0, connection)
    }

    func take(_ request: ControlRequest.Reset, _ connection: Connection) {
        guard let job = lastingJob(request.entry, connection) else { return }
        let hadFailed = pool.reset(job)
        note("reset", request.entry, [:], by: connection)
        tell(count: hadFailed ? 1 : 0, connection)
    }

    private func tell(count: Int64, _ connection: Connection) {
        var done = ControlAnswer.Done()
        done.count = count
        tell(.done(done), connection)
    }
}
