package import Clocks
import Model
import Schedules
package import Turns
import Values
import Wire

/// What came due without a daemon, and what could not begin in time.
enum CatchUpKeeper {
    /// Decides what becomes of the slots that came due before this life of the daemon's, or while it waited for the last worker of
    /// the life before.
    static func settle(_ unsettled: UnsettledRecord, _ keeper: inout RunKeeper, _ step: inout Step) {
        guard keeper.books.areOpen else { return }
        let (policy, since) = (keeper.policy.catchUp, unsettled.since.on(keeper.clock))
        let spread = spread(policy, unsettled.salt)
        // What comes due in a pause of this life waits for its end.
        let isFixed = policy.slots == .none || keeper.gates.hold.isOn
        let now = isFixed ? since : max(since, step.now.on(keeper.clock))
        let deadline = keeper.policy.startingDeadline.map { whole([$0, keeper.schedule.longestDelay, spread]) }
        let catchUp = CatchUp(
            policy, keeper.books.timetable, after: keeper.books.accounted, at: now, deadline: deadline)
        var missed = Int64(0)
        for gap in catchUp.missed {
            let booking = keeper.books.close(through: gap.through, .missed, gap.reason)
            missed += booking?.count ?? 0
            keeper.book(booking, &step)
        }
        guard let through = catchUp.through else { return }
        keeper.gates.owed = OwedSlots(through: through, since: since, spread: spread)
        let books = keeper.books
        step.log(
            .catchingUp(
                slots: books.timetable.count(after: books.accounted, through: through),
                first: books.timetable.next(after: books.accounted), last: through, missed: missed))
    }

    /// What came due between this slot and the life's begin, where that is known late.
    static func missEarlier(after slot: SlotInstant, _ keeper: inout RunKeeper, _ step: inout Step) {
        guard keeper.books.areOpen else { return }
        keeper.book(keeper.books.missEarlier(keeper.schedule.timetable(from: slot)), &step)
    }

    /// Each of them may be a hundred years.
    private static func whole(_ spans: [Nanoseconds]) -> Nanoseconds {
        spans.reduce(.zero) { min($0 + $1, DurationText.longest) }
    }

    /// The same in each life: it is the job and the machine that decide it.
    private static func spread(_ policy: RunPolicy.CatchUp, _ salt: UInt64) -> Nanoseconds {
        guard policy.spread > .zero else { return .zero }
        return Nanoseconds(Int64(salt % UInt64(policy.spread.count)))
    }

    /// To be called when anything has changed: when all have their outcome, the job goes on as ever.
    static func keep(_ keeper: inout RunKeeper) {
        guard let owed = keeper.gates.owed, keeper.books.accounted >= owed.through else { return }
        keeper.gates.owed = nil
    }

    // MARK: The worker

    /// One whose program does not know how to run slot by slot makes up for the last one.
    static func take(_ features: Features, _ keeper: inout RunKeeper, _ step: inout Step) {
        keeper.gates.mustJudge = keeper.policy.startingDeadline != nil && !features.include(.deadline)
        guard let owed = keeper.gates.owed, !features.include(.owed) else { return }
        let before = SlotInstant(nanoseconds: owed.through.nanoseconds - 1)
        keeper.book(keeper.books.close(through: before, .missed, .down), &step)
        // It may ask for one of these all the same.
        keeper.gates.hold.pass(through: before)
        if keeper.gates.hold.canBeTold { step.emit(.send(.pass(through: before))) }
    }

    /// A call comes before the next slot that is made up for. Returns whether there is one.
    static func letCallBegin(
        before slot: SlotInstant?, _ keeper: inout RunKeeper, _ step: inout Step
    ) -> Bool {
        guard keeper.gates.owes(slot), keeper.orders.nextCall != nil else { return false }
        keeper.gates.isAsking = false
        step.emit(.send(.skip(through: keeper.books.accounted)))
        return true
    }

    /// What is made up for takes the place of no run, and none takes its.
    static func begin(_ run: inout Phase.Run, _ keeper: inout RunKeeper) {
        guard run.call == nil, keeper.gates.owes(run.slot), let slot = run.slot else { return }
        run.isCaughtUp = true
        run.bounds.replacement = .distantFuture
        if let owed = keeper.gates.owed, slot >= owed.through { keeper.gates.owed = nil }
    }

    /// When the first slot that is made up for may begin.
    static func begin(_ keeper: RunKeeper, at now: Moment) -> MonotonicInstant {
        guard let owed = keeper.gates.owed else { return MonotonicInstant(nanoseconds: 0) }
        return now.monotonic(of: owed.since, on: keeper.clock) + owed.spread
    }

    // MARK: Deadlines

    /// When it is too late for the slot to begin.
    static func end(of slot: SlotInstant, _ keeper: RunKeeper, at now: Moment) -> MonotonicInstant {
        guard let deadline = keeper.policy.startingDeadline else { return .distantFuture }
        // It may lie before the boot.
        let wanted = now.monotonic + (slot - now.on(keeper.clock)) + keeper.schedule.longestDelay
        guard let owed = keeper.gates.owed, owed.spread > .zero, slot <= owed.through else { return wanted + deadline }
        return max(wanted, begin(keeper, at: now)) + deadline
    }

    /// Whether its time was over before it could begin. If so, it has its outcome.
    static func isTooLate(
        _ turn: Phase.Turn, _ keeper: inout RunKeeper, _ phase: inout Phase, _ step: inout Step
    ) -> Bool {
        guard let slot = turn.slot, turn.attempt == 1, turn.call == nil, keeper.gates.isAsking,
            end(of: slot, keeper, at: step.now) <= step.now.monotonic
        else { return false }
        keeper.book(keeper.books.close(through: slot, .missed, .deadline), &step)
        keeper.gates.isAsking = false
        step.emit(.send(.skip(through: slot)))
        keeper.returnPermit(&step)
        phase = keeper.vigil(keeper.books.next(at: step.now), step)
        return true
    }

    /// The worker says so of slots that it was not to begin, or was told to.
    static func take(
        _ late: Report.Late, _ keeper: inout RunKeeper, _ phase: inout Phase, _ step: inout Step
    ) throws(Violation) {
        let now = step.now.on(keeper.clock)
        guard phase.run == nil, keeper.policy.startingDeadline != nil, keeper.isDue(late.slot, at: now) else {
            throw Violation("'late' for slot \(late.slot.nanoseconds), which is not due")
        }
        if let order = keeper.orders.given, order.call == nil, order.slot == late.slot {
            keeper.orders.forget()
            keeper.gates.isAsking = false
            keeper.returnPermit(&step)
        }
        keeper.giveUpAttempts(.overlap, &phase, &step)
        keeper.book(keeper.books.close(through: late.slot, .missed, .deadline), &step)
        if phase.isIdle { phase = keeper.vigil(late.next, step) }
    }

    // MARK: Runs without an end

    /// Plans another attempt at a slot of which nobody knows what its run came to, if its entry says so and no later slot is due.
    static func rerun(_ booking: Booking, _ keeper: inout RunKeeper, _ step: inout Step) -> Booking {
        guard booking.outcome == .interrupted, keeper.policy.onLost == .rerun else { return booking }
        var retry = RunPolicy.Retry()
        retry.outcomes = [.interrupted]
        retry.delays = DelayRule(maxAttempts: keeper.policy.retry?.delays.maxAttempts ?? 2)
        retry.delays.initialDelay = .milliseconds(1)
        retry.delays.jitter = 0
        return keeper.orders.plan(
            after: booking, retry, until: keeper.limits.end(ofAttemptsAt: booking.last, at: step.now),
            at: step.now.monotonic, using: &step.random)
    }
}

extension RunKeeper {
    /// Whether a worker may say of the slot that it was not run. What was passed has its outcome, and the worker may have counted it before it heard of that.
    func isDue(_ slot: SlotInstant, at now: SlotInstant) -> Bool {
        books.isOpen(slot, at: now) || gates.hold.hasPassed(slot) && books.timetable.isSlot(slot)
    }
}

extension JobSupervisor {
    /// What is made up for, for the one that takes the place of this one, and for its worker.
    package var owed: OwedSlots? { runKeeper.gates.owed }
    /// Whether the worker is to ask before each run.
    package var wantsQuestions: Bool { runKeeper.gates.wantQuestions }

    /// The moment of the slot that is made up for next; `nil`: none is.
    package func nextOwed(at now: Moment) -> WallInstant? {
        guard runKeeper.gates.owed != nil, !phase.isStopping else { return nil }
        return now.wall(of: books.timetable.next(after: books.accounted), on: books.clock)
    }
}
