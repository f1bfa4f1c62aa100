import Clocks
import Model
import Schedules
import Turns
import Values

/// Whom a job tells how it stands: the functions of its `on_failure`, `on_recovery`, `on_late` and so on, and of its `ping`.
struct Alerts: Sendable {
    private let id: EntryID
    let clock: ScheduleClock
    private(set) var standing: JobStanding
    var watch: LatenessWatch
    var longRun = LongRunWatch()
    var wait = WaitWatch()
    private var repeats = Repeats()
    /// A life of the daemon's before this one may not have told all.
    private(set) var mustTellAgain: Bool

    init(_ job: JobDefinition, resuming before: Resumption?, at start: MonotonicInstant) {
        (id, clock) = (job.id, job.schedule.rule.clock)
        (standing, watch) = (before?.record.standing ?? JobStanding(), LatenessWatch(job.policy.hooks))
        mustTellAgain = before?.mayHaveUntold == true && !standing.untold.isEmpty
        if standing.isFailing { repeats.remind(job.policy.hooks, after: start) }
    }

    var deadline: MonotonicInstant {
        .earliest(watch.deadline, longRun.deadline, min(wait.deadline, repeats.reminder))
    }

    /// Whether a slot that does not begin is to be watched.
    var watchesSlots: Bool { watch.isOn && !standing.isLate }

    mutating func note(_ booking: Booking, _ hooks: JobHooks, isVerdict: Bool, _ step: inout Step) {
        guard isVerdict else { return }
        if booking.outcome.isFailure, standing.failures == 0 { repeats.firstFailure = booking.run?.began }
        let change = standing.note(booking, hooks)
        tell(change, hooks, booking, &step)
        if booking.outcome.isOk { repeats.firstFailure = nil }
        guard booking.isVerdict, let event = PingEvent(booking.outcome) else { return }
        if booking.outcome.isOk { tellEnd(booking, hooks, &step) }
        guard let ping = admit(event, hooks, step) else { return }
        step.emit(.call(ping.function, [], Notice.end(event, ping, id, booking, on: clock, at: step.now)))
    }

    /// A run has ended well: of each there is no state that could be told again.
    private func tellEnd(_ booking: Booking, _ hooks: JobHooks, _ step: inout Step) {
        if let function = hooks.onSuccess {
            step.emit(.call(function, [], Notice.end("success", id, booking, on: clock, at: step.now)))
        }
        if let hook = hooks.onShort, let run = booking.run, run.duration < hook.after {
            step.emit(.call(hook.function, [], Notice.end("short", id, booking, on: clock, at: step.now)))
        }
    }

    /// A run of the job's own has begun.
    mutating func begin(_ run: Phase.Run, _ hooks: JobHooks, _ step: inout Step) {
        guard run.call == nil, let ping = admit(.start, hooks, step) else { return }
        step.emit(.call(ping.function, [], Notice.start(ping, id, run, on: clock, at: step.now)))
    }

    /// The ping that is to be made. One that is lost with the daemon is not made again: the next run's are as good.
    private mutating func admit(_ event: PingEvent, _ hooks: JobHooks, _ step: Step) -> JobHooks.Ping? {
        guard let ping = hooks.ping, ping.events.contains(event) else { return nil }
        return repeats.pings.admit(event, every: ping.every, at: step.now.monotonic) ? ping : nil
    }

    /// The worker cannot be kept alive: no run of its own says so.
    mutating func giveUp(failures: Int, runs: Int64, _ hooks: JobHooks, _ step: inout Step) {
        let text = "the worker failed \(failures) times in a row"
        let run = Booking.Run(number: runs, began: step.now.wall, text: text)
        let change = standing.fail(in: runs)
        tell(change, hooks, Booking(count: 0, outcome: .crashed, run: run), &step)
    }

    private mutating func tell(
        _ change: JobStanding.Change?, _ hooks: JobHooks, _ booking: Booking, _ step: inout Step
    ) {
        switch change {
        case .failed:
            tell(.failure, hooks.onFailure, booking, &step)
            repeats.remind(hooks, after: step.now.monotonic)
        case .recovered:
            repeats.reminder = .distantFuture
            tell(.recovery, hooks.onRecovery, booking, &step)
        case nil: break
        }
    }

    private mutating func tell(
        _ alert: JobStanding.Alert, _ function: EntryID?, _ booking: Booking, _ step: inout Step
    ) {
        guard let function else { return }
        tell(alert, function, verdict(alert == .failure ? "failure" : "recovery", booking, step), &step)
    }

    private func verdict(_ event: String, _ booking: Booking, _ step: Step) -> Value.Map {
        var notice = Notice.verdict(
            event, id, booking, failures: standing.failures, incident: standing.incident, on: clock, at: step.now)
        // It may be the one that a daemon before this one has heard of.
        let only = standing.failures == 1 && booking.outcome.isFailure ? booking.run?.began : nil
        if let first = repeats.firstFailure ?? only { notice["first_failure"] = Notice.civil(first) }
        return notice
    }

    private mutating func tell(
        _ alert: JobStanding.Alert, _ function: EntryID, _ notice: Value.Map, _ step: inout Step
    ) {
        standing.untold.insert(alert)
        step.emit(.call(function, alert, notice))
    }

    // MARK: What was told

    /// The call of the hook has ended.
    mutating func told(_ alert: JobStanding.Alert) { standing.untold.remove(alert) }

    /// What a life of the daemon's before this one has not told, or was killed in telling, is told by this one.
    mutating func tellAgain(_ books: SlotBooks, _ hooks: JobHooks, _ step: inout Step) {
        guard mustTellAgain else { return }
        mustTellAgain = false
        let untold = standing.untold
        standing.untold = []
        // A failure that is over, and whose end was told, is no news; nor is the end of one before, when the job fails again.
        let isOver = !standing.isFailing
        if untold.contains(.failure), !isOver || untold.contains(.recovery) {
            tell(.failure, hooks.onFailure, verdict(books, { $0.isFailure }, .failed), &step)
        }
        if untold.contains(.recovery), isOver {
            tell(.recovery, hooks.onRecovery, verdict(books, { $0.isOk }, .ok), &step)
        }
        if untold.contains(.late), standing.isLate {
            tellLate(books.due(at: step.now) ?? books.accounted, hooks, &step)
        }
    }

    /// What the last run came to, if that is what is told; runs may have come after it.
    private func verdict(_ books: SlotBooks, _ isMeant: (Outcome) -> Bool, _ outcome: Outcome) -> Booking {
        if let last = books.lastRun, isMeant(last.outcome) { return last }
        let text = "the daemon ended before it was told"
        let run = Booking.Run(number: standing.incident, began: WallInstant(nanoseconds: 0), text: text)
        return Booking(count: 0, outcome: outcome, run: run)
    }

    /// The job is failing still, which is told again. `isOn`: not in a pause.
    mutating func remind(_ books: SlotBooks, _ hooks: JobHooks, isOn: Bool, _ step: inout Step) {
        guard repeats.reminder <= step.heard else { return }
        repeats.reminder = .distantFuture
        guard standing.isFailing, let function = hooks.onFailure else { return }
        repeats.remind(hooks, after: step.now.monotonic)
        guard isOn else { return }
        var notice = verdict("failure", verdict(books, { $0.isFailure }, .failed), step)
        notice["reminder"] = .bool(true)
        step.emit(.call(function, [], notice))
    }

    // MARK: Lateness

    /// `slot`: the next one, if it is waited for.
    mutating func watch(_ slot: SlotInstant?, _ schedule: Schedule, _ step: Step) {
        watch.watch(slot.map { schedule.expected($0, at: step.now) })
    }

    /// A run that begins, or asks to, tells whether its job is late. `stated`: by its worker.
    mutating func judgeBegin(
        _ slot: SlotInstant, _ schedule: Schedule, stated: Nanoseconds? = nil, _ hooks: JobHooks,
        _ step: inout Step
    ) {
        let expected = schedule.expected(slot, at: step.now)
        guard let isLate = watch.isLate(expected, stated: stated, step) else { return }
        if isLate, !standing.isLate { tellLate(slot, hooks, &step) }
        standing.isLate = isLate
    }

    /// The slot is due and has not begun. Returns whether it is late by that.
    mutating func judge(_ slot: SlotInstant, _ hooks: JobHooks, _ step: inout Step) -> Bool {
        guard slot <= step.now.on(clock), watch.isLate(step) else { return false }
        tellLate(slot, hooks, &step)
        return true
    }

    private mutating func tellLate(_ slot: SlotInstant, _ hooks: JobHooks, _ step: inout Step) {
        standing.isLate = true
        guard let function = hooks.onLate else { return }
        tell(.late, function, Notice.late(id, slot, on: clock, at: step.now), &step)
    }

    // MARK: Runs that go on

    /// The slots of the timetable after `before` that are due have come due in the run that is going.
    mutating func judge(
        _ phase: Phase, _ timetable: Timetable, after before: SlotInstant, _ hooks: JobHooks, _ step: inout Step
    ) {
        guard longRun.deadline <= step.heard, let run = phase.run else { return }
        let lasted = step.now.monotonic - run.began.monotonic
        if longRun.takeCall(step.heard), let hook = hooks.onLong {
            step.emit(.call(hook.function, [], Notice.long(id, run, lasted, on: clock, at: step.now)))
        }
        // One that has reached its limit is ended, which is told.
        let isOver = phase.deadline <= step.heard && phase.deadline < .distantFuture
        guard longRun.look <= step.heard, !isOver else { return }
        // What comes due after a stop was asked for is no slot of this job any more.
        let last = min(step.now.on(clock), phase.stop?.asked ?? .distantFuture)
        let slots = timetable.count(after: before, through: last)
        let next = step.now.monotonic(of: timetable.next(after: before), on: clock)
        let isAwaited = slots > 0 || phase.isStopping
        if longRun.isTold(lasted, since: run.began.monotonic, isAwaited: isAwaited, next: next) {
            step.log(.stillRunning(run: run.number, for: lasted, slots: slots))
        }
    }
}
