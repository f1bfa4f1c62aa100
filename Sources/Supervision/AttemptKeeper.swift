import Clocks
import Model
import Schedules
import Turns
import Wire

/// Further attempts at a slot: when there is one, and what becomes of it at the end of the job or of the daemon.
enum AttemptKeeper {
    /// What waits for its turn is not to begin.
    static func refuse(_ keeper: inout RunKeeper, _ phase: inout Phase, _ step: inout Step) {
        guard case .queued(let turn) = phase, let slot = turn.slot else { return }
        if turn.attempt > 1 { return keeper.giveUpAttempts(.ledger, &phase, &step) }
        // The last one that came due meanwhile has its turn; what is made up for goes slot by slot.
        let due = keeper.books.due(at: step.now) ?? slot
        let last = keeper.gates.owes(slot) || due <= slot ? slot : SlotInstant(nanoseconds: due.nanoseconds - 1)
        keeper.book(keeper.books.close(through: last, .missed, .ledger), &step)
        keeper.gates.isAsking = false
        step.emit(.send(.skip(through: last)))
        keeper.leaveQueue(&phase, &step)
    }

    /// Whether the job, or the function, does well or has failed by it. A function that is only called has with a call; one that told of
    /// another's failure is not told in its turn: there would be no end of it.
    static func isVerdict(_ booking: Booking, _ keeper: borrowing RunKeeper) -> Bool {
        if booking.isVerdict { return true }
        guard let call = booking.run?.call, call > 0, booking.retryAfter == nil, !keeper.orders.lastCallWasOfCall else {
            return false
        }
        return keeper.schedule.text == Schedule.hookOnlyText
    }

    /// Where this daemon ends, the next one makes it.
    static func plan(
        after booking: Booking, _ keeper: inout RunKeeper, _ phase: Phase, _ step: inout Step
    ) -> Booking {
        if booking.run?.call != nil {
            // At the daemon's end too: the next one makes it.
            return keeper.orders.planCall(
                after: booking, keeper.policy.retry, at: step.now.monotonic, using: &step.random)
        }
        guard let retry = keeper.policy.retry, !keeper.gates.hold.isOn,
            !phase.isStopping || phase.stop?.keepsAttempts == true
        else { return booking }
        return keeper.orders.plan(
            after: booking, retry, until: keeper.limits.end(ofAttemptsAt: booking.last, at: step.now),
            at: step.now.monotonic, using: &step.random)
    }

    /// The job is to end. If the daemon does too, an attempt that is to come is no failure of the job's: the next daemon makes it, if
    /// there is one that hears of it. `nil`: it has ended without a worker, and heard of the stop before.
    static func end(
        at stop: Leave.Stop?, _ keeper: inout RunKeeper, _ phase: inout Phase, _ step: inout Step
    ) {
        if stop == nil, keeper.orders.pending?.isKept == true { return }
        if stop?.isFinal == true { keeper.orders.keepAttempt() }
        if stop?.keepsAttempts == true {
            keeper.leaveQueue(&phase, &step)
        } else {
            keeper.giveUpAttempts(.stop, &phase, &step)
        }
    }
}
