import Clocks
import Kernel
import Links
import Model
import Supervision
import Turns
import Values
import Wire

/// What operators do to jobs, beside the runs that they ask for.
extension WorkerPool {
    /// Returns why it is not done. `run`: that one alone.
    func cancel(_ job: Job, run: Int64?) -> ControlAnswer.Refused? {
        readClock()
        let (id, going) = (job.definition.id, runGoing(of: job))
        if let run, run != going { return .init(.idle, "run \(run) of '\(id)' is not running") }
        guard going != nil || job.supervisor.awaitsCancellableRun else {
            return .init(.idle, "no run of '\(id)' is running")
        }
        let wasAwaited = job.supervisor.orders.awaitsManualRun
        handle(.intervene(.cancel), job)
        if wasAwaited, !job.supervisor.orders.awaitsManualRun { manualRuns?.givenUp(id) }
        return nil
    }

    /// Returns how many slots are given up; 0: nothing is owed.
    func giveUpOwed(_ job: Job) -> Result<Int64, Refusal> {
        readClock()
        if let obstacle = job.supervisor.obstacleToGivingUp { return .failure(Refusal(.init(.busy, obstacle))) }
        let attempts: Int64 = job.supervisor.orders.hasAttempt && job.supervisor.orders.given == nil ? 1 : 0
        let count = job.supervisor.owedCount + attempts
        if count > 0 { handle(.intervene(.giveUpOwed), job) }
        return .success(count)
    }

    struct Refusal: Error {
        let answer: ControlAnswer.Refused

        init(_ answer: ControlAnswer.Refused) { self.answer = answer }
    }

    /// Returns why it is not sent.
    func signal(_ job: Job, _ number: Int32) -> ControlAnswer.Refused? {
        let id = job.definition.id
        guard let run = runGoing(of: job) else { return .init(.idle, "no run of '\(id)' is running") }
        let isCommand = job.definition.kind == .exec
        guard let worker = job.worker?.pid ?? runtime.holderPID(of: id), machine.signalRun(worker, number, isCommand)
        else { return .init(.idle, "run \(run) of '\(id)' has no \(isCommand ? "command" : "worker") now") }
        return nil
    }

    /// Returns whether there is a worker, or one comes now.
    func restart(_ job: Job, isNow: Bool) -> Bool {
        handle(.intervene(.restart(isNow: isNow)), job)
        return job.supervisor.deadline < .distantFuture || job.supervisor.phase.hasWorker
    }

    /// Returns whether anything had failed.
    func reset(_ job: Job) -> Bool {
        let hadFailed = job.supervisor.failures > 0
        handle(.intervene(.reset), job)
        return hadFailed
    }

    /// How a run has ended, as far as this life of the daemon knows.
    func end(ofRun number: Int64, of job: Job) -> ControlAnswer.Ended? {
        let id = job.definition.id
        if let ended = endedRuns.run(number, of: id) { return ended }
        guard let last = job.supervisor.books.lastRun, let run = last.run, run.number == number else { return nil }
        return ControlAnswer.Ended(run, last.outcome, of: id)
    }
}
