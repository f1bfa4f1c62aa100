import Clocks
import Model
import Schedules
import Turns
import Wire

extension JobSupervisor {
    mutating func take(_ report: Report, at now: Moment, _ effects: inout [Effect]) {
        guard phase.hasWorker else { return }
        switch report {
        case .begin(let begin): take(begin, at: now, &effects)
        case .end(let end): take(end, at: now, &effects)
        case .due(let slot): take(due: slot, at: now, &effects)
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

    mutating func take(_ ready: Report.Ready, at now: Moment, _ effects: inout [Effect]) {
        switch phase {
        case .starting:
            readySince = now.monotonic
            watch(next: ready.next, at: now)
            effects.append(.log(.started))
        case .stopping(.draining, _, _), .condemned, .stopping: break
        case .idle, .queued, .running, .ending: condemn(.violation("'ready' twice"), &effects)
        case .waiting, .failed, .stopped: break
        }
    }

    mutating func take(_ begin: Report.Begin, at now: Moment, _ effects: inout [Effect]) {
        guard phase.run == nil, !isStarting else {
            return condemn(.violation("'begin' of run \(begin.run) while \(phaseName)"), &effects)
        }
        guard begin.run > runs, isNear(begin.run) else {
            return condemn(.violation("'begin' of run \(begin.run) after run \(runs)"), &effects)
        }
        guard let order = match(begin, at: now, &effects) else {
            return condemn(.violation("'begin' of run \(begin.run) without leave"), &effects)
        }
        if let slot = begin.slot {
            guard order.isChecked ? slot > books.accounted : books.isOpen(slot, at: now.on(clock)) else {
                return condemn(.violation("'begin' for slot \(slot.nanoseconds), which is not due"), &effects)
            }
            book(books.miss(before: slot), at: now, &effects)
            // Others have waited for what their policy says, and that is no lateness.
            if order.attempt == 1, policy.concurrency == nil {
                judgeBegin(slot, stated: begin.lateness, at: now, &effects)
            }
        }
        runs = begin.run
        setRun(run(order, begin, at: now))
    }

    mutating func take(_ end: Report.End, at now: Moment, _ effects: inout [Effect]) {
        guard let run = phase.run, run.number == end.run, run.slot == end.slot else {
            return condemn(.violation("'end' of run \(end.run), which is not in hand"), &effects)
        }
        // It came to its end behind its limit, before its worker could be ended.
        if run.cut == nil {
            conclude(run, end.outcome, run.ended(end), at: now, &effects)
        } else {
            lose(run, "", at: now, &effects)
        }
        clearRun(next: end.next, at: now, &effects)
    }

    mutating func take(_ skipped: Report.Skipped, at now: Moment, _ effects: inout [Effect]) {
        // They come behind the slot that would have been attempted again.
        if phase.run == nil { giveUpAttempts(at: now, &effects) }
        guard phase.run == nil, skipped.first <= skipped.last, books.isOpen(skipped.first, at: now.on(clock)),
            books.isOpen(skipped.last, at: now.on(clock))
        else { return condemn(.violation("'skipped' for slots that are not due"), &effects) }
        book(books.miss(before: skipped.first), at: now, &effects)
        book(books.close(through: skipped.last, .skipped, .overlap), at: now, &effects)
        if case .idle = phase { watch(next: skipped.next, at: now) }
    }

    mutating func take(_ dropped: Report.Dropped, at now: Moment, _ effects: inout [Effect]) {
        effects.append(.log(.dropped(dropped)))
        guard isNear(dropped.run) else {
            return condemn(.violation("'dropped' up to run \(dropped.run) after run \(runs)"), &effects)
        }
        if dropped.run > runs { orderWasDropped(dropped, &effects) }
        guard let through = dropped.through else { return runWasDropped(dropped, next: nil, at: now, &effects) }
        if let slot = pending?.slot, slot <= through { giveUpAttempts(at: now, &effects) }
        guard books.isOpen(through, at: now.on(clock)), !leavesInHand(dropped, through),
            let bookings = books.take(dropped, through: through)
        else {
            return condemn(.violation("'dropped' with slots that were not due"), &effects)
        }
        for booking in bookings { book(booking, at: now, &effects) }
        runWasDropped(dropped, next: books.timetable.next(after: through), at: now, &effects)
    }

    /// The run in hand may be among those that have ended. `next`: the slot behind those that the counts cover; `nil`: they cover
    /// none, and a run with a slot goes on.
    private mutating func runWasDropped(
        _ dropped: Report.Dropped, next: SlotInstant?, at now: Moment, _ effects: inout [Effect]
    ) {
        runs = max(runs, dropped.run)
        guard let run = phase.run, run.number <= dropped.run, next != nil || run.slot == nil else { return }
        freeSince = now.monotonic
        let after = max(now.on(clock), books.accounted)
        clearRun(next: next ?? books.timetable.next(after: after), at: now, &effects)
    }

    /// The run that the worker was told to make is among those that it could not report.
    private mutating func orderWasDropped(_ dropped: Report.Dropped, _ effects: inout [Effect]) {
        guard let order, phase.run.map({ $0.number < dropped.run }) ?? true else { return }
        // Its slot has its outcome among the counts.
        if order.attempt > 1 { pending = nil }
        calls.removeAll { $0.number == order.call }
        (self.order, isAsking) = (nil, false)
        returnPermit(&effects)
    }

    /// Whether the slot of the run in hand would get a second outcome at the run's end.
    private func leavesInHand(_ dropped: Report.Dropped, _ through: SlotInstant) -> Bool {
        guard let run = phase.run, let slot = run.slot else { return false }
        return run.number > dropped.run && slot <= through
    }

    private mutating func answered(at now: Moment, _ effects: inout [Effect]) {
        guard case .idle(var vigil) = phase, vigil.isAsked else { return }
        // The slot has its outcome, which came as a count.
        guard vigil.slot > books.accounted else {
            return watch(next: books.timetable.next(after: books.accounted), at: now)
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

    var isStarting: Bool { if case .starting = phase { true } else { false } }

    var phaseName: String {
        switch phase {
        case .starting: "it is starting"
        default: "a run is in hand"
        }
    }

    private mutating func setRun(_ run: Phase.Run) {
        switch phase {
        case .idle: phase = .running(run)
        case .stopping(.draining, let until, _):
            let end = graceAfterRun == nil ? min(until, run.timeout) : run.limit
            phase = .stopping(.draining, until: end, run)
        case .stopping(let stage, let until, _): phase = .stopping(stage, until: until, run)
        case .condemned: phase = .condemned(run)
        case .ending(let stage, let until, _): phase = .ending(stage, until: until, run)
        case .waiting, .starting, .queued, .running, .failed, .stopped: break
        }
    }

    private mutating func clearRun(next: SlotInstant, at now: Moment, _ effects: inout [Effect]) {
        returnPermit(&effects)
        switch phase {
        case .running: watch(next: next, at: now)
        case .stopping(.draining, let until, _):
            phase = .stopping(.draining, until: graceAfterRun.map { now.monotonic + $0 } ?? until, nil)
        case .stopping(let stage, let until, _): phase = .stopping(stage, until: until, nil)
        case .condemned: phase = .condemned(nil)
        case .ending(let stage, let until, _): phase = .ending(stage, until: until, nil)
        case .waiting, .starting, .idle, .queued, .failed, .stopped: break
        }
    }

    mutating func watch(next: SlotInstant, at now: Moment) {
        // A worker that names a slot beyond the next one would never be asked whether it lives. A second, as in `isOpen`.
        // Where the wall clock was set back, the slots that come again have their outcome.
        let last = max(now.on(clock) + .seconds(1), books.accounted)
        let slot = min(next, books.timetable.next(after: last))
        let next = now.monotonic(of: slot, on: clock) + longestDelay
        phase = .idle(Phase.Vigil(slot: slot, next: next, deadline: next + Self.overdueGrace))
    }

    // MARK: Bookings

    /// Books what a run came to. Its slot has its outcome by that, unless another attempt at it follows.
    mutating func conclude(
        _ run: Phase.Run, _ outcome: Outcome, _ end: Booking.Run, _ reason: Booking.Reason? = nil, at now: Moment,
        _ effects: inout [Effect]
    ) {
        freeSince = now.monotonic
        let end = Booking(first: run.slot, last: run.slot, count: 0, outcome: outcome, reason: reason, run: end)
        let booking = planAttempt(after: end, at: now)
        if booking.retryAfter == nil { settle(booking, at: now, &effects) } else { book(booking, at: now, &effects) }
    }

    /// The outcome of a run is that of its slot, if it has one.
    mutating func settle(_ booking: Booking, at now: Moment, _ effects: inout [Effect]) {
        if let slot = booking.last { book(books.miss(before: slot), at: now, &effects) }
        book(books.settle(booking), at: now, &effects)
    }

    /// All that slots and runs come to goes through here: to the log and whoever else is told, and into the job's standing.
    mutating func book(_ booking: Booking?, at now: Moment, _ effects: inout [Effect]) {
        guard let booking else { return }
        effects.append(.book(booking))
        if booking.run != nil { lastRun = booking }
        judge(booking, at: now, &effects)
    }
}
