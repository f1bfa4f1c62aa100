package import Clocks
package import Model
import Schedules
package import Turns

/// The supervision of one job: a function from a state and an event to effects. No system call, no clock, no log.
package struct JobSupervisor: Sendable {
    var life: WorkerLife
    var runKeeper: RunKeeper
    var step: Step
    /// For the moment at which the job starts.
    private var hasWaited = false
    /// When to come back with `.deadline`.
    package private(set) var deadline = MonotonicInstant.distantFuture
    /// Whether the phase is `stopped`.
    package private(set) var isOver = false
    /// The wall clock was set back behind the slots of the job, which is to follow it.
    var mustFollow = false

    /// A deadline may be handled so much later; a silence in which the daemon did not listen is no answer.
    package static let longestDelayOfOurs = Nanoseconds.seconds(1)

    /// The first worker is asked for at `start`; the grid begins when it is spawned.
    /// `before`: what this one takes the place of. `sleeps`: there is nothing to be run but calls.
    package init(
        _ definition: JobDefinition, start: Moment, seed: UInt64, resuming before: Resumption? = nil,
        sleeps: Bool = false
    ) {
        step = Step(at: start, seed: seed)
        runKeeper = RunKeeper(definition, resuming: before, at: start)
        // One that is only called has a worker from its first call on.
        life = WorkerLife(definition.lifecycle, at: sleeps || definition.isHookOnly ? .distantFuture : start.monotonic)
        refresh()
    }

    package var phase: Phase { life.phase }
    package var books: SlotBooks { runKeeper.books }
    package var runs: Int64 { books.runs }
    package var standing: JobStanding { runKeeper.alerts.standing }
    /// Failures of the worker in a row.
    package var failures: Int { life.starts.backoff.failures }
    /// Whether the note of a worker of a previous life is to be read first.
    package var awaitsNote: Bool { runKeeper.unsettled != nil }
    /// Whether a life of the daemon's before this one may not have told all.
    package var mustTellAgain: Bool { runKeeper.alerts.mustTellAgain }
    /// What a worker does not begin by itself.
    package var workerAccounted: SlotInstant { runKeeper.workerAccounted }

    /// The next worker writes into a new note, which has this number.
    package mutating func expectNote(epoch: UInt64) { runKeeper.mark = NoteMark(epoch: epoch) }

    /// To be called when anything has changed. What the shell asks after each event is stored: to ask for more copies the job.
    private mutating func refresh() {
        deadline = .earliest(
            life.phase.deadline, runKeeper.orders.deadline(isIdle: life.phase.isIdle),
            min(runKeeper.alerts.deadline, pauseDeadline))
        if case .stopped = life.phase { (isOver, deadline) = (true, .distantFuture) }
    }

    /// The signal that was decided on last came so much later: what its worker has time for begins with it.
    package mutating func signalled(after delay: Nanoseconds) {
        life.postpone(by: delay)
        refresh()
    }

    /// `now`: never before the event happened. `heard`: all that the worker wrote before it has been handled; `nil`: all up to `now`.
    package mutating func handle(
        _ event: Event, at now: Moment, heard: MonotonicInstant? = nil, effects: inout [Effect]
    ) {
        (step.now, step.heard) = (now, heard ?? now.monotonic)
        swap(&step.effects, &effects)
        runKeeper.endAttempts(&life.phase, &step)
        decide(event)
        if mustFollow { followClock() }
        keepPause(isLook: event.isDeadline)
        if runKeeper.unsettled == nil { runKeeper.alerts.tellAgain(books, runKeeper.policy.hooks, &step) }
        runKeeper.giveOrders(&life.phase, &step)
        RunWatch.watch(&runKeeper, life.phase, step)
        refresh()
        swap(&step.effects, &effects)
    }

    private mutating func decide(_ event: Event) {
        switch event {
        case .spawned, .spawnFailed, .spawnDeferred, .occupied: if phase.awaitsWorker { start(event) }
        case .noted(let note): NoteTaker.take(note, &self)
        case .report(let report):
            guard phase.hasWorker else { return }
            do throws(Violation) { try take(report) } catch { life.condemn(.violation(error.what), &step) }
        case .permitted: runKeeper.permitted(&life.phase, &step)
        case .refused: AttemptKeeper.refuse(&runKeeper, &life.phase, &step)
        case .call(let event, let isNested): if runKeeper.take(event, isNested, phase, &step) { life.wake(step) }
        case .told(let alert): runKeeper.alerts.told(alert)
        case .tellAgain: break
        case .missedEarlier(let slot): CatchUpKeeper.missEarlier(after: slot, &runKeeper, &step)
        case .violation(let what): life.condemn(.violation(what), &step)
        case .exited(let status, let cause): if phase.hasWorker { exited(status, cause) }
        case .deadline:
            RunWatch.judge(&runKeeper, phase, &step)
            // A moment that never comes has not come, also when the clock shows it.
            if step.heard >= phase.deadline, phase.deadline != .distantFuture { timeIsUp() }
            // Of what that waits for now, the slot may be late already.
            RunWatch.watch(&runKeeper, phase, step)
            RunWatch.judge(&runKeeper, phase, &step)
        case .clockWasSet: clockWasSet()
        case .pause(let isOn): pause(isOn)
        case .intervene(let act): InterventionKeeper.take(act, &runKeeper, &life, &step)
        case .stop(let grace, let isFinal, let keeps): stop(grace: grace, isFinal: isFinal, keepsAttempts: keeps)
        case .reschedule(let grace): if !phase.isStopping { stop(grace: grace, sparesRun: true) }
        case .hurry:
            if case .leaving(let leave) = phase, phase.isStopping, leave.stage != .killed { escalate(leave) }
        }
    }

    // MARK: A worker comes

    private mutating func start(_ event: Event) {
        switch event {
        case .spawned:
            beginTimetable()
            life.spawned(step)
            PauseKeeper.beginWorker(&runKeeper)
        case .spawnFailed(let reason, isShortage: true): life.phase = life.starts.runShort(reason, &step)
        case .spawnFailed(let reason, isShortage: false):
            step.log(.spawnFailed(reason))
            retreat()
        case .spawnDeferred(let until): life.phase = .waiting(until: until, .shortage)
        case .occupied(let holder, let occupant):
            beginTimetable()
            life.phase = life.starts.wait(for: holder, occupant, runKeeper.policy, &step)
        default: break
        }
    }

    /// The grid begins with the first worker. Jobs that are declared together are spawned one after the other, and so their slots do
    /// not all fall into the same instant for ever. A job that has waited for the moment at which it starts has that moment too, if it
    /// is a slot.
    private mutating func beginTimetable() {
        runKeeper.books.begin(runKeeper.schedule.timetable(at: step.now, hasWaited: hasWaited))
    }

    private mutating func retreat() {
        life.phase = life.starts.retreat(&step)
        if case .failed = phase {
            runKeeper.alerts.giveUp(failures: failures, runs: runs, runKeeper.policy.hooks, &step)
        }
    }

    // MARK: Time

    private mutating func timeIsUp() {
        switch phase {
        case .waiting:
            if let startsAt = runKeeper.schedule.startsAt, step.now.wall < startsAt, !books.areOpen {
                hasWaited = true
                life.phase = .waiting(until: step.now.monotonic(of: startsAt), .firstStart)
            } else {
                askForWorker()
            }
        case .failed: askForWorker()
        case .starting(let deadline): life.startIsOver(deadline, &step)
        case .idle(let vigil): life.keep(vigil, &step)
        case .queued: runKeeper.stopWaiting(&life.phase, &step)
        case .running(let run): life.reachLimit(of: run, runKeeper.limits, runKeeper.policy.killAfter, &step)
        case .leaving(let leave): escalate(leave)
        case .stopped: break
        }
    }

    private mutating func askForWorker() {
        runKeeper.missAllButLast(&life.phase, &step)
        step.emit(.spawn)
    }

    // MARK: A worker goes

    private mutating func exited(_ status: String, _ cause: ExitCause) {
        runKeeper.loseWorker(&step)
        if cause == .killed { life.noteOwnTimer(step) }
        guard case .leaving(let leave) = phase, leave.cause != .fault else { return fail(status, cause) }
        if leave.stage == .draining, cause.outcome != .crashed { conclude(cause.outcome, status) } else { lose(status) }
        if leave.cause.bringsNext {
            let waits = leave.cause == .pause && isPaused && runKeeper.orders.nextCall == nil
            life.phase = waits ? .waiting(until: .distantFuture, .pause) : life.starts.succeed(step)
        } else {
            finish()
        }
    }

    /// It was not asked to go: that is a failure, also with code 0. A run that has used up its time has failed, and not its worker.
    private mutating func fail(_ status: String, _ cause: ExitCause) {
        step.log(.exited(status))
        conclude(cause.outcome, status)
        if cause == .processorTime, case .running = phase { life.phase = life.starts.succeed(step) } else { retreat() }
    }

    /// The run ended with its worker, unasked.
    private mutating func conclude(_ outcome: Outcome, _ status: String) {
        if let run = phase.run { runKeeper.conclude(run, outcome, run.lost(status, at: step.now), in: phase, &step) }
    }

    private mutating func lose(_ status: String) {
        if let run = phase.run { runKeeper.lose(run, status, in: phase, &step) }
    }

    private mutating func stop(
        grace: Nanoseconds, isFinal: Bool = false, keepsAttempts: Bool = false, sparesRun: Bool = false
    ) {
        let before = phase.stop
        let stop = Leave.Stop(
            asked: before?.asked ?? step.now.on(books.clock), isFinal: isFinal || before?.isFinal ?? false,
            keepsAttempts: keepsAttempts && isFinal || before?.keepsAttempts ?? false)
        // One that the worker was told to begin may have begun.
        if runKeeper.orders.given == nil { AttemptKeeper.end(at: stop, &runKeeper, &life.phase, &step) }
        runKeeper.dropCalls(&step)
        if case .queued = phase { runKeeper.returnPermit(&step) }
        let hasWorker = life.stop(stop, grace: grace, sparesRun: sparesRun, &step)
        if !hasWorker { finish() }
    }

    private mutating func escalate(_ leave: Leave) {
        guard life.escalate(leave, &step) else { return }
        // The daemon's end is not held up by a worker that waits for a disk for ever. It dies when the wait is over.
        step.log(.leftBehind)
        runKeeper.returnPermit(&step)
        lose("it outlives SIGKILL")
        finish()
    }

    private mutating func finish() {
        runKeeper.close(&life.phase, &step)
        life.phase = .stopped
        step.log(.stopped)
    }
}
