import Clocks
import Kernel
import Links
import Model
import Schedules
import Supervision
import Turns
import Values
import Wire

/// All jobs with their workers: carries out what the supervision decides, and brings it what the workers say.
final class WorkerPool {
    let loop: PollLoop
    let children: ChildTable<Child>
    let machine: Machine
    let programs: WorkerPrograms
    let registry: SharedRegistry
    let runtime: RuntimeDirectory
    /// `nil`: nothing of a job outlives the daemon.
    var books: JobBooks?
    /// `nil`: there is none.
    var ledger: LedgerWriter?
    /// What it knows of jobs that the books do not know yet.
    var resumptions: [EntryID: LedgerReport.Job] = [:]
    /// Something could not be written there, which has been said.
    var lacksBooks = false
    let counters = DaemonCounters()
    var pauses = PauseTable()
    /// Places of jobs that are paused, and whose workers have not heard of it.
    var unheldJobs: Set<Int> = []
    let groups: WorkerGroups?
    /// The last worker could have none, which has been said.
    var lacksGroup = false
    private let stopTimeout: Nanoseconds
    var jobs: [Job?] = []
    private var freeIndices: [Int] = []
    private(set) var jobsByID: [EntryID: Job] = [:]
    weak var manualRuns: (any ManualRunListener)?
    /// Somebody waits for the end of a run, whichever it is.
    var awaitsEnds = false
    var endedRuns = EndedRuns()
    var hookCalls = HookCalls()
    /// Those that are made when all jobs are there; `nil`: they are.
    var earlyCalls: [EarlyCall]? = []
    var claims = SlotClaims()
    /// Dead workers whose sessions were looked for already.
    var swept: Set<ProcessID> = []
    var deadlines = DeadlineQueue()
    var limiter = RespawnLimiter()
    private var permits = PermitQueue()
    var catchUps: CatchUpQueue
    /// Of this machine: what is spread over time is so by it, too.
    let machineName: String
    private var stackLimiter = StackLimiter()
    var stackTaker = StackTaker()
    var random = SystemRandomNumberGenerator()
    private var effects: [Effect] = []
    var incidents: IncidentLog
    /// One for all: what is read is handled before the next is read. Output has its own, since an `end` among the reports comes
    /// after it.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1_024, alignment: 16)
    let outputBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1_024, alignment: 16)
    /// So many bytes in it are not logged yet.
    var unsplitOutput = 0

    /// When the event at hand is handled: never before it happened, however long the loop took to come to it.
    private(set) var moment: Moment
    var now: MonotonicInstant { moment.monotonic }
    var clockLead: ClockLead
    /// Workers that outlive SIGKILL, and that the daemon's end does not wait for.
    private(set) var leftBehind = 0
    var workerCount = 0
    /// Bytes of output that wait since the tails of all runs were added up.
    var heldOutput = 0
    /// Whether a job that goes by a time zone was spawned or began a run.
    var usesZones = false
    private(set) var isStopping = false

    init(
        loop: PollLoop, children: ChildTable<Child>, programs: WorkerPrograms, registry: SharedRegistry,
        runtime: RuntimeDirectory, groups: WorkerGroups?, stopTimeout: Nanoseconds, catchUpAtOnce: Int = 4,
        log: CronLog, machine: Machine
    ) {
        (catchUps, machineName) = (CatchUpQueue(most: catchUpAtOnce), MachineIdentity.name)
        (self.loop, self.children, self.programs, self.registry) = (loop, children, programs, registry)
        (self.runtime, self.groups, self.machine) = (runtime, groups, machine)
        (self.stopTimeout, moment) = (stopTimeout, machine.moment())
        incidents = IncidentLog(log: log, moment: moment)
        clockLead = ClockLead(moment)
    }

    deinit {
        buffer.deallocate()
        outputBuffer.deallocate()
    }

    var isEmpty: Bool { jobsByID.isEmpty }
    var jobCount: Int { jobsByID.count }

    /// When `fireDeadlines` has something to do.
    var nextDeadline: MonotonicInstant {
        .earliest(deadlines.next ?? .distantFuture, groups?.deadline ?? .distantFuture, pauseDeadline)
    }

    /// To be called for each event, or after the read that several of them come from. A round may take seconds: by a clock that was
    /// read before it, workers would be judged for what they say later.
    func readClock() {
        moment = machine.moment()
        clockLead.note(moment)
        incidents.moment = moment
    }

    func endIfOver(_ job: Job) {
        // The end of an entry does not concern a job that is ending already.
        guard job.isOver(at: moment), !job.supervisor.phase.isStopping else { return }
        process(.stop(grace: grace(of: job)), job)
    }

    // MARK: Jobs

    /// `before`: what it takes the place of.
    func add(_ definition: JobDefinition, resuming before: Resumption? = nil) {
        if let job = jobsByID[definition.id] {
            job.successor = definition
            return
        }
        readClock()
        let index = freeIndices.last ?? jobs.count
        let awaitsBootRun = definition.schedule.runsAtBoot && bootRecord.isDue(definition.id)
        let job = Job(
            index: index, definition: definition, start: moment, seed: random.next(),
            resuming: resumption(of: definition, before),
            awaitsBootRun: awaitsBootRun, sleeps: !awaitsBootRun && hasRunAtBoot(definition))
        if job.isOver(at: moment) { return incidents.over(job) }
        if index < jobs.count { freeIndices.removeLast() }
        if index == jobs.count { jobs.append(job) } else { jobs[index] = job }
        jobsByID[definition.id] = job
        introduce(job)
        pauseIfPaused(job)
        settleIfAsleep(job)
        deadlines.schedule(job)
    }

    /// The current run may end within the grace, or within its own limits if `successor`, which then takes the job's
    /// place, does the same at other times. `isFinal`: the daemon ends.
    func stop(_ id: EntryID, successor: JobDefinition? = nil, isFinal: Bool = false) {
        guard let job = jobsByID[id] else {
            // Its life was over; the successor's may not be.
            if let successor { add(successor) }
            return
        }
        job.successor = successor
        // Whoever called has done so for the one time that something changed.
        if successor != nil { job.callsForSuccessor += takeCalls(of: job) }
        // What a run is about to finish is still wanted if only the times of the next ones have changed.
        let isRescheduled = successor.map { job.definition.isSameWork(as: $0) } ?? false
        let grace = grace(of: job)
        handle(
            isRescheduled
                ? .reschedule(grace: grace)
                : .stop(grace: grace, isFinal: isFinal, keepsAttempts: isFinal && keepsAttempts), job)
    }

    /// Whether the next daemon knows of what this one leaves to it.
    private var keepsAttempts: Bool { books != nil && ledger != nil }

    private func grace(of job: Job) -> Nanoseconds { job.definition.lifecycle.stopTimeout ?? stopTimeout }

    /// The job stays as it is, but its entry may stand elsewhere in its file.
    func keep(_ definition: JobDefinition) {
        guard let job = jobsByID[definition.id] else { return }
        // One that is being replaced is the job before; the entry in force is its successor's.
        if job.successor == nil { job.definition = definition } else { job.successor = definition }
    }

    func stopAll() {
        isStopping = true
        for job in jobs.compactMap(\.self) { stop(job.definition.id, isFinal: true) }
    }

    /// The runs that a stop waits for, and how long at most until the last of them is sent a signal, in whole seconds.
    var runsLeft: (count: Int, atMost: Nanoseconds) {
        let phases = jobs.compactMap { $0?.supervisor.phase }.filter { $0.run != nil }
        let last = phases.map(\.deadline).max() ?? now
        return (phases.count, .seconds((max(last - now, .zero).millisecondsRoundedUp + 999) / 1_000))
    }

    func hurryAll() { for job in jobs.compactMap(\.self) { handle(.hurry, job) } }

    // MARK: Events

    func handle(_ event: Event, _ job: Job) {
        process(event, job)
        settle(job)
    }

    func process(_ event: Event, _ job: Job, heard: MonotonicInstant? = nil) {
        readClock()
        decide(event, job, heard: heard)
    }

    /// Lets the supervision decide and carries it out.
    func decide(_ event: Event, _ job: Job, heard: MonotonicInstant? = nil) {
        // Taken over for the time of use: an effect may lead to the next event.
        var decided = effects
        effects = []
        if !decided.isEmpty { decided.removeAll(keepingCapacity: true) }
        job.supervisor.handle(event, at: moment, heard: heard, effects: &decided)
        var (isSignalled, hasBooked) = (false, false)
        for effect in decided {
            perform(effect, job)
            if effect.isSignal { isSignalled = true }
            if effect.isBooking { hasBooked = true }
        }
        if isSignalled { noteSignal(job) }
        if !unheldJobs.isEmpty || event.isPause { notePause(of: job) }
        effects = decided
        if job.awaitsBootRun, job.supervisor.runs > job.earlierRuns { noteBootRun(job) }
        if hasBooked || changesRecord(event, job) { save(job, isNew: hasBooked) }
    }

    func settle(_ job: Job) {
        if job.supervisor.isOver { retire(job) } else { deadlines.schedule(job) }
    }

    func retire(_ job: Job) {
        guard jobs[job.index] === job else { return }
        // Of a worker that is left behind at the daemon's end: what still comes is not read.
        job.worker?.closeAll(loop.poller)
        finishOutput(of: job)
        if unheldJobs.remove(job.index) != nil { manualRuns?.pauseHeld() }
        jobs[job.index] = nil
        freeIndices.append(job.index)
        jobsByID[job.definition.id] = nil
        if !isStopping { hookCalls.forget(job.definition.id) }
        if job.successor == nil, !isStopping { runtime.locks.discard(job.definition.id) }
        if let successor = job.successor {
            add(successor, resuming: resumption(of: job, by: successor))
        } else if !isStopping {
            close(job)
        }
        handOverCalls(of: job)
        if jobsByID[job.definition.id] == nil { manualRuns?.left(job.definition.id) }
    }

    private func perform(_ effect: Effect, _ job: Job) {
        switch effect {
        case .log(let incident):
            if case .leftBehind = incident { leaveBehind(job) }
            if case .leftoversLeft(let left) = incident { return leave(left, job) }
            record(incident, of: job)
        case .spawn: spawn(job)
        case .closeControl: job.worker?.closeControl(loop.poller)
        case .ping(let token): send(Command.ping(token: token).encoded(), job)
        case .send(let command): send(command.encoded(), job)
        case .askForPermit: askForPermit(job)
        case .returnPermit: returnPermit(job)
        case .call(let function, let alert, let event): call(function, alert, with: event, for: job)
        case .logStacks: logStacks(job)
        case .terminate: terminate(job)
        case .kill: kill(job)
        case .book(let booking):
            incidents.record(booking, of: job)
            count(booking, of: job)
            write(booking, of: job)
            tellEnd(booking, of: job)
            noteEnd(ofCall: booking, of: job)
        case .killPreviousWorker: runtime.killHolder(of: job.definition.id)
        case .watchPreviousWorker: watchPreviousWorker(job)
        }
    }

    private func leaveBehind(_ job: Job) {
        leftBehind += 1
        guard let worker = job.worker else { return }
        finishOutput(worker, job)
        finishOutput(of: job)
    }

    private func logStacks(_ job: Job) {
        guard let worker = job.worker else { return }
        // The stacks of a worker that runs a command say that it waits for it.
        guard job.supervisor.phase.run == nil || job.definition.kind != .exec else { return }
        switch stackLimiter.admit(job.definition.id, at: now) {
        case .take:
            let image = programs.image(at: job.definition.function.program)
            incidents.stacks(stackTaker.take(of: worker.pid, program: image), of: job)
        case .repeated: break
        case .tooMany: incidents.stacksLeftOut(of: job)
        }
    }

    private func terminate(_ job: Job) {
        guard let worker = job.worker else { return runtime.terminateHolder(of: job.definition.id) }
        machine.signalGroup(worker.pid, .terminate)
    }

    /// A command that the worker runs has a group of its own, and what that has started may have others: they would outlive it.
    private func kill(_ job: Job) {
        guard let worker = job.worker else { return runtime.killHolder(of: job.definition.id) }
        // What has left the control group is found in the tree as long as its parents live.
        // What it has left on purpose is among these.
        let hasLeft = job.definition.leftovers.leaves && worker.group != nil
        if job.supervisor.phase.run != nil, !hasLeft { machine.killDescendants(worker.pid) }
        if let group = worker.group { try? group.kill() }
        machine.signalGroup(worker.pid, .kill)
    }

    // MARK: Jobs among each other

    private func askForPermit(_ job: Job) {
        guard let slot = job.supervisor.nextOwed(at: moment) else { return askGroup(job) }
        letCatchUp(catchUps.ask(job.index, slot: slot))
    }

    /// Those of them who are in a group have to wait for that too.
    private func letCatchUp(_ indices: [Int]) { for index in indices { if let job = jobs[index] { askGroup(job) } } }

    private func askGroup(_ job: Job) {
        guard let concurrency = job.definition.policy.concurrency else { return claim(job) }
        permit(permits.ask(job.index, concurrency))
    }

    private func returnPermit(_ job: Job) {
        claims.forget(job.index)
        if let concurrency = job.definition.policy.concurrency {
            permit(permits.giveBack(job.index, group: concurrency.group))
        }
        letCatchUp(catchUps.giveBack(job.index))
    }

    private func permit(_ indices: [Int]) {
        for index in indices { if let job = jobs[index] { claim(job) } }
    }
}
