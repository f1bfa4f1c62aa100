import Clocks
import Kernel
import Links
import Model
import Supervision
import Values
import Wire

/// Pauses that clients ask for.
extension ControlSocket {
    /// Of so many runs that go on, and of so many workers that do not answer, is told which they are.
    private static let mostRunsTold = 20
    /// A worker that has not said by then that it has heard of a pause is not waited for.
    static let patience = Nanoseconds.seconds(10)
    /// In the year 2255, in microseconds since 1970: no clock of this daemon shows a later one.
    private static let latestEnd = Int64(9_000_000_000_000_000)

    func begin(_ request: ControlRequest.Pause, _ connection: Connection) {
        if let refusal = refusal(of: request.scope) { return tell(.refused(refusal), connection) }
        guard mayWait(connection) else { return }
        if desk.isStopping { return tell(.refused(.init(.stopping, "cronsupd stops")), connection) }
        let now = machine.moment().wall
        var pause = JobPause(scope: request.scope, since: now, user: connection.peer.user, note: request.note)
        pause.until = request.until.map { WallInstant(nanoseconds: min($0, Self.latestEnd) * 1_000) }
        guard pause.holds(at: now) else {
            return tell(.refused(.init(.malformed, "the end of the pause is over already")), connection)
        }
        let replaced = pool.pauses.pauses[pause.scope].flatMap { $0.holds(at: now) ? $0 : nil }
        guard let isKept = pool.pause(pause) else {
            return tell(.refused(.init(.limit, "\(PauseTable.most) pauses are in force")), connection)
        }
        var fields = pause.scope.fields
        pause.addDetails(to: &fields)
        replaced?.addAsReplaced(to: &fields)
        desk.note("pause", fields, by: connection)
        if let replaced { tell(.replaced(.init(replaced)), connection) }
        connection.work = .pause(pause, isPassing: !isKept, until: machine.now + Self.patience)
        pauseHeld()
    }

    private func refusal(of scope: PauseScope) -> ControlAnswer.Refused? {
        switch scope {
        case .all: return nil
        case .group(let name): return desk.isGroup(name) ? nil : .init(.unknown, "no job is in the group '\(name)'")
        case .job(let id):
            guard let job = pool.jobsByID[id] else { return missing(id) }
            guard job.definition.isHookOnly else { return nil }
            return .init(.unknown, "'\(id)' has no slots: it is only called by other jobs")
        }
    }

    /// In the next round: the pool is at work.
    func pauseHeld() { hurry() }

    /// Tells those who wait for a pause that nothing can begin any more.
    func finishPauses() {
        for case let connection? in connections {
            guard case .pause(let pause, let isPassing, let until) = connection.work else { continue }
            let scope = pause.scope
            // Somebody has ended it, another has taken its place, or its time is over: runs may begin.
            guard pool.pauses.pauses[scope] == pause else {
                finish(connection, [.refused(.init(.paused, "the pause of \(scope.text) was over before it held"))])
                continue
            }
            let unheld = pool.unheldJobs(in: scope)
            guard unheld.isEmpty || until <= machine.now else { continue }
            let jobs = pool.jobs(in: scope).filter { !$0.definition.isHookOnly }
            let runs = jobs.compactMap { job in
                job.supervisor.phase.run.map { ControlAnswer.Started(entry: job.definition.id, run: $0.number) }
            }
            var done = ControlAnswer.Done()
            (done.count, done.running, done.isPassing) = (Int64(jobs.count), Int64(runs.count), isPassing)
            if !unheld.isEmpty { done.pausing = Int64(unheld.count) }
            let told = runs.prefix(Self.mostRunsTold).map { ControlAnswer.running($0) }
            let pausing = unheld.prefix(Self.mostRunsTold).map { job in
                ControlAnswer.pausing(.init(entry: job.definition.id, pid: job.worker.map { Int64($0.pid) }))
            }
            finish(connection, told + pausing + [.done(done)])
        }
    }

    // MARK: The end

    func end(_ scope: PauseScope, _ connection: Connection) {
        let now = machine.moment().wall
        var group: String?
        if case .job(let id) = scope { group = pool.jobsByID[id]?.definition.policy.concurrency?.group }
        if let wider = pool.pauses.wider(than: scope, group: group, at: now) {
            // Its own is over all the same.
            let isEnded = pool.resume(scope)
            if isEnded { desk.note("resume", scope.fields, by: connection) }
            let error =
                "\(isEnded ? "its own pause is over; " : "")'\(scope.text)' is paused by 'pause \(wider.scope.text)'; "
                + "expected 'resume \(wider.scope.text)'"
            return tell(.refused(.init(.paused, error)), connection)
        }
        if pool.pauses.pauses[scope] == nil, let refusal = refusal(of: scope) {
            return tell(.refused(refusal), connection)
        }
        var done = ControlAnswer.Done()
        let jobs = pool.jobs(in: scope).filter { !$0.definition.isHookOnly }
        if pool.resume(scope) {
            desk.note("resume", scope.fields, by: connection)
            done.count = Int64(jobs.count { !$0.supervisor.isPaused })
        } else {
            done.count = 0
        }
        done.paused = Int64(jobs.count(where: \.supervisor.isPaused))
        tell(.done(done), connection)
    }
}
