package import Clocks
package import Model
import Schedules
package import Turns
import Values

/// The supervision of one job: a function from a state and an event to effects. No system call, no clock, no log.
package struct JobSupervisor: Sendable {
    package internal(set) var phase: Phase
    package internal(set) var books: SlotBooks
    /// What the last run came to that has ended.
    package internal(set) var lastRun: Booking?
    /// How many runs the job had.
    package internal(set) var runs: Int64 = 0
    let schedule: Schedule
    var backoff: Backoff
    let stableThreshold: Nanoseconds
    let policy: RunPolicy
    var random: SplitMix64
    let id: EntryID
    /// A further attempt at a slot, which has no outcome yet.
    var pending: PendingAttempt?
    /// What the worker was told to run and has not begun.
    var order: RunOrder?
    /// Whether the worker waits for the answer to a `due`.
    var isAsking = false
    var permit = Permit.none
    package internal(set) var standing: JobStanding
    var lateAt: MonotonicInstant?
    /// When the last run ended: what came due in it was for `overlap` to judge.
    var freeSince = MonotonicInstant(nanoseconds: 0)
    /// Those that the worker has not begun.
    var calls: [FunctionCall] = []
    var callNumber: Int64 = 0
    /// When the worker said `ready`.
    var readySince: MonotonicInstant?
    var shortages = 0
    var hasBegun = false
    /// For the moment at which the job starts.
    var hasWaited = false
    /// When the job was told to end.
    var stopAsked: SlotInstant?
    /// The run in hand may come to its end although the job is to: how long its worker then has to go.
    var graceAfterRun: Nanoseconds?
    /// The daemon ends with the job.
    var isFinal = false
    /// When the event in hand happened.
    var moment: Moment
    /// All that the worker wrote before this has been handled: only what was due by then may be called overdue.
    var heard: MonotonicInstant
    /// When a worker that was killed for cause is named in the log, if it is still there.
    var condemnedReminder = MonotonicInstant.distantFuture
    /// How long after its slot a run may begin.
    let longestDelay: Nanoseconds
    let startsAt: WallInstant?
    var shortageLoggedAt: MonotonicInstant?
    /// The wait for a worker of a previous life of the daemon's.
    var predecessor: PredecessorWait?
    var pingToken: Int64 = 0

    /// A worker takes milliseconds to start; beyond this it is hung.
    package static let startTimeout = Nanoseconds.seconds(30)
    /// A slot may be this late before the daemon asks.
    package static let overdueGrace = Nanoseconds.seconds(5)
    /// A worker may take this long to answer.
    package static let answerTimeout = Nanoseconds.seconds(10)
    /// A deadline may be handled so much later; a silence in which the daemon did not listen is no answer.
    package static let longestDelayOfOurs = Nanoseconds.seconds(1)
    /// A clock that is set back further is taken for corrected, as by cron(8).
    package static let longestStepBack = Nanoseconds.seconds(3 * 3_600)
    /// From SIGTERM to SIGKILL.
    package static let killDelay = Nanoseconds.seconds(1)
    /// How often a worker that outlives SIGKILL is named in the log.
    package static let unkillableReminder = Nanoseconds.seconds(5)
    /// How long the daemon, at its own end, waits for a worker that was sent SIGKILL.
    package static let leaveDelay = Nanoseconds.milliseconds(1_500)
    /// How often the same shortage is named for one job.
    package static let shortageReminder = Nanoseconds.seconds(60)

    /// So many calls wait for their function; further ones are dropped.
    package static let mostCalls = 100
    /// Of a result or an error that a function is called with, in Unicode scalars.
    package static let longestEventText = 400

    /// Of the job's group.
    enum Permit: Hashable, Sendable { case none, asked, held }

    /// How many runs can have been given up between two reports.
    static let longestGap = Int64(1) << 32

    /// The first worker is asked for at `start`; the grid begins when it is spawned.
    /// `standing`: of the job that this one replaces.
    package init(
        _ definition: JobDefinition, start: Moment, seed: UInt64, standing: JobStanding = JobStanding()
    ) {
        (id, self.standing) = (definition.id, standing)
        schedule = definition.schedule
        books = SlotBooks(timetable: schedule.timetable(from: start.on(schedule.rule.clock)))
        backoff = Backoff(definition.lifecycle.restart)
        stableThreshold = definition.lifecycle.stableThreshold
        policy = definition.policy
        (longestDelay, startsAt) = (definition.schedule.longestDelay, definition.schedule.startsAt)
        random = SplitMix64(seed: seed)
        (moment, heard) = (start, start.monotonic)
        // One that is only called is started for its first call.
        phase = .waiting(until: definition.isOnDemand ? .distantFuture : start.monotonic, .firstStart)
    }

    var clock: ScheduleClock { books.timetable.clock }

    /// The wall clock was set: what waits for one of its moments must look again.
    package mutating func clockWasSet(at now: Moment) {
        switch phase {
        case .waiting(_, .firstStart) where startsAt != nil: phase = .waiting(until: now.monotonic, .firstStart)
        case .running(var run) where policy.overlap == .replace:
            run.replacement = replacement(of: run, at: now)
            phase = .running(run)
        case .stopping(.draining, _, var run?) where policy.overlap == .replace && graceAfterRun != nil:
            run.replacement = replacement(of: run, at: now)
            phase = .stopping(.draining, until: run.limit, run)
        default: break
        }
        if var attempt = pending {
            attempt.end = attemptsEnd(attempt.slot, at: now)
            pending = attempt
        }
        watchLateness(at: now)
    }

    /// Whether the wall clock was set back so far that it must have been wrong before. A slot that it has shown once does not
    /// come again, but nobody waits for years until it is as late as it once was. A
    /// job that was told to stop is not concerned: it would come back after its removal.
    package func isAhead(of now: Moment) -> Bool {
        !phase.isStopping && clock == .wall && books.accounted > now.on(.wall) + Self.longestStepBack
    }

    /// When to come back with `.deadline`.
    package var deadline: MonotonicInstant { min(phaseDeadline, attemptDeadline, lateDeadline) }

    private var phaseDeadline: MonotonicInstant {
        if case .condemned = phase { condemnedReminder } else { phase.deadline }
    }

    /// Failures of the worker in a row.
    package var failures: Int { backoff.failures }

    /// `now`: never before the event happened. `heard`: all that the worker wrote before it has been handled; `nil`: all up to `now`.
    package mutating func handle(
        _ event: Event, at now: Moment, heard: MonotonicInstant? = nil, effects: inout [Effect]
    ) {
        (moment, self.heard) = (now, heard ?? now.monotonic)
        attemptsRunOut(at: now, &effects)
        decide(event, at: now, &effects)
        beginAttempt(at: now, &effects)
        makeCall(at: now, &effects)
        watchLateness(at: now)
    }

    private mutating func decide(_ event: Event, at now: Moment, _ effects: inout [Effect]) {
        switch event {
        case .spawned: spawned(at: now)
        case .spawnFailed(let reason, let isShortage):
            isShortage ? runShort(reason, at: now, &effects) : failToSpawn(reason, at: now, &effects)
        case .spawnDeferred(let until): deferSpawn(until)
        case .occupied(let holder, let isKilled): waitForPredecessor(holder, isKilled: isKilled, at: now, &effects)
        case .report(let report): take(report, at: now, &effects)
        case .permitted: permitted(at: now, &effects)
        case .call(let event): take(call: event, at: now, &effects)
        case .violation(let what): condemn(.violation(what), &effects)
        case .exited(let status, let ranOutOfMemory):
            exited(status, ranOutOfMemory ? .oom : .crashed, at: now, &effects)
        case .deadline:
            lateIsDue(at: now, &effects)
            if heard >= phaseDeadline { timeIsUp(at: now, &effects) }
            // Of what that waits for now, the slot may be late already.
            watchLateness(at: now)
            lateIsDue(at: now, &effects)
        case .stop(let grace, let isFinal):
            self.isFinal = self.isFinal || isFinal
            stop(grace: grace, at: now, &effects)
        case .reschedule(let grace): reschedule(grace: grace, at: now, &effects)
        case .hurry: hurry(at: now, &effects)
        }
    }
}
