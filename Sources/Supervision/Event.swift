package import Clocks
import Model
package import Turns
package import Values
package import Wire

/// What happens to a job.
package enum Event: Sendable {
    /// The worker that a `spawn` effect asked for is there.
    case spawned
    /// It could not be had. `isShortage`: the machine's trouble, not the job's.
    case spawnFailed(String, isShortage: Bool)
    /// It may not be started before this moment: too many are.
    case spawnDeferred(until: MonotonicInstant)
    /// It may not be started yet: somebody is in its place. The process ID, if that is known.
    case occupied(by: Int32?, Occupant = .previousWorker)
    case report(Report)
    /// The job's worker is dead, and all that it had written has been handled: what it has noted of its runs. `nil`: nothing that
    /// could be read. Comes before `exited`, and before the first worker of a job that goes on from a previous life.
    case noted(RunNote?)
    /// The job's group has room for a run, which `askForPermit` has asked for, and the ledger has it.
    case permitted
    /// The ledger does not let it begin, or is not there.
    case refused
    /// The job's function is to be called with what has happened, as JSON. `nil`: somebody asks for a run beside its slots.
    /// `isOfCall`: it is a call itself that has failed.
    case call(event: String?, isOfCall: Bool = false)
    /// No call of a hook of this job is to come or to end that tells this.
    case told(JobStanding.Alert)
    /// All jobs are there: what a life of the daemon's before this one has not told can be told.
    case tellAgain
    /// The ledger has said late that slots from this one on, which came due before this life began, have no outcome.
    case missedEarlier(after: SlotInstant)
    /// The worker broke the protocol: what it did.
    case violation(String)
    /// The worker is dead, and all that it had written has been handled.
    case exited(String, ExitCause = .other)
    /// The moment of `deadline` has come, and nothing that the worker wrote before is unread.
    case deadline
    /// The wall clock was set.
    case clockWasSet
    /// Its slots are not to begin, or may again.
    case pause(Bool)
    /// The job is to end: the current run may take `grace` to end. `isFinal`: the daemon ends too, and does not wait for ever for
    /// a worker that outlives SIGKILL. `keepsAttempts`: the next daemon makes the attempt that is to come.
    case stop(grace: Nanoseconds, isFinal: Bool = false, keepsAttempts: Bool = false)
    /// The job is to end and to go on by another schedule. The current run may go on to its end within its own limits; a worker
    /// without one has `grace`.
    case reschedule(grace: Nanoseconds)
    /// Whoever asked to stop has lost patience.
    case hurry
    /// An operator does something to the job.
    case intervene(Intervention)
}

extension Event {
    var isDeadline: Bool { if case .deadline = self { true } else { false } }
}

/// Who is in the place of a job's worker.
package enum Occupant: Hashable, Sendable {
    /// A worker of a previous life of the daemon's.
    case previousWorker
    /// The worker of another daemon, which is not this one's to end.
    case otherDaemon
    /// What a worker of the job has left, which was killed and does not go.
    case leftovers
}

/// Why a worker is dead, as far as it matters for its run.
package enum ExitCause: Hashable, Sendable {
    case other
    /// SIGKILL, by whoever.
    case killed
    /// The kernel killed it, or something in its control group, because memory ran out.
    case outOfMemory
    /// It has used up the processor time that its entry gives it.
    case processorTime

    var outcome: Outcome {
        switch self {
        case .other, .killed: .crashed
        case .outOfMemory: .oom
        case .processorTime: .failed
        }
    }
}

/// What the shell around the supervision is to do. In this order.
package enum Effect: Hashable, Sendable {
    /// Start a worker and send it its definition; answer with `spawned`, `spawnFailed`, `spawnDeferred` or `occupied`.
    case spawn
    /// Close the control pipe: the worker finishes its run and exits.
    case closeControl
    case ping(token: Int64)
    case send(Command)
    /// Answer with `permitted` when the job's group has room for one more run.
    case askForPermit
    /// The group has room again for what it was given or asked for.
    case returnPermit
    /// Call the function of an entry with what has happened. Answer with `told` when the call has ended; not for an empty alert, which
    /// is not told again.
    case call(EntryID, JobStanding.Alert, Value.Map)
    /// Log where the worker is, before a signal ends it.
    case logStacks
    /// To the worker's whole process group.
    case terminate
    case kill
    /// Kill the worker of a previous life that is waited for, with all that it has started.
    case killPreviousWorker
    /// The job ends, and what it waits for with it: from now on `terminate` and `kill` are for the worker of a previous life. Answer
    /// with `exited` when it is gone.
    case watchPreviousWorker
    /// The outcome of slots or of a run: every slot that came due is in one of these.
    case book(Booking)
    case log(Incident)
}

/// What people may want to know about a job. The shell words it.
package enum Incident: Hashable, Sendable {
    case started
    /// Calls that are not made: too many wait, or the job ends.
    case callsDropped(Int)
    case jobLine(Report.Log)
    case output(Report.Output)
    case leftoversKilled(Report.Leftovers)
    /// They go on, as the entry says.
    case leftoversLeft(Report.Leftovers)
    case dropped(Report.Dropped)
    case fault(Report.Fault)
    /// What it has noted of its runs does not go with what it has said.
    case noteRefused(String)
    /// The worker died unasked.
    case exited(String)
    case retry(after: Nanoseconds, failures: Int)
    case gaveUp(retryAfter: Nanoseconds, failures: Int)
    case spawnFailed(String)
    case shortage(String)
    case waitingForPreviousWorker(Int32?)
    /// For what a dead worker has left, which was killed and does not go.
    case waitingForLeftovers(Int32?)
    case previousWorkerKilled(Int32)
    case violation(String)
    case hung(String)
    case overdue(by: Nanoseconds)
    /// The wall clock was set back, and the slots up to this one come a second time.
    case clockFollowed(until: SlotInstant)
    /// Slots that came due without a daemon are run, one after the other. `missed`: those before them that are not.
    case catchingUp(slots: Int64, first: SlotInstant, last: SlotInstant, missed: Int64)
    /// A run goes on and on, and so many slots have come due in it.
    case stillRunning(run: Int64, for: Nanoseconds, slots: Int64)
    /// A run waits for its group, and so many slots with it.
    case waitingForGroup(slots: Int64, for: Nanoseconds)
    /// Calls wait for the job's function.
    case callsWaiting(Int, for: Nanoseconds)
    /// The job is to end, and its worker, with the run that is going, has its time for that.
    case waitingForWorker(run: Int64?, for: Nanoseconds)
    case terminated
    case killed
    /// The worker's process does not go although SIGKILL was sent.
    case unkillable
    /// It still has not gone, and the daemon ends without it.
    case leftBehind
    /// The job is over.
    case stopped
}
