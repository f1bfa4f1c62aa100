package import Clocks
package import Shared

/// The supervision of one job: a function from a state and an event to effects. No system call, no clock, no log.
package struct JobSupervisor: Sendable {
    package private(set) var phase: Phase
    package private(set) var account: SlotAccount
    /// How many runs the job had.
    package private(set) var runs: Int64 = 0
    private let schedule: Schedule
    private var backoff: Backoff
    private let stableThreshold: Nanoseconds
    private let policy: RunPolicy
    private var random: SplitMix64
    /// When the worker said `ready`.
    private var readySince: MonotonicInstant?
    private var shortages = 0
    private var hasBegun = false
    /// For the moment at which the job starts.
    private var hasWaited = false
    /// When the job was told to end.
    private var stopAsked: SlotInstant?
    /// How long after its slot a run may begin.
    private let longestDelay: Nanoseconds
    private let startsAt: WallInstant?
    private var shortageLoggedAt: MonotonicInstant?
    private var pingToken: Int64 = 0

    /// A worker takes milliseconds to start; beyond this it is hung.
    package static let startTimeout = Nanoseconds.seconds(30)
    /// A slot may be this late before the daemon asks.
    package static let overdueGrace = Nanoseconds.seconds(5)
    /// A worker may take this long to answer.
    package static let answerTimeout = Nanoseconds.seconds(10)
    /// A clock that is set back further is taken for corrected, as by cron(8).
    package static let longestStepBack = Nanoseconds.seconds(3 * 3_600)
    /// From SIGTERM to SIGKILL.
    package static let killDelay = Nanoseconds.seconds(1)
    /// How often a worker that outlives SIGKILL is named in the log.
    package static let unkillableReminder = Nanoseconds.seconds(5)
    /// How often the same shortage is named for one job.
    package static let shortageReminder = Nanoseconds.seconds(60)

    /// How many runs can have been given up between two reports.
    private static let longestGap = Int64(1) << 32

    /// The first worker is asked for at `start`; the grid begins when it is spawned.
    package init(_ definition: JobDefinition, start: Moment, seed: UInt64) {
        schedule = definition.schedule
        account = SlotAccount(timetable: schedule.timetable(from: start.on(schedule.rule.clock)))
        backoff = Backoff(definition.lifecycle.restart)
        stableThreshold = definition.lifecycle.stableThreshold
        policy = definition.policy
        (longestDelay, startsAt) = (definition.schedule.longestDelay, definition.schedule.startsAt)
        random = SplitMix64(seed: seed)
        phase = .waiting(until: start.monotonic, .firstStart)
    }

    private var clock: ScheduleClock { account.timetable.clock }

    /// The wall clock was set: what waits for one of its moments must look again.
    package mutating func clockWasSet(at now: Moment) {
        switch phase {
        case .waiting(_, .firstStart) where startsAt != nil: phase = .waiting(until: now.monotonic, .firstStart)
        case .running(var run) where policy.overlap == .replace:
            run.replacement = replacement(of: run, at: now)
            phase = .running(run)
        default: break
        }
    }

    /// Whether the wall clock was set back so far that it must have been wrong before. A slot that it has shown once does not
    /// come again, but nobody waits for years until it is as late as it once was. A
    /// job that was told to stop is not concerned: it would come back after its removal.
    package func isAhead(of now: Moment) -> Bool {
        !phase.isStopping && clock == .wall && account.accounted > now.on(.wall) + Self.longestStepBack
    }

    /// When to come back with `.deadline`.
    package var deadline: MonotonicInstant { phase.deadline }

    /// Failures of the worker in a row.
    package var failures: Int { backoff.failures }

    package mutating func handle(_ event: Event, at now: Moment, effects: inout [Effect]) {
        switch event {
        case .spawned: spawned(at: now)
        case .spawnFailed(let reason, let isShortage):
            isShortage ? runShort(reason, at: now, &effects) : failToSpawn(reason, at: now, &effects)
        case .spawnDeferred(let until): deferSpawn(until)
        case .report(let report): take(report, at: now, &effects)
        case .violation(let what): condemn(.violation(what), &effects)
        case .exited(let status): exited(status, at: now, &effects)
        case .deadline: if now.monotonic >= deadline { timeIsUp(at: now, &effects) }
        case .stop(let grace): stop(grace: grace, at: now, &effects)
        case .hurry: hurry(at: now, &effects)
        }
    }

    // MARK: Starting

    private mutating func askForWorker(at now: Moment, _ effects: inout [Effect]) {
        guard hasBegun else { return effects.append(.spawn) }
        // The last slot that is due stays open: the new worker makes up for it, late. Those before it are lost.
        if let due = account.timetable.last(through: now.on(clock)) { miss(before: due, &effects) }
        effects.append(.spawn)
    }

    private mutating func spawned(at now: Moment) {
        guard !phase.hasWorker, phase != .stopped else { return }
        // The grid begins with the first worker. Jobs that are declared together are spawned one after the other, and so their
        // slots do not all fall into the same instant for ever.
        if !hasBegun { account = SlotAccount(timetable: schedule.timetable(from: beginning(at: now))) }
        hasBegun = true
        readySince = nil
        shortages = 0
        phase = .starting(deadline: now.monotonic + Self.startTimeout)
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
        }
    }

    /// Kills the worker, for cause. Its exit brings the next one.
    private mutating func condemn(_ cause: Incident, _ effects: inout [Effect]) {
        switch phase {
        case .starting, .idle, .running:
            effects.append(.log(cause))
            effects.append(.kill)
            phase = .condemned(phase.run)
        // Killed already: what is left in its pipe may be thousands of messages.
        case .stopping(.killed, _, _): break
        case .stopping(_, _, let run):
            effects.append(.log(cause))
            effects.append(.kill)
            phase = .stopping(.killed, until: .distantFuture, run)
        case .ending(.killed, _, _): break
        case .ending(_, _, let run):
            effects.append(.log(cause))
            effects.append(.kill)
            phase = .ending(.killed, until: .distantFuture, run)
        case .condemned, .waiting, .failed, .stopped: break
        }
    }

    private mutating func exited(_ status: String, at now: Moment, _ effects: inout [Effect]) {
        switch phase {
        case .starting, .idle, .running, .condemned:
            let run = phase.run
            effects.append(.log(.exited(status)))
            if let run { lose(run, .crashed, status, &effects) }
            retreat(at: now, &effects)
        case .ending(_, _, let run):
            if let run { lose(run, status, &effects) }
            succeed(at: now)
        case .stopping(let stage, _, let run):
            if let run { lose(run, status, &effects) }
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
    private mutating func lose(_ run: Phase.Run, _ status: String, _ effects: inout [Effect]) {
        lose(run, run.cut?.outcome ?? .cancelled, run.cut.map(reason) ?? status, &effects)
    }

    private func reason(_ cut: Phase.Cut) -> String {
        switch cut {
        case .timeout: "no end within \(DurationText.format(policy.timeout ?? .zero))"
        case .replaced: "the next slot is due"
        }
    }

    /// The run ended without a word from its worker.
    private mutating func lose(
        _ run: Phase.Run, _ outcome: Outcome, _ reason: String, _ effects: inout [Effect]
    ) {
        if let slot = run.slot { noteMissed(account.record(outcome, slot: slot), &effects) }
        effects.append(.log(.lost(run, outcome, reason: reason)))
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
        case .starting:
            condemn(.hung("it did not say ready within \(DurationText.format(Self.startTimeout))"), &effects)
        case .idle(let vigil): keepVigil(vigil, at: now, &effects)
        case .stopping(let stage, _, let run): escalate(stage, run, at: now, &effects)
        case .running(let run): reachLimit(of: run, at: now, &effects)
        case .ending(let stage, _, let run): press(stage, run, at: now, &effects)
        case .condemned, .stopped: break
        }
    }

    // MARK: Limits of a run

    private func run(_ begin: Report.Begin, at now: Moment) -> Phase.Run {
        var run = Phase.Run(number: begin.run, slot: begin.slot)
        if let timeout = policy.timeout { run.timeout = now.monotonic + timeout }
        if policy.overlap == .replace { run.replacement = replacement(of: run, at: now) }
        return run
    }

    /// When the slot's run is to begin that takes the place of this one.
    private func replacement(of run: Phase.Run, at now: Moment) -> MonotonicInstant {
        let next = account.timetable.next(after: max(now.on(clock), run.slot ?? now.on(clock)))
        return now.monotonic(of: replacing(run, at: now) ?? next, on: clock) + longestDelay
    }

    /// The slot that is due and behind that of the run.
    private func replacing(_ run: Phase.Run, at now: Moment) -> SlotInstant? {
        account.timetable.last(through: now.on(clock)).flatMap { $0 > run.slot ?? account.accounted ? $0 : nil }
    }

    private mutating func reachLimit(of run: Phase.Run, at now: Moment, _ effects: inout [Effect]) {
        guard deadline != .distantFuture else { return }
        var run = run
        if run.timeout <= now.monotonic {
            run.cut = .timeout
        } else if replacing(run, at: now) != nil {
            run.cut = .replaced
        } else {
            // The wall clock was set back meanwhile.
            run.replacement = replacement(of: run, at: now)
            phase = .running(run)
            return
        }
        effects += [.log(.terminated), .terminate]
        phase = .ending(.terminated, until: now.monotonic + policy.killAfter, run)
    }

    private mutating func press(
        _ stage: Phase.Stage, _ run: Phase.Run?, at now: Moment, _ effects: inout [Effect]
    ) {
        effects += stage == .killed ? [.log(.unkillable)] : [.log(.killed), .kill]
        phase = .ending(.killed, until: now.monotonic + Self.unkillableReminder, run)
    }

    // MARK: The vigil

    private mutating func keepVigil(_ vigil: Phase.Vigil, at now: Moment, _ effects: inout [Effect]) {
        guard !vigil.isAsked else {
            return condemn(
                .hung("it did not answer within \(DurationText.format(Self.answerTimeout))"), &effects)
        }
        pingToken += 1
        effects.append(.ping(token: pingToken))
        var vigil = vigil
        vigil.isAsked = true
        vigil.deadline = now.monotonic + Self.answerTimeout
        phase = .idle(vigil)
    }

    private mutating func escalate(
        _ stage: Phase.Stage, _ run: Phase.Run?, at now: Moment, _ effects: inout [Effect]
    ) {
        var run = run
        if let timeout = run?.timeout, timeout <= now.monotonic, stage == .draining { run?.cut = .timeout }
        switch stage {
        case .draining:
            effects += [.log(.terminated), .terminate]
            phase = .stopping(.terminated, until: now.monotonic + Self.killDelay, run)
        case .terminated:
            effects += [.log(.killed), .kill]
            phase = .stopping(.killed, until: now.monotonic + Self.unkillableReminder, run)
        case .killed:
            effects.append(.log(.unkillable))
            phase = .stopping(.killed, until: now.monotonic + Self.unkillableReminder, run)
        }
    }

    // MARK: Stopping

    private mutating func stop(grace: Nanoseconds, at now: Moment, _ effects: inout [Effect]) {
        if stopAsked == nil { stopAsked = now.on(clock) }
        switch phase {
        case .waiting, .failed: finish(byItself: true, at: now, &effects)
        case .starting, .idle, .running:
            effects.append(.closeControl)
            phase = .stopping(.draining, until: graceEnd(now.monotonic + grace), phase.run)
        case .ending(let stage, let until, let run):
            // The stop may have less patience than the job's policy.
            let end = stage == .killed ? until : min(until, now.monotonic + grace)
            phase = .stopping(stage, until: end, run)
        case .condemned(let run): phase = .stopping(.killed, until: now.monotonic + Self.unkillableReminder, run)
        case .stopping, .stopped: break
        }
    }

    /// A time-out holds for a run in hand at a stop too.
    private func graceEnd(_ end: MonotonicInstant) -> MonotonicInstant {
        min(end, phase.run?.timeout ?? .distantFuture)
    }

    private mutating func hurry(at now: Moment, _ effects: inout [Effect]) {
        guard case .stopping(let stage, _, let run) = phase, stage != .killed else { return }
        escalate(stage, run, at: now, &effects)
    }

    private mutating func finish(byItself: Bool, at now: Moment, _ effects: inout [Effect]) {
        // What came due after the stop was asked for was not to begin any more.
        if hasBegun { noteMissed(account.miss(through: stopAsked ?? now.on(clock)), &effects) }
        phase = .stopped
        effects.append(.log(.stopped(byItself: byItself)))
    }

    // MARK: Reports

    private mutating func take(_ report: Report, at now: Moment, _ effects: inout [Effect]) {
        guard phase.hasWorker else { return }
        switch report {
        case .begin(let begin): take(begin, at: now, &effects)
        case .end(let end): take(end, at: now, &effects)
        case .log(let log): effects.append(.log(.jobLine(log)))
        case .output(let output): effects.append(.log(.output(output)))
        case .outputDropped(let loss): effects.append(.log(.outputDropped(loss)))
        case .skipped(let skipped): take(skipped, at: now, &effects)
        case .ready(let ready): take(ready, at: now, &effects)
        case .pong: answered(at: now, &effects)
        case .dropped(let dropped): take(dropped, at: now, &effects)
        case .fault(let fault): effects.append(.log(.fault(fault)))
        case .stopped(let count): stoppedReport(count, &effects)
        }
    }

    private mutating func take(_ ready: Report.Ready, at now: Moment, _ effects: inout [Effect]) {
        switch phase {
        case .starting:
            readySince = now.monotonic
            watch(next: ready.next, at: now)
            effects.append(.log(.started))
        case .stopping(.draining, _, _), .condemned, .stopping: break
        case .idle, .running, .ending: condemn(.violation("'ready' twice"), &effects)
        case .waiting, .failed, .stopped: break
        }
    }

    private mutating func take(_ begin: Report.Begin, at now: Moment, _ effects: inout [Effect]) {
        guard phase.run == nil, !isStarting else {
            return condemn(.violation("'begin' of run \(begin.run) while \(phaseName)"), &effects)
        }
        guard begin.run > runs, isNear(begin.run) else {
            return condemn(.violation("'begin' of run \(begin.run) after run \(runs)"), &effects)
        }
        if let slot = begin.slot {
            guard account.isOpen(slot, at: now.on(clock)) else {
                return condemn(.violation("'begin' for slot \(slot.nanoseconds), which is not due"), &effects)
            }
            miss(before: slot, &effects)
        }
        runs = begin.run
        setRun(run(begin, at: now))
    }

    private mutating func take(_ end: Report.End, at now: Moment, _ effects: inout [Effect]) {
        guard let run = phase.run, run.number == end.run, run.slot == end.slot else {
            return condemn(.violation("'end' of run \(end.run), which is not in hand"), &effects)
        }
        // It came to its end behind its limit, before its worker could be ended.
        if let cut = run.cut {
            lose(run, cut.outcome, reason(cut), &effects)
        } else {
            if let slot = end.slot { noteMissed(account.record(end.isOK ? .ok : .failed, slot: slot), &effects) }
            effects.append(.log(.ended(end)))
        }
        clearRun(next: end.next, at: now)
    }

    private mutating func take(_ skipped: Report.Skipped, at now: Moment, _ effects: inout [Effect]) {
        guard phase.run == nil, skipped.first <= skipped.last, account.isOpen(skipped.first, at: now.on(clock)),
            account.isOpen(skipped.last, at: now.on(clock))
        else { return condemn(.violation("'skipped' for slots that are not due"), &effects) }
        miss(before: skipped.first, &effects)
        effects.append(.log(.skipped(account.close(through: skipped.last, outcome: .skipped))))
        if case .idle = phase { watch(next: skipped.next, at: now) }
    }

    private mutating func take(_ dropped: Report.Dropped, at now: Moment, _ effects: inout [Effect]) {
        effects.append(.log(.dropped(dropped)))
        guard isNear(dropped.run) else {
            return condemn(.violation("'dropped' up to run \(dropped.run) after run \(runs)"), &effects)
        }
        guard let through = dropped.through else { return }
        guard account.isOpen(through, at: now.on(clock)), !leavesInHand(dropped, through),
            let missed = account.take(dropped, through: through)
        else {
            return condemn(.violation("'dropped' with slots that were not due"), &effects)
        }
        noteMissed(missed, &effects)
        runs = max(runs, dropped.run)
        if let run = phase.run, run.number <= dropped.run {
            clearRun(next: account.timetable.next(after: through), at: now)
        }
    }

    /// Whether the slot of the run in hand would get a second outcome at the run's end.
    private func leavesInHand(_ dropped: Report.Dropped, _ through: SlotInstant) -> Bool {
        guard let run = phase.run, let slot = run.slot else { return false }
        return run.number > dropped.run && slot <= through
    }

    private mutating func answered(at now: Moment, _ effects: inout [Effect]) {
        guard case .idle(var vigil) = phase, vigil.isAsked else { return }
        // The slot has its outcome, which came as a count.
        guard vigil.slot > account.accounted else {
            return watch(next: account.timetable.next(after: account.accounted), at: now)
        }
        // The wall clock was set back meanwhile, and it is not time yet.
        guard vigil.slot + longestDelay <= now.on(clock) else { return watch(next: vigil.slot, at: now) }
        // It lives, and yet its slot has not begun: the machine is busy. Asked again, at a growing distance.
        if vigil.answers == 0 { effects.append(.log(.overdue(by: now.monotonic - vigil.next))) }
        vigil.isAsked = false
        vigil.answers = min(vigil.answers + 1, 4)
        vigil.deadline = now.monotonic + Nanoseconds(Self.overdueGrace.count << Int64(vigil.answers))
        phase = .idle(vigil)
    }

    /// Its last word. A worker that stops unasked has failed its job, which its exit will show.
    private mutating func stoppedReport(_ count: Int64, _ effects: inout [Effect]) {
        if phase.run != nil { condemn(.violation("'stopped' with a run in hand"), &effects) }
    }

    // MARK: The run in hand

    /// Workers are not believed: the next one is to count on from the highest number, and no integer may be used up by that.
    private func isNear(_ run: Int64) -> Bool { run <= runs || run - runs <= Self.longestGap }

    private var isStarting: Bool { if case .starting = phase { true } else { false } }

    private var phaseName: String {
        switch phase {
        case .starting: "it is starting"
        default: "a run is in hand"
        }
    }

    private mutating func setRun(_ run: Phase.Run) {
        switch phase {
        case .idle: phase = .running(run)
        case .stopping(.draining, let until, _): phase = .stopping(.draining, until: min(until, run.timeout), run)
        case .stopping(let stage, let until, _): phase = .stopping(stage, until: until, run)
        case .condemned: phase = .condemned(run)
        case .ending(let stage, let until, _): phase = .ending(stage, until: until, run)
        case .waiting, .starting, .running, .failed, .stopped: break
        }
    }

    private mutating func clearRun(next: SlotInstant, at now: Moment) {
        switch phase {
        case .running: watch(next: next, at: now)
        case .stopping(let stage, let until, _): phase = .stopping(stage, until: until, nil)
        case .condemned: phase = .condemned(nil)
        case .ending(let stage, let until, _): phase = .ending(stage, until: until, nil)
        case .waiting, .starting, .idle, .failed, .stopped: break
        }
    }

    private mutating func watch(next: SlotInstant, at now: Moment) {
        // A worker that names a slot beyond the next one would never be asked whether it lives. A second, as in `isOpen`.
        // Where the wall clock was set back, the slots that come again have their outcome.
        let last = max(now.on(clock) + .seconds(1), account.accounted)
        let slot = min(next, account.timetable.next(after: last))
        let next = now.monotonic(of: slot, on: clock) + longestDelay
        phase = .idle(Phase.Vigil(slot: slot, next: next, deadline: next + Self.overdueGrace))
    }

    private mutating func miss(before slot: SlotInstant, _ effects: inout [Effect]) {
        noteMissed(account.miss(before: slot), &effects)
    }

    private func noteMissed(_ count: Int64, _ effects: inout [Effect]) {
        if count > 0 { effects.append(.log(.missed(count))) }
    }
}
