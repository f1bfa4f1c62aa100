package import Clocks
package import Shared

/// The supervision of one job: a function from a state and an event to effects. No system call, no clock, no log.
package struct JobSupervisor: Sendable {
    package internal(set) var phase: Phase
    package internal(set) var account: SlotAccount
    /// How many runs the job had.
    package internal(set) var runs: Int64 = 0
    private let schedule: Schedule
    private var backoff: Backoff
    private let stableThreshold: Nanoseconds
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
    private var shortages = 0
    var hasBegun = false
    /// For the moment at which the job starts.
    private var hasWaited = false
    /// When the job was told to end.
    var stopAsked: SlotInstant?
    /// The run in hand may come to its end although the job is to: how long its worker then has to go.
    var graceAfterRun: Nanoseconds?
    /// The daemon ends with the job.
    var isFinal = false
    /// When the event in hand happened.
    private var moment: Moment
    /// When a worker that was killed for cause is named in the log, if it is still there.
    private var condemnedReminder = MonotonicInstant.distantFuture
    /// How long after its slot a run may begin.
    let longestDelay: Nanoseconds
    private let startsAt: WallInstant?
    private var shortageLoggedAt: MonotonicInstant?
    /// The wait for a worker of a previous life of the daemon's.
    var predecessor: PredecessorWait?
    private var pingToken: Int64 = 0

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
        account = SlotAccount(timetable: schedule.timetable(from: start.on(schedule.rule.clock)))
        backoff = Backoff(definition.lifecycle.restart)
        stableThreshold = definition.lifecycle.stableThreshold
        policy = definition.policy
        (longestDelay, startsAt) = (definition.schedule.longestDelay, definition.schedule.startsAt)
        random = SplitMix64(seed: seed)
        moment = start
        // One that is only called is started for its first call.
        phase = .waiting(until: definition.isOnDemand ? .distantFuture : start.monotonic, .firstStart)
    }

    var clock: ScheduleClock { account.timetable.clock }

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
        !phase.isStopping && clock == .wall && account.accounted > now.on(.wall) + Self.longestStepBack
    }

    /// When to come back with `.deadline`.
    package var deadline: MonotonicInstant { min(phaseDeadline, attemptDeadline, lateDeadline) }

    private var phaseDeadline: MonotonicInstant {
        if case .condemned = phase { condemnedReminder } else { phase.deadline }
    }

    /// Failures of the worker in a row.
    package var failures: Int { backoff.failures }

    package mutating func handle(_ event: Event, at now: Moment, effects: inout [Effect]) {
        moment = now
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
        case .occupied(let holder): waitForPredecessor(holder, at: now, &effects)
        case .report(let report): take(report, at: now, &effects)
        case .permitted: permitted(at: now, &effects)
        case .call(let event): take(call: event, at: now, &effects)
        case .violation(let what): condemn(.violation(what), &effects)
        case .exited(let status, let ranOutOfMemory):
            exited(status, ranOutOfMemory ? .oom : .crashed, at: now, &effects)
        case .deadline:
            lateIsDue(at: now, &effects)
            if now.monotonic >= phaseDeadline { timeIsUp(at: now, &effects) }
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

    // MARK: Starting

    private mutating func askForWorker(at now: Moment, _ effects: inout [Effect]) {
        guard hasBegun else { return effects.append(.spawn) }
        // The last slot that is due stays open: the new worker makes up for it, late. Those before it are lost.
        if let due = account.timetable.last(through: now.on(clock)) {
            // The wall clock was set, and word of that is on the way.
            if let slot = pending?.slot, slot < due { giveUpAttempts(at: now, &effects) }
            miss(before: due, &effects)
        }
        effects.append(.spawn)
    }

    private mutating func spawned(at now: Moment) {
        guard !phase.hasWorker, phase != .stopped else { return }
        begin(at: now)
        readySince = nil
        predecessor = nil
        shortages = 0
        phase = .starting(deadline: now.monotonic + Self.startTimeout)
    }

    /// The grid begins with the first worker. Jobs that are declared together are spawned one after the other, and so their slots do
    /// not all fall into the same instant for ever.
    mutating func begin(at now: Moment) {
        if !hasBegun { account = SlotAccount(timetable: schedule.timetable(from: beginning(at: now))) }
        hasBegun = true
    }

    /// A job that has waited for the moment at which it starts has that moment too, if it is a slot.
    private func beginning(at now: Moment) -> SlotInstant {
        guard hasWaited, clock == .wall, let startsAt else { return now.on(clock) }
        return min(now.on(clock), SlotInstant(nanoseconds: startsAt.nanoseconds - 1))
    }

    private mutating func deferSpawn(_ until: MonotonicInstant) {
        guard !phase.hasWorker, phase != .stopped else { return }
        phase = .waiting(until: until, .shortage)
    }

    private mutating func failToSpawn(_ reason: String, at now: Moment, _ effects: inout [Effect]) {
        guard !phase.hasWorker, phase != .stopped else { return }
        effects.append(.log(.spawnFailed(reason)))
        retreat(at: now, &effects)
    }

    /// Tried again in 0.5 to 5 s, and no failure of the job's.
    private mutating func runShort(_ reason: String, at now: Moment, _ effects: inout [Effect]) {
        guard !phase.hasWorker, phase != .stopped else { return }
        if shortageLoggedAt.map({ now.monotonic - $0 >= Self.shortageReminder }) ?? true {
            shortageLoggedAt = now.monotonic
            effects.append(.log(.shortage(reason)))
        }
        shortages = min(shortages + 1, 4)
        let longest = min(0.5 * Double(1 << shortages), 5)
        let delay = Double.random(in: 0.5...longest, using: &random)
        phase = .waiting(until: now.monotonic + Nanoseconds(Int64(delay * 1e9)), .shortage)
    }

    // MARK: Failing

    /// The worker is gone: when comes the next?
    private mutating func retreat(at now: Moment, _ effects: inout [Effect]) {
        if let readySince, now.monotonic - readySince >= stableThreshold { backoff.reset() }
        readySince = nil
        switch backoff.fail(using: &random) {
        case .retry(let delay):
            phase = .waiting(until: now.monotonic + delay, .backoff)
            effects.append(.log(.retry(after: delay, failures: backoff.failures)))
        case .giveUp(let delay):
            phase = .failed(until: now.monotonic + delay)
            effects.append(.log(.gaveUp(retryAfter: delay, failures: backoff.failures)))
            judgeGivenUp(backoff.failures, at: now, &effects)
        }
    }

    /// Kills the worker, for cause. Its exit brings the next one.
    mutating func condemn(_ cause: Incident, _ effects: inout [Effect]) {
        switch phase {
        case .starting, .idle, .queued, .running:
            effects.append(.log(cause))
            if case .hung = cause { effects.append(.logStacks) }
            effects.append(.kill)
            condemnedReminder = moment.monotonic + Self.unkillableReminder
            phase = .condemned(phase.run)
        // Killed already: what is left in its pipe may be thousands of messages.
        case .stopping(.killed, _, _): break
        case .stopping(_, _, let run):
            effects.append(.log(cause))
            effects.append(.kill)
            phase = .stopping(.killed, until: killedUntil(moment), run)
        case .ending(.killed, _, _): break
        case .ending(_, _, let run):
            effects.append(.log(cause))
            effects.append(.kill)
            phase = .ending(.killed, until: killedUntil(moment), run)
        case .condemned, .waiting, .failed, .stopped: break
        }
    }

    private mutating func exited(
        _ status: String, _ outcome: Outcome, at now: Moment, _ effects: inout [Effect]
    ) {
        (order, isAsking) = (nil, false)
        returnPermit(&effects)
        switch phase {
        case .starting, .idle, .queued, .running, .condemned:
            let run = phase.run
            effects.append(.log(.exited(status)))
            if let run { lose(run, outcome, status, at: now, &effects) }
            retreat(at: now, &effects)
        case .ending(_, _, let run):
            if let run { lose(run, status, at: now, &effects) }
            succeed(at: now)
        case .stopping(.draining, _, let run?) where outcome == .oom:
            lose(run, .oom, status, at: now, &effects)
            finish(byItself: true, at: now, &effects)
        case .stopping(let stage, _, let run):
            if let run { lose(run, status, at: now, &effects) }
            finish(byItself: stage == .draining, at: now, &effects)
        case .waiting, .failed, .stopped: break
        }
    }

    /// A fresh worker takes the place of one that was ended with its run, which is no failure.
    private mutating func succeed(at now: Moment) {
        if let readySince, now.monotonic - readySince >= stableThreshold { backoff.reset() }
        readySince = nil
        phase = .waiting(until: now.monotonic, .succession)
    }

    /// The run was ended with its worker: by the job's policy, or for a stop.
    mutating func lose(_ run: Phase.Run, _ status: String, at now: Moment, _ effects: inout [Effect]) {
        lose(run, run.cut?.outcome ?? .cancelled, run.cut.map(reason) ?? status, at: now, &effects)
    }

    func reason(_ cut: Phase.Cut) -> String {
        switch cut {
        case .timeout: "no end within \(DurationText.format(policy.timeout ?? .zero))"
        case .replaced: "the next slot is due"
        }
    }

    /// The run ended without a word from its worker.
    mutating func lose(
        _ run: Phase.Run, _ outcome: Outcome, _ reason: String, at now: Moment, _ effects: inout [Effect]
    ) {
        conclude(run, outcome, reason, at: now, &effects) { .lost(run, outcome, reason: reason, retryAfter: $0) }
    }

    // MARK: Time

    private mutating func timeIsUp(at now: Moment, _ effects: inout [Effect]) {
        switch phase {
        case .waiting:
            if let startsAt, now.wall < startsAt, !hasBegun {
                hasWaited = true
                phase = .waiting(until: now.monotonic(of: startsAt), .firstStart)
            } else {
                askForWorker(at: now, &effects)
            }
        case .failed: askForWorker(at: now, &effects)
        case .starting(let deadline):
            guard !wasHeldUp(since: deadline, now) else {
                phase = .starting(deadline: now.monotonic + Self.answerTimeout)
                return
            }
            condemn(.hung("it did not say ready within \(DurationText.format(Self.startTimeout))"), &effects)
        case .idle(let vigil): keepVigil(vigil, at: now, &effects)
        case .queued(let turn): waitIsOver(turn, at: now, &effects)
        case .stopping(let stage, _, let run): escalate(stage, run, at: now, &effects)
        case .running(let run): reachLimit(of: run, at: now, &effects)
        case .ending(let stage, _, let run): press(stage, run, at: now, &effects)
        case .condemned:
            effects.append(.log(.unkillable))
            condemnedReminder = now.monotonic + Self.unkillableReminder
        case .stopped: break
        }
    }

    /// Whether the daemon itself did not run, so that nobody could have been heard: it was stopped or frozen, and its workers
    /// with it.
    func wasHeldUp(since deadline: MonotonicInstant, _ now: Moment) -> Bool {
        now.monotonic - deadline > Self.longestDelayOfOurs
    }

    private mutating func keepVigil(_ vigil: Phase.Vigil, at now: Moment, _ effects: inout [Effect]) {
        var vigil = vigil
        guard !vigil.isAsked else {
            guard !wasHeldUp(since: vigil.deadline, now) else {
                vigil.deadline = now.monotonic + Self.answerTimeout
                phase = .idle(vigil)
                return
            }
            return condemn(
                .hung("it did not answer within \(DurationText.format(Self.answerTimeout))"), &effects)
        }
        pingToken += 1
        effects.append(.ping(token: pingToken))
        vigil.isAsked = true
        vigil.deadline = now.monotonic + Self.answerTimeout
        phase = .idle(vigil)
    }
}
