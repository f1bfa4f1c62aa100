package import Clocks
import Model
import Schedules
import Turns
import Wire

/// What the worker was told to run, until it says that it begins.
package struct RunOrder: Hashable, Sendable {
    package var slot: SlotInstant?
    package var attempt: Int
    /// `nil`: it is no call.
    package var call: Int64?
    /// Its slot was looked at before: the wall clock may have been set back since.
    package var isChecked = true
}

extension JobSupervisor {
    // MARK: Waiting for the group

    /// The worker of a job in a group asks before each run.
    mutating func take(due slot: SlotInstant?, at now: Moment, _ effects: inout [Effect]) {
        switch phase {
        case .idle, .queued: break
        case .stopping, .condemned, .ending, .waiting, .failed, .stopped: return
        case .starting, .running: return condemn(.violation("'due' while \(phaseName)"), &effects)
        }
        guard policy.concurrency != nil, !isAsking else {
            return condemn(.violation("'due' from a worker that need not ask, or has asked"), &effects)
        }
        if let slot {
            guard books.isOpen(slot, at: now.on(clock)) else {
                return condemn(.violation("'due' for slot \(slot.nanoseconds), which is not due"), &effects)
            }
            // Those before it would have been attempted again.
            giveUpAttempts(at: now, &effects)
            book(books.miss(before: slot), at: now, &effects)
            judgeBegin(slot, at: now, &effects)
        }
        isAsking = true
        var turn = Phase.Turn(slot: slot, attempt: 1)
        if slot != nil, let wait = policy.concurrency?.wait { turn.until = now.monotonic + wait }
        permit == .held ? tell(turn, at: now, &effects) : queue(turn, &effects)
    }

    mutating func queue(_ turn: Phase.Turn, _ effects: inout [Effect]) {
        phase = .queued(turn)
        guard permit == .none else { return }
        permit = .asked
        effects.append(.askForPermit)
    }

    mutating func permitted(at now: Moment, _ effects: inout [Effect]) {
        guard permit == .asked else { return }
        permit = .held
        guard case .queued(let turn) = phase else { return returnPermit(&effects) }
        tell(turn, at: now, &effects)
    }

    mutating func returnPermit(_ effects: inout [Effect]) {
        guard permit != .none else { return }
        permit = .none
        effects.append(.returnPermit)
    }

    /// What waited for its turn does so no more.
    mutating func leaveQueue(at now: Moment, _ effects: inout [Effect]) {
        guard case .queued = phase else { return }
        returnPermit(&effects)
        watch(next: books.timetable.next(after: max(now.on(clock), books.accounted)), at: now)
    }

    /// The slot has waited for as long as it may; what came due meanwhile has waited with it.
    mutating func waitIsOver(_ turn: Phase.Turn, at now: Moment, _ effects: inout [Effect]) {
        let last = max(books.timetable.last(through: now.on(clock)) ?? books.accounted, books.accounted)
        // None, if the wall clock was set back meanwhile.
        book(books.close(through: last, .skipped, .wait), at: now, &effects)
        isAsking = false
        effects.append(.send(.skip(through: last)))
        leaveQueue(at: now, &effects)
    }

    // MARK: Telling the worker

    /// Tells the worker to begin a run now, which it must then do soon.
    mutating func tell(_ turn: Phase.Turn, at now: Moment, _ effects: inout [Effect]) {
        order = RunOrder(slot: turn.slot, attempt: turn.attempt, call: nil)
        effects.append(.send(.run(.init(slot: turn.slot, attempt: Int64(turn.attempt)))))
        expectBegin(at: now)
    }

    mutating func expectBegin(at now: Moment) {
        let next = books.timetable.next(after: max(now.on(clock), books.accounted))
        phase = .idle(
            Phase.Vigil(slot: next, next: now.monotonic, deadline: now.monotonic + Self.overdueGrace))
    }

    /// What the worker was told is what it begins, or overtaken by what it begins instead.
    ///
    /// - Returns: `nil` if the worker may not begin this.
    mutating func match(_ begin: Report.Begin, at now: Moment, _ effects: inout [Effect]) -> RunOrder? {
        if let order, order.slot == begin.slot, order.call == begin.call {
            self.order = nil
            isAsking = false
            if order.attempt > 1 { pending = nil }
            calls.removeAll { $0.number == order.call }
            return order
        }
        // A call that was taken for one of the runs that could not be reported may come yet.
        guard policy.concurrency == nil, begin.call.map({ $0 > 0 && $0 <= callNumber }) ?? true else { return nil }
        // A slot of its own timer; a call, which it has not come to yet, stays.
        if begin.slot != nil { giveUpAttempts(at: now, &effects) }
        return RunOrder(slot: begin.slot, attempt: 1, call: begin.call, isChecked: false)
    }
}
