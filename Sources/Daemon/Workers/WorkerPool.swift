import Clocks
import Kernel
import Shared
import Supervision

/// All jobs with their workers: carries out what the supervision decides, and brings it what the workers say.
final class WorkerPool {
    private let loop: PollLoop
    private let programs: WorkerPrograms
    private let registry: SharedRegistry
    private let runtime: RuntimeDirectory
    private let groups: WorkerGroups?
    /// The last worker could have none, which has been said.
    private var lacksGroup = false
    private let stopTimeout: Nanoseconds
    private var jobs: [Job?] = []
    private var freeIndices: [Int] = []
    private var jobsByID: [EntryID: Job] = [:]
    private var jobsByProcess: [ProcessID: Job] = [:]
    private var deadlines = DeadlineQueue()
    private var limiter = RespawnLimiter()
    private var permits = PermitQueue()
    private var stackLimiter = StackLimiter()
    private var stackTaker = StackTaker()
    private var random = SystemRandomNumberGenerator()
    private var effects: [Effect] = []
    private var incidents: IncidentLog
    /// One for all: what is read is handled before the next is read.
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1_024, alignment: 16)

    /// The moment that the events at hand are handled at.
    private var moment: Moment
    private var now: MonotonicInstant { moment.monotonic }
    /// Workers that had to be killed to stop, since all were told to.
    private(set) var forcedStops = 0
    private(set) var workerCount = 0
    private var isStopping = false

    init(
        loop: PollLoop, programs: WorkerPrograms, registry: SharedRegistry, runtime: RuntimeDirectory,
        groups: WorkerGroups?, stopTimeout: Nanoseconds, log: CronLog, at moment: Moment
    ) {
        (self.loop, self.programs, self.registry) = (loop, programs, registry)
        (self.runtime, self.groups) = (runtime, groups)
        (self.stopTimeout, self.moment) = (stopTimeout, moment)
        incidents = IncidentLog(log: log, moment: moment)
    }

    deinit { buffer.deallocate() }

    var isEmpty: Bool { jobsByID.isEmpty }
    var jobCount: Int { jobsByID.count }

    /// When `fireDeadlines` has something to do.
    var nextDeadline: MonotonicInstant {
        min(deadlines.next ?? .distantFuture, groups?.deadline ?? .distantFuture)
    }

    /// To be called before a batch of events.
    func setTime(_ moment: Moment) {
        self.moment = moment
        incidents.moment = moment
    }

    /// The wall clock was set: jobs that begin or end at one of its moments look again.
    func clockWasSet() {
        for job in jobs.compactMap(\.self) {
            if job.supervisor.isAhead(of: moment) {
                incidents.beginsAnew(job)
                stop(job.definition.id, successor: job.successor ?? job.definition)
                continue
            }
            job.supervisor.clockWasSet(at: moment)
            endIfOver(job)
            settle(job)
        }
    }

    private func endIfOver(_ job: Job) {
        // One that is ending already is none that its entry's end is for any more.
        guard job.isOver(at: moment), !job.supervisor.phase.isStopping else { return }
        process(.stop(grace: grace(of: job)), job)
    }

    // MARK: Jobs

    /// `standing`: of the job that it replaces.
    func add(_ definition: JobDefinition, standing: JobStanding = JobStanding()) {
        if let job = jobsByID[definition.id] {
            job.successor = definition
            return
        }
        let index = freeIndices.last ?? jobs.count
        let job = Job(
            index: index, definition: definition, start: moment, seed: random.next(), standing: standing)
        if job.isOver(at: moment) { return incidents.over(job) }
        if index < jobs.count { freeIndices.removeLast() }
        if index == jobs.count { jobs.append(job) } else { jobs[index] = job }
        jobsByID[definition.id] = job
        deadlines.schedule(job)
    }

    /// The run in hand may finish within the grace, or within its own limits if `successor`, which then takes the job's place,
    /// does the same at other times. `isFinal`: the daemon ends.
    func stop(_ id: EntryID, successor: JobDefinition? = nil, isFinal: Bool = false) {
        guard let job = jobsByID[id] else {
            // Its life was over; the successor's may not be.
            if let successor { add(successor) }
            return
        }
        job.successor = successor
        // What a run is about to finish is still wanted if only the times of the next ones have changed.
        let isRescheduled = successor.map { job.definition.isSameWork(as: $0) } ?? false
        let grace = grace(of: job)
        handle(isRescheduled ? .reschedule(grace: grace) : .stop(grace: grace, isFinal: isFinal), job)
    }

    private func grace(of job: Job) -> Nanoseconds { job.definition.lifecycle.stopTimeout ?? stopTimeout }

    /// The job stays as it is, but its entry may stand elsewhere in its file.
    func keep(_ definition: JobDefinition) {
        guard let job = jobsByID[definition.id] else { return }
        // One that is being replaced is the job before; the entry in force is its successor's.
        if job.successor == nil { job.definition = definition } else { job.successor = definition }
    }

    func stopAll() {
        // Those that a reload has replaced or removed say nothing of this stop.
        forcedStops = 0
        isStopping = true
        for job in jobs.compactMap(\.self) { stop(job.definition.id, isFinal: true) }
    }

    func hurryAll() { for job in jobs.compactMap(\.self) { handle(.hurry, job) } }

    // MARK: Events

    private func handle(_ event: Event, _ job: Job) {
        process(event, job)
        settle(job)
    }

    /// Lets the supervision decide and carries it out.
    private func process(_ event: Event, _ job: Job) {
        // Taken over for the time of use: an effect may lead to the next event.
        var decided = effects
        effects = []
        decided.removeAll(keepingCapacity: true)
        job.supervisor.handle(event, at: moment, effects: &decided)
        for effect in decided { perform(effect, job) }
        effects = decided
    }

    private func settle(_ job: Job) {
        if job.supervisor.phase == .stopped { retire(job) } else { deadlines.schedule(job) }
    }

    private func retire(_ job: Job) {
        guard jobs[job.index] === job else { return }
        jobs[job.index] = nil
        freeIndices.append(job.index)
        jobsByID[job.definition.id] = nil
        if job.successor == nil, !isStopping { runtime.locks.discard(job.definition.id) }
        if let successor = job.successor { add(successor, standing: job.supervisor.standing) }
    }

    private func perform(_ effect: Effect, _ job: Job) {
        switch effect {
        case .log(let incident):
            if case .stopped(byItself: false) = incident { forcedStops += 1 }
            incidents.record(incident, of: job)
        case .spawn: spawn(job)
        case .closeControl: job.worker?.closeControl(loop.poller)
        case .ping(let token): send(.ping(token: token), job)
        case .send(let command): send(command, job)
        case .askForPermit: askForPermit(job)
        case .returnPermit: returnPermit(job)
        case .call(let function, let event): call(function, with: event, for: job)
        case .logStacks: logStacks(job)
        case .terminate: if let worker = job.worker { Children.signalGroup(worker.pid, .terminate) }
        case .kill: if let worker = job.worker { kill(worker, job) }
        case .killPredecessor: runtime.killHolder(of: job.definition.id)
        }
    }

    private func logStacks(_ job: Job) {
        guard let worker = job.worker else { return }
        // The stacks of a worker that runs a command say that it waits for it.
        guard job.supervisor.phase.run == nil || job.definition.kind != .exec else { return }
        switch stackLimiter.admit(job.definition.id, at: now) {
        case .take:
            let program = programs.program(at: job.definition.function.program)
            incidents.stacks(stackTaker.take(of: worker.pid, program: program.path), of: job)
        case .repeated: break
        case .tooMany: incidents.stacksLeftOut(of: job)
        }
    }

    /// A command that the worker runs has a group of its own, and what that has started may have others: they would outlive it.
    private func kill(_ worker: WorkerProcess, _ job: Job) {
        // What has left the control group is found in the tree as long as its parents live.
        if job.supervisor.phase.run != nil { ProcessTree.killDescendants(of: worker.pid) }
        if let group = worker.group { try? group.kill() }
        Children.signalGroup(worker.pid, .kill)
    }

    // MARK: Jobs among each other

    private func askForPermit(_ job: Job) {
        guard let concurrency = job.definition.policy.concurrency else { return }
        permit(permits.ask(job.index, concurrency))
    }

    private func returnPermit(_ job: Job) {
        guard let concurrency = job.definition.policy.concurrency else { return }
        permit(permits.giveBack(job.index, group: concurrency.group))
    }

    private func permit(_ indices: [Int]) {
        for index in indices { if let job = jobs[index] { handle(.permitted, job) } }
    }

    /// A function that is gone is no trouble of the job's: it was there when the registry was loaded, and a reload is going on.
    private func call(_ function: EntryID, with event: Value.Map, for job: Job) {
        guard let text = try? JSONCoding.text(of: .map(event)), let target = jobsByID[function] else { return }
        incidents.calling(function, event["event"]?.string ?? "", job)
        handle(.call(event: text), target)
    }

    // MARK: Spawning

    private func spawn(_ job: Job) {
        // In front of the limit, which those that must wait would use up.
        guard let lock = claim(job) else { return }
        if job.generation > 0, let moment = limiter.admit(at: now) {
            return process(.spawnDeferred(until: moment), job)
        }
        do throws(SystemError) {
            let worker = try start(job, lock)
            lock.note(worker.pid)
            if worker.group != nil { lacksGroup = false }
            // Spawns take their time, which the jobs' grids are to begin with.
            setTime(Clock.moment())
            job.worker = worker
            jobsByProcess[worker.pid] = job
            workerCount += 1
            incidents.spawning(job)
            process(.spawned, job)
            worker.control?.send(job.workerDefinition.encoded())
            watchControl(job)
        } catch {
            process(.spawnFailed(error.description, isShortage: error.isShortage), job)
        }
    }

    /// `nil`: a worker of the job's is still there, of a previous life of the daemon's.
    private func claim(_ job: Job) -> JobLock? {
        switch runtime.claim(job.definition.id, at: now) {
        case .granted(let lock, let swept):
            if swept > 0 { incidents.leftoversKilled(swept) }
            return lock
        case .refused(let event):
            process(event, job)
            return nil
        }
    }

    private func start(_ job: Job, _ lock: JobLock) throws(SystemError) -> WorkerProcess {
        job.generation &+= 1
        let control = try Pipe.open(nonblocking: .writer)
        let report = try Pipe.open(nonblocking: .reader)
        let output = try Pipe.open(nonblocking: .reader)
        // Before there is a process that nobody would listen to if this fails.
        try loop.poller.add(report.reader, token: token(.report, job), for: .read)
        try loop.poller.add(output.reader, token: token(.output, job), for: .read)
        let (pid, group) = try inGroup(job.definition) { group throws(SystemError) in
            try programs.program(at: job.definition.function.program).spawn(
                arguments: [job.definition.id.description, job.definition.schedule.text], control: control.reader,
                output: output.writer, report: report.writer, registry: registry.memory.descriptor, lock: lock.file,
                in: group)
        }
        return WorkerProcess(
            pid: pid, group: group, control: control.writer, report: report.reader, output: output.reader)
    }

    /// Spawns in a new group, or without one if that is how it must be.
    private func inGroup(
        _ job: JobDefinition, _ spawn: (ControlGroup?) throws(SystemError) -> ProcessID
    ) throws(SystemError) -> (ProcessID, ControlGroup?) {
        let group = try makeGroup(job)
        do throws(SystemError) {
            return (try spawn(group), group)
        } catch {
            guard let group else { throw error }
            groups?.retire(group, at: now)
            guard job.group.isEmpty, error.isRefusal(of: group) else { throw error }
            goWithoutGroup(error)
            return (try spawn(nil), nil)
        }
    }

    /// A job that needs none can do without one. `nil`: there is none.
    private func makeGroup(_ job: JobDefinition) throws(SystemError) -> ControlGroup? {
        do throws(SystemError) {
            guard let groups else { return try WorkerGroups.goWithout(job.group) }
            return try groups.makeLeaf(for: job.id, job.group)
        } catch {
            guard job.group.isEmpty, !error.isShortage else { throw error }
            goWithoutGroup(error)
            return nil
        }
    }

    /// Said once, until there are groups again.
    private func goWithoutGroup(_ error: SystemError) {
        if !lacksGroup { incidents.groupUnavailable(error) }
        lacksGroup = true
    }

    private func token(_ channel: EventToken.Channel, _ job: Job) -> UInt64 {
        EventToken.worker(channel, job: job.index, generation: job.generation).packed
    }

    // MARK: The control pipe

    private func send(_ command: Command, _ job: Job) {
        job.worker?.control?.send(command.encoded())
        watchControl(job)
    }

    /// Waits for room in the pipe if something is left to say.
    private func watchControl(_ job: Job) {
        guard let control = job.worker?.control, control.isPending, !control.isWatched else { return }
        do throws(SystemError) {
            try loop.poller.add(control.descriptor, token: token(.control, job), for: .write)
            control.isWatched = true
        } catch {
            handle(.violation("its control pipe cannot be watched: \(error)"), job)
        }
    }

    private func writeControl(_ job: Job) {
        guard let control = job.worker?.control else { return }
        control.flush()
        guard !control.isPending else { return }
        loop.poller.remove(control.descriptor)
        control.isWatched = false
    }

    // MARK: The report and output pipes

    /// `generation` tells whether the event is this worker's or one of a dead worker before it.
    func handle(_ channel: EventToken.Channel, job index: Int, generation: UInt32) {
        guard index < jobs.count, let job = jobs[index], job.generation == generation, let worker = job.worker else {
            return
        }
        switch channel {
        case .control: writeControl(job)
        case .report: if readReport(worker, job) == .closed { reportClosed(worker, job) }
        case .output: if readOutput(worker, job) == .closed { worker.closeOutput(loop.poller) }
        }
        settle(job)
    }

    private func readReport(_ worker: WorkerProcess, _ job: Job) -> Descriptor.Transfer {
        read(worker.report) { bytes in
            worker.reportLines.feed(bytes) { line, lost in takeMessage(line, lost, worker, job) }
        }
    }

    private func readOutput(_ worker: WorkerProcess, _ job: Job) -> Descriptor.Transfer {
        read(worker.output) { bytes in
            worker.outputLines.feed(bytes) { line, lost in takeOutput(line, lost, job) }
        }
    }

    private func read(
        _ end: WorkerProcess.PipeEnd?, _ body: (UnsafeRawBufferPointer) -> Void
    ) -> Descriptor.Transfer {
        guard let end else { return .wouldBlock }
        // A pipe has no errors but those of a wrong call; for the loop it is over then.
        let transfer = (try? end.descriptor.read(into: buffer)) ?? .closed
        if case .bytes(let count) = transfer { body(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
        return transfer
    }

    private func takeMessage(_ line: UnsafeRawBufferPointer, _ lost: Int, _ worker: WorkerProcess, _ job: Job) {
        guard lost == 0 else {
            return reject("longer than \(WireFormat.longestMessage) bytes by \(lost)", worker, job)
        }
        do throws(WireError) {
            let report = try Report.decode(line)
            if case .log(let log) = report, !admit(size: log.message.utf8.count, job) { return }
            if case .output(let line) = report, !admit(size: line.size, job) { return }
            process(.report(report), job)
        } catch {
            reject(error.description, worker, job)
        }
    }

    private func reject(_ reason: String, _ worker: WorkerProcess, _ job: Job) {
        worker.malformed += 1
        if worker.malformed <= WorkerProcess.mostMalformed {
            incidents.malformedMessage(reason, job)
        } else {
            process(.violation("more than \(WorkerProcess.mostMalformed) malformed messages"), job)
        }
    }

    private func takeOutput(_ line: UnsafeRawBufferPointer, _ lost: Int, _ job: Job) {
        guard admit(size: line.count + lost, job) else { return }
        incidents.outputLine(line, lost: lost, job)
    }

    private func admit(size: Int, _ job: Job) -> Bool { job.outputLimiter.admit(size: size, at: now) }

    /// The end of the reports comes a moment before the exit of a worker that ends; of one that lives on it is a fault.
    private func reportClosed(_ worker: WorkerProcess, _ job: Job) {
        worker.closeReport(loop.poller)
        worker.exitDeadline = now + WorkerProcess.exitGrace
    }

    // MARK: Exits

    /// Collects every child that has exited, strangers too, of which `onStranger` is told before their number is free.
    func reap(_ onStranger: (ProcessID) -> Void) throws(SystemError) {
        stackTaker.letGo()
        var swept: Set<ProcessID> = []
        while let pid = Children.peekExited() {
            guard let job = jobsByProcess[pid], let worker = job.worker else {
                onStranger(pid)
                _ = try Children.collect(pid)
                continue
            }
            drain(worker, job)
            // While the leader is a zombie its number is still the group's, and nobody else's.
            Children.signalGroup(pid, .kill)
            let ranOutOfMemory = worker.group.map { groups?.ranOutOfMemory($0) ?? false } ?? false
            if let group = worker.group {
                groups?.retire(group, at: now)
            } else if job.supervisor.phase.run != nil, !swept.contains(pid) {
                try sweep(&swept)
            }
            bury(worker, job, try Children.collect(pid), ranOutOfMemory)
        }
    }

    /// Kills the commands of all workers without a control group that have died in a run: each has a group of its own within its worker's session. One
    /// look at all processes serves them all, since they may be many.
    private func sweep(_ swept: inout Set<ProcessID>) throws(SystemError) {
        for (pid, job) in jobsByProcess where job.supervisor.phase.run != nil && job.worker?.group == nil {
            if try Children.hasExited(pid) { swept.insert(pid) }
        }
        try SessionSweep.kill(swept)
    }

    /// Reads what the worker wrote before it died. Its pipes may never end, since a grandchild may hold them open; what a
    /// pipe can hold at most is all that can be the worker's own.
    private func drain(_ worker: WorkerProcess, _ job: Job) {
        drain { readReport(worker, job) }
        worker.reportLines.finish { line, lost in reject("torn at its worker's death", worker, job) }
        drain { readOutput(worker, job) }
        worker.outputLines.finish { line, lost in takeOutput(line, lost, job) }
    }

    private func drain(_ read: () -> Descriptor.Transfer) {
        var rest = 1 << 20
        while rest > 0, case .bytes(let count) = read() { rest -= count }
    }

    private func bury(_ worker: WorkerProcess, _ job: Job, _ status: ExitStatus, _ ranOutOfMemory: Bool) {
        reportOutputLoss(job)
        let isVictim = ranOutOfMemory && status.isKill
        let text = isVictim ? "\(status), out of memory" : status.description
        process(.exited(text, ranOutOfMemory: isVictim), job)
        worker.closeAll(loop.poller)
        job.worker = nil
        jobsByProcess[worker.pid] = nil
        workerCount -= 1
        settle(job)
    }

    // MARK: Time

    /// Handles the deadlines that are past, at most `limit` of them. To be called when all that workers wrote has been read:
    /// only then is silence an answer.
    func fireDeadlines(limit: Int) {
        if let groups, groups.deadline <= now { groups.advance(at: now).forEach(incidents.unkillable) }
        if deadlines.count > 2 * jobs.count + 1_000 { deadlines.prune { jobs[$0]?.scheduledAt } }
        var count = 0
        while count < limit, let (index, instant) = deadlines.popDue(at: now) {
            guard let job = jobs[index], job.scheduledAt == instant else { continue }
            count += 1
            job.scheduledAt = .distantFuture
            fire(job)
        }
    }

    private func fire(_ job: Job) {
        if job.outputLimiter.deadline <= now { reportOutputLoss(job) }
        if let worker = job.worker, worker.exitDeadline <= now {
            worker.exitDeadline = .distantFuture
            process(.violation("it closed its report pipe and lives on"), job)
        }
        if job.endDeadline <= now { endIfOver(job) }
        if job.supervisor.deadline <= now { process(.deadline, job) }
        settle(job)
    }

    private func reportOutputLoss(_ job: Job) {
        if let loss = job.outputLimiter.takeLoss() {
            incidents.outputDropped(lines: loss.lines, bytes: loss.bytes, job)
        }
    }
}
