import Clocks
import Model
import Schedules
import Supervision
import TestSupport
import Turns
import Values
import Wire

/// A machine around one supervisor: a clock, at most one process, and a worker that is not to be trusted.
final class ModelWorld {
    var random: SplitMix64
    var supervisor: JobSupervisor
    var now: Moment = at(1_000)
    /// About the distance of its slots.
    let interval: Nanoseconds
    /// How late the job's runs may begin.
    let delay: Nanoseconds
    /// The furthest that the clock of the slots has been, wherever it was set since.
    var latest: SlotInstant = at(1_000)
    var vigil: (next: MonotonicInstant, bound: MonotonicInstant)?
    let policy: RunPolicy
    var permit = Permit.none
    /// What the worker was told to run, and has not begun.
    var told: Command.Run?
    /// Whether the worker waits for the answer to a `due`.
    var isAsking = false
    /// Whether it was told last to ask, and how often it has not answered.
    var asks = false
    var unanswered = 0
    /// The attempt that was announced last.
    var bookings = ModelBooks()
    /// Of the slots that are booked now.
    private lazy var timetable = supervisor.books.timetable
    var announced: (slot: SlotInstant?, attempt: Int, at: MonotonicInstant)?
    var hasProcess = false
    /// A worker of a previous life is still there.
    private var hasPreviousWorker: Bool
    private var sawPreviousWorker = false
    private var previousIsKilled = false
    /// It is in the place of the job's own, for the job's end. It says nothing.
    private var isWatched = false
    var hasBegun = false
    private var hasBooks = false
    private var isDying = false
    var hasStopped = false
    private var isFinal = false
    var stopAsked: SlotInstant?
    /// Its schedule has changed, and nobody has told it to stop since.
    var isRescheduled = false
    /// The run that was told to go on last, and how long it had then.
    var toldRun: (number: Int64, lasted: Nanoseconds)?
    var last: Event?
    /// What was wrong first.
    private(set) var fault: String?
    private(set) var sawViolation = false
    var isHonest = false
    /// Whether the worker could not report some of its runs.
    var hasDropped = false

    enum Permit { case none, asked, held }

    private static let intervals = [
        Nanoseconds.milliseconds(10), .seconds(1), .seconds(10), .seconds(86_400), Nanoseconds(1),
        DurationText.longest,
    ]
    private static let calendars: [(Schedule, Nanoseconds)] = [
        (calendar("* * * * * *"), .seconds(1)), (calendar("5/10 * * * * *"), .seconds(10)),
        (calendar("0 0 * * * *"), .seconds(3_600)), (calendar("0 30 3 * * *"), .seconds(86_400)),
        (calendar("0 0 0 29 2 *"), .seconds(4 * 365 * 86_400)),
        (Schedule(.aligned(AlignedInterval(.seconds(7 * 3_600), in: .utc)), text: "7h"), .seconds(7 * 3_600)),
        (Schedule(.none, text: Schedule.bootText), .seconds(10)),
    ]

    init(_ clock: ScheduleClock, seed: UInt64) {
        random = SplitMix64(seed: seed)
        var schedule: Schedule
        switch clock {
        case .monotonic:
            interval = random.pick(Self.intervals)
            schedule = .interval(interval)
        case .wall: (schedule, interval) = random.pick(Self.calendars)
        }
        if random.chance(3) { schedule.jitter = Nanoseconds(interval.count / 2) }
        if random.chance(3) { schedule.splay = Nanoseconds(interval.count / 4) }
        delay = schedule.longestDelay
        var job = definition(schedule, maxAttempts: random.below(4), jitter: random.pick([0, 0.1, 1]))
        if random.chance(2) { job.policy.timeout = Nanoseconds(random.pick([1_000_000, 1_000_000_000, .max])) }
        job.policy.overlap = random.pick(RunPolicy.Overlap.allCases)
        job.policy.killAfter = Nanoseconds(random.pick([1_000_000, 5_000_000_000]))
        if random.chance(2) { job.policy.retry = Self.retry(&random) }
        if random.chance(3) {
            let wait = random.chance(2) ? Nanoseconds(random.pick([1_000_000, 3_000_000_000])) : nil
            job.policy.concurrency = RunPolicy.Concurrency(group: "g", max: 1, wait: wait)
            job.policy.claims = random.chance(2)
        }
        if random.chance(3) { job.policy.startingDeadline = Nanoseconds(random.pick([1_000_000, 30_000_000_000])) }
        let hook = EntryID(namespace: "app", name: "alert")!
        if random.chance(2) { job.policy.hooks.onFailure = hook }
        if random.chance(2) { job.policy.hooks.onLate = hook }
        if random.chance(2) {
            job.policy.hooks.onLong = .call(hook, after: Nanoseconds(random.pick([1_000_000, 90_000_000_000, .max])))
        }
        job.policy.hooks.failures = 1 + random.below(3)
        policy = job.policy
        hasPreviousWorker = random.chance(4)
        supervisor = JobSupervisor(job, start: now, seed: seed)
    }

    private static func retry(_ random: inout SplitMix64) -> RunPolicy.Retry {
        var retry = RunPolicy.Retry()
        retry.delays.maxAttempts = 2 + random.below(4)
        retry.delays.initialDelay = Nanoseconds(random.pick([1_000_000, 1_000_000_000]))
        retry.delays.maxDelay = .seconds(Int64(1 + random.below(10)))
        retry.delays.jitter = random.pick([0, 0.1, 1])
        retry.outcomes = random.pick([[.failed], [.crashed, .timeout], Set(RunPolicy.Retry.possibleOutcomes)])
        return retry
    }

    var slotNow: SlotInstant { now.on(clock) }

    func step() {
        passTime()
        if supervisor.deadline <= now.monotonic { return fireDeadline() }
        if isDying, random.chance(4) { return exit() }
        if permit == .asked, policy.claims, random.chance(8) {
            handle(.refused)
            return
        }
        if permit == .asked, random.chance(3) {
            permit = .held
            handle(.permitted)
            return
        }
        switch random.below(100) {
        case 0..<70 where !isWatched && (hasProcess || random.chance(10)): handle(.report(report()))
        case 70..<73 where hasProcess: exit()
        case 73 where !isHonest && !isWatched: handle(.violation("lies"))
        case 74 where random.chance(4):
            handle(.stop(grace: grace(), isFinal: random.chance(2), keepsAttempts: random.chance(2)))
        case 77 where random.chance(4): handle(.reschedule(grace: grace()))
        case 75: handle(.hurry)
        case 76: fireDeadline()
        case 77, 78: if policy.concurrency == nil, !hasStopped { handle(.call(event: "{}")) }
        case 80: handle(.pause(random.chance(2)))
        case 81, 82: handle(.intervene(intervention()))
        case 79 where !isHonest && permit != .asked: handle(.permitted)
        default: break
        }
    }

    private func intervention() -> Intervention {
        let act = random.pick([Intervention.cancel, .giveUpOwed, .restart(isNow: false), .restart(isNow: true), .reset])
        return act == .giveUpOwed && supervisor.obstacleToGivingUp != nil ? .cancel : act
    }

    private func grace() -> Nanoseconds { Nanoseconds(random.pick([0, 1_000_000_000, .max])) }

    /// Stops the job, which must come to its end although its worker heeds nothing but a kill, and whatever time it was given
    /// before.
    func stop() {
        // Its process may wait for a disk for ever.
        let isStuck = random.chance(2)
        handle(.stop(grace: .seconds(1), isFinal: isStuck))
        for _ in 0..<5 where supervisor.phase != .stopped {
            if isDying, !isStuck { return exit() }
            pass(until: supervisor.deadline)
            fireDeadline()
        }
        require(supervisor.phase == .stopped, "the stop did not end")
    }

    func require(_ condition: Bool, _ what: @autoclosure () -> String) {
        if !condition, fault == nil {
            fault = "\(what()) after \(last.map { "\($0)" } ?? "nothing") at \(now) in \(supervisor.phase)"
        }
    }

    private func passTime() {
        let isNear = supervisor.deadline < now.monotonic + .seconds(86_400)
        switch random.below(40) {
        case 0..<15: pass(Nanoseconds(Int64(random.below(2_000_000_000))))
        case 15..<25: pass(Nanoseconds(min(interval.count, 1 << 55) / Int64(1 + random.below(4))))
        case 25..<28 where isNear: pass(until: supervisor.deadline)
        case 28: pass(.seconds(Int64(random.below(1_000_000))))
        case 29 where clock == .wall: setWallClock()
        default: break
        }
    }

    var clock: ScheduleClock { supervisor.books.timetable.clock }

    /// Within the day that the books tolerate, or far.
    private func setWallClock() {
        let step = Int64(random.below(random.pick([10_000, 86_400, 3_000_000]))) * random.pick([1, -1])
        now.wall = now.wall + .seconds(step)
        handle(.clockWasSet)
    }

    private func pass(_ duration: Nanoseconds) {
        now.monotonic = now.monotonic + duration
        now.wall = now.wall + duration
    }

    private func pass(until instant: MonotonicInstant) {
        if instant > now.monotonic { pass(instant - now.monotonic) }
    }

    private func fireDeadline() {
        let (before, deadline) = (supervisor.phase, supervisor.deadline)
        let isDue = deadline <= now.monotonic
        let effects = handle(.deadline)
        let hasMoved = supervisor.phase != before || !effects.isEmpty || (isDue && supervisor.deadline > deadline)
        require(isDue ? hasMoved : !hasMoved && effects.isEmpty, "the deadline was due: \(isDue), moved: \(hasMoved)")
        // One more may follow at once, such as a respawn after no delay, but it must lead somewhere in turn.
        require(supervisor.deadline > now.monotonic || effects.contains(.spawn), "a deadline that is past again")
    }

    private func exit() {
        if !isHonest, !isWatched, random.chance(2) { handle(.noted(lyingNote())) }
        (hasProcess, isDying, isAsking, told) = (false, false, false, nil)
        unanswered = 0
        handle(.exited("exit 1"))
    }

    /// Whatever a worker may have noted of its runs.
    private func lyingNote() -> RunNote {
        supervisor.expectNote(epoch: 1)
        var note = RunNote(epoch: 1)
        let slots = [slotNow, supervisor.books.accounted, supervisor.books.timetable.next(after: slotNow)]
        note.accounted = random.pick(slots)
        for _ in 0..<random.below(4) {
            let run = supervisor.runs + Int64(random.below(4)) - 1
            let slot = random.chance(3) ? nil : supervisor.books.timetable.last(through: random.pick(slots))
            let begin = Report.Begin(run: run, slot: slot, next: slotNow, lateness: .zero)
            note.begin(.init(begin, attempt: Int64(random.below(3)), at: now.monotonic))
            let end = Report.End(
                run: run, slot: slot, next: slotNow, lateness: .zero, duration: .zero,
                outcome: random.pick([.ok, .failed]), text: "")
            if random.chance(2) { note.end(end, skipped: Int64(random.below(3))) }
        }
        if random.chance(4) { note.tally.ok = random.pick([-1, 3, .max, .min]) }
        return note
    }

    // MARK: Handling

    @discardableResult
    private func handle(_ event: Event) -> [Effect] {
        var effects: [Effect] = []
        let (accounted, runs) = (supervisor.books.accounted, supervisor.runs)
        let wasStopped = hasStopped
        noteStop(event)
        last = event
        if case .report(.dropped) = event { hasDropped = true }
        let before = supervisor.phase
        timetable = supervisor.books.timetable
        supervisor.handle(event, at: now, effects: &effects)
        require(!wasStopped || effects.isEmpty, "effects behind the end: \(effects)")
        require(supervisor.runs >= runs, "the runs went back")
        // The books are opened with the first worker, or when one of a previous life is found in its place, by the clock as it is then.
        require(
            supervisor.books.accounted >= accounted || (clock == .wall && (!hasBooks || hasFollowed(effects))),
            "the books went back")
        switch event {
        case .spawned, .occupied:
            hasBooks = true
            asks = supervisor.isPaused
        default: break
        }
        for effect in effects { perform(effect) }
        check(wasStopped)
        if case .deadline = event, effects.contains(.terminate) { checkSpared(before) }
        return effects
    }

    private func noteStop(_ event: Event) {
        switch event {
        case .stop(_, let isFinal, _):
            isRescheduled = false
            self.isFinal = self.isFinal || isFinal
        case .reschedule: isRescheduled = isRescheduled || !supervisor.phase.isStopping
        default: return
        }
        stopAsked = stopAsked ?? slotNow
    }

    private func file(_ booking: Booking) {
        bookings.file(booking, of: timetable)
        guard let run = booking.run, !booking.isGivenUp else { return }
        announce(booking.last, run.attempt, booking.retryAfter, isCall: run.call != nil)
    }

    private func checkSpared(_ before: Phase) {
        guard isRescheduled, before.run != nil else { return }
        require(supervisor.phase.run?.cut != nil, "a run was ended for a change of the schedule")
    }

    private func perform(_ effect: Effect) {
        switch effect {
        case .spawn: spawn()
        case .kill, .terminate, .closeControl, .ping, .logStacks: affectProcess(effect)
        case .send(let command):
            affectProcess(effect)
            send(command)
        case .askForPermit:
            require(permit == .none, "a second permit is asked for")
            permit = .asked
        case .returnPermit:
            require(permit != .none || !isHonest, "a permit that it does not have is returned")
            permit = .none
        case .call: require(!hasStopped, "a call behind the end")
        case .book(let booking): file(booking)
        case .killPreviousWorker:
            require(hasPreviousWorker, "a kill of nobody")
            hasPreviousWorker = !random.chance(2)
            previousIsKilled = true
        case .watchPreviousWorker:
            // It may have gone since.
            require(sawPreviousWorker && !hasProcess, "a watch over nobody")
            (hasProcess, isWatched, isDying) = (true, true, previousIsKilled)
        case .log(.stopped):
            require(!hasStopped, "stopped twice")
            hasStopped = true
        case .log(.violation): sawViolation = true
        case .log(.clockFollowed(let until)): follow(until)
        case .log(.leftBehind): leaveProcess()
        case .log(.overdue): checkOverdue()
        case .log(.stillRunning(let run, let lasted, let slots)): checkStillRunning(run, lasted, slots)
        case .log(.retry(let delay, _)), .log(.gaveUp(let delay, _)): require(delay >= .zero, "delay \(delay)")
        case .log: break
        }
    }

    private func send(_ command: Command) {
        switch command {
        case .run(let run):
            told = run
            if run.attempt > 1, run.call == nil { checkAttempt(run) }
        case .skip: isAsking = false
        case .ask(let asks): (self.asks, unanswered) = (asks, unanswered + 1)
        // As far as it asks, it asks for the last one that is due.
        case .pass: isAsking = false
        case .ping, .event, .moved, .definition, .values: require(false, "\(command) is none of these")
        }
    }

    /// By the formula, within the jitter, and never more of them than there may be.
    private func announce(_ slot: SlotInstant?, _ attempt: Int, _ delay: Nanoseconds?, isCall: Bool) {
        guard let delay else { return }
        guard let retry = policy.retry else { return require(false, "an attempt without a policy") }
        require(attempt < retry.delays.maxAttempts, "attempt \(attempt + 1) of \(retry.delays.maxAttempts)")
        var planned = Double(retry.delays.initialDelay.count)
        for _ in 1..<max(1, attempt) { planned *= retry.delays.backoffFactor }
        planned = min(planned, Double(retry.delays.maxDelay.count))
        let bounds = planned * (1 - retry.delays.jitter) - 1_000...planned * (1 + retry.delays.jitter) + 1_000
        require(bounds.contains(Double(delay.count)), "a delay of \(delay) behind attempt \(attempt)")
        if !isCall { announced = (slot, attempt + 1, now.monotonic + delay) }
    }

    private func hasFollowed(_ effects: [Effect]) -> Bool {
        effects.contains { if case .log(.clockFollowed) = $0 { true } else { false } }
    }

    /// What comes now is of the slots from this moment on, some of which have come before.
    private func follow(_ until: SlotInstant) {
        require(until > slotNow + .seconds(60), "the clock is followed for nothing")
        timetable = supervisor.books.timetable
        bookings.follow()
    }

    private func leaveProcess() {
        require(isFinal && isDying, "left behind before its time")
        (hasProcess, isDying) = (false, false)
    }

    private func affectProcess(_ effect: Effect) {
        // An operator may end a worker of a previous life.
        if case .waiting(_, .previousWorker) = supervisor.phase, effect == .terminate { return }
        require(hasProcess, "\(effect) without a process")
        if effect == .kill { isDying = true }
    }

    private func spawn() {
        require(!hasProcess, "a second worker")
        require(!hasStopped, "a worker behind the end")
        if hasPreviousWorker { hasPreviousWorker = !random.chance(3) }
        if hasPreviousWorker {
            return occupy()
        }
        switch random.below(8) {
        case 0: handle(.spawnFailed("gone", isShortage: false))
        case 1: handle(.spawnFailed("short", isShortage: true))
        case 2: handle(.spawnDeferred(until: now.monotonic + Nanoseconds(Int64(1 + random.below(1_000_000_000)))))
        default:
            (hasProcess, hasBegun) = (true, true)
            handle(.spawned)
        }
    }

    /// Of no event comes a worker beside the one before, and no failure.
    private func occupy() {
        let failures = supervisor.failures
        sawPreviousWorker = true
        handle(.occupied(by: random.chance(5) ? nil : 77))
        require(supervisor.failures == failures, "a failure for a previous worker")
        require(supervisor.deadline > now.monotonic, "no pause before the next try")
    }
}
