import Clocks
import Kernel
import Model
import Schedules
import Supervision
import Turns
import Values
import Wire

/// One job of the registry with its worker: the supervision's state, and the descriptors that go with it.
final class Job {
    /// Its place in the table of jobs, which events name.
    let index: Int
    /// The same job as ever, though its entry may have moved within its file.
    var definition: JobDefinition { didSet { goesByZone = definition.goesByZone } }
    /// The definition's, which is large, without a copy of it for each run.
    private(set) var goesByZone: Bool
    let clock: ScheduleClock
    var supervisor: JobSupervisor
    var worker: WorkerProcess?
    /// A worker of a previous life that ends with the job; `nil`: there is none.
    var previousWorker: PreviousWorker?
    /// Tells this worker's events from those of the one before, whose descriptors had the same numbers.
    var generation: UInt32 = 0
    /// What takes this job's place when it has stopped.
    var successor: JobDefinition?
    /// Calls of its function that the successor is to get.
    var callsForSuccessor: [WaitingCall] = []
    /// What it has written; `nil`: nothing yet, as most jobs.
    private var written: Written?
    /// When the deadline queue will come back to this job.
    var scheduledAt = MonotonicInstant.distantFuture

    /// When the job's life is over: its entry's `ends_at`.
    private(set) var endDeadline = MonotonicInstant.distantFuture

    /// The number of the last run of a life before this one.
    let earlierRuns: Int64
    /// Of its schedule, which is not to be looked at for each run.
    let signature: UInt64
    /// Where its record is; `nil`: it has none yet.
    var bookPlace: Int?
    var ledgerName = LedgerName()
    /// Why its worker is about to end; `nil`: that is not known.
    var trouble: DaemonCounters.Column?
    /// The run at the boot is to come, and has not begun.
    var awaitsBootRun: Bool

    /// `sleeps`: there is nothing to be run but calls.
    init(
        index: Int, definition: JobDefinition, start: Moment, seed: UInt64, resuming before: Resumption? = nil,
        awaitsBootRun: Bool = false, sleeps: Bool = false
    ) {
        (self.index, self.awaitsBootRun) = (index, awaitsBootRun)
        (self.definition, goesByZone) = (definition, definition.goesByZone)
        supervisor = JobSupervisor(definition, start: start, seed: seed, resuming: before, sleeps: sleeps)
        (earlierRuns, signature) = (supervisor.runs, definition.schedule.signature)
        clock = definition.schedule.rule.clock
    }

    private final class Written {
        var output: RunOutput

        init(_ output: RunOutput) { self.output = output }
    }

    var hasOutput: Bool { written != nil }

    var output: RunOutput {
        get { written?.output ?? RunOutput(definition.policy.output) }
        _modify {
            let written = self.written ?? Written(RunOutput(definition.policy.output))
            self.written = written
            yield &written.output
        }
    }

    /// Whether the wall clock has reached the end of the job's life; if not, when to ask again.
    func isOver(at now: Moment) -> Bool {
        guard let endsAt = definition.schedule.endsAt else { return false }
        let isOver = now.wall >= endsAt
        endDeadline = isOver ? .distantFuture : now.monotonic(of: endsAt)
        return isOver
    }

    var outputDeadline: MonotonicInstant { written?.output.deadline ?? .distantFuture }

    var deadline: MonotonicInstant {
        let exit = min(worker?.exitDeadline ?? .distantFuture, previousWorker?.nextLook ?? .distantFuture)
        return .earliest(supervisor.deadline, min(outputDeadline, exit), endDeadline)
    }

    /// In seconds, what the worker may use of the processor; `nil`: any. Of a command its processes have the limit, each for itself.
    var processorTime: UInt64? {
        definition.kind == .exec ? nil : definition.process.limits.first { $0.resource == .cpuTime }?.value
    }

    /// What the worker is to know.
    var workerDefinition: WorkerDefinition {
        var header = WorkerDefinition.Header(
            entry: definition.id, kind: definition.kind.rawValue, schedule: ScheduleWords(definition.schedule),
            start: supervisor.books.timetable.start, accounted: supervisor.workerAccounted,
            runs: supervisor.runs, file: definition.location.file,
            // Until a run has begun: the first worker may not have come to it, or may never have been spawned.
            runsNow: (awaitsBootRun || definition.schedule.runsAtStart) && !supervisor.books.hasRun
                && !supervisor.isPaused)
        header.queues = definition.policy.overlap == .queue
        header.asks = supervisor.wantsQuestions
        header.startingDeadline = definition.policy.startingDeadline
        if let owed = supervisor.owed {
            (header.owed, header.owedSince, header.owedSpread) = (owed.through, owed.since, owed.spread)
        }
        header.timeout = definition.policy.timeout
        if header.timeout != nil { header.killAfter = definition.policy.killAfter }
        return WorkerDefinition(
            header: header, meta: definition.meta, data: definition.data, process: definition.process.map,
            zone: definition.schedule.rule.zone?.text ?? "")
    }
}
