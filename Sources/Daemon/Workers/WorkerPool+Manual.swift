import Clocks
import Model
import Supervision
import Turns
import Values
import Wire

/// Whoever waits for runs that were asked for.
protocol ManualRunListener: AnyObject {
    func began(_ run: Int64, of id: EntryID)
    /// `isOwn`: it is no call by which another job has called the function.
    func ended(_ run: Booking.Run, as outcome: Outcome, of id: EntryID, isOwn: Bool)
    /// The reports of its worker were given up, and what became of the run is not known.
    func lost(_ id: EntryID)
    /// It will not begin: somebody has cancelled it.
    func givenUp(_ id: EntryID)
    /// The job is gone.
    func left(_ id: EntryID)
    /// Of a job that was paused, nothing can begin any more.
    func pauseHeld()
}

/// Runs that somebody asks for, beside the slots.
extension WorkerPool {
    /// A worker that starts later than this is not waited for.
    private static let longestStart = Nanoseconds.seconds(1)

    /// Returns why it is not begun.
    func orderRun(of job: Job) -> ControlAnswer.Refused? {
        readClock()
        if let refusal = refusal(of: job) { return refusal }
        handle(.call(event: nil), job)
        return nil
    }

    private func refusal(of job: Job) -> ControlAnswer.Refused? {
        let (supervisor, id) = (job.supervisor, job.definition.id)
        if job.definition.policy.claims, ledger == nil {
            return .init(.ledger, "'\(id)' runs with a ledger alone (claim: true), and there is none")
        }
        if job.successor != nil { return .init(.reloading, "'\(id)' is being replaced by what a reload has found") }
        if supervisor.phase.isStopping { return .init(.stopping, "'\(id)' is to stop") }
        if let run = supervisor.phase.run { return .init(.busy, "run \(run.number) of '\(id)' is running") }
        if supervisor.orders.awaitsManualRun { return .init(.busy, "a run of '\(id)' was asked for and has not begun") }
        switch supervisor.phase {
        case .queued(let turn) where !supervisor.isPaused || turn.call != nil:
            return .init(.busy, "a run of '\(id)' waits for its group")
        case .failed(let until): return wait(until, "the worker of '\(id)' has failed")
        case .waiting(let until, .backoff), .waiting(let until, .shortage), .waiting(let until, .previousWorker):
            return wait(until, "the worker of '\(id)' is not there")
        case .waiting(let until, _) where until < .distantFuture && until - now > Self.longestStart:
            return wait(until, "the worker of '\(id)' is not there")
        case .waiting, .starting, .idle, .queued, .running, .leaving, .stopped: return nil
        }
    }

    private func wait(_ until: MonotonicInstant, _ why: String) -> ControlAnswer.Refused {
        let rest = max(Nanoseconds.zero, until - now)
        return .init(.busy, "\(why) and is started in \(DurationText.rounded(rest))")
    }

    // MARK: Those who wait

    func tellBegin(of job: Job) {
        guard manualRuns != nil, let run = Phase.Run.going(in: job.supervisor), run.isManual else { return }
        manualRuns?.began(run.number, of: job.definition.id)
    }

    func tellEnd(_ booking: Booking, of job: Job) {
        guard let run = booking.run, run.isManual || awaitsEnds, !booking.isGivenUp else { return }
        if run.isManual { endedRuns.note(run, booking.outcome, of: job.definition.id) }
        manualRuns?.ended(run, as: booking.outcome, of: job.definition.id, isOwn: isOwn(run.call, of: job))
    }

    /// What a function does when it is called is no run of its job, unless it has no others.
    func isOwn(_ call: Int64?, of job: Job) -> Bool { (call ?? 0) <= 0 || job.definition.isHookOnly }
}
