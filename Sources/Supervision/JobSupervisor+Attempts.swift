package import Clocks
import Model
import Schedules
package import Turns

/// A further attempt at a slot that is still to come.
package struct PendingAttempt: Hashable, Sendable {
    /// `nil`: that of a run besides the slots.
    package var slot: SlotInstant?
    package var number: Int
    package var at: MonotonicInstant
    /// When the next slot is due, which ends the attempts.
    package var end: MonotonicInstant
    /// What the attempt before came to: the slot's outcome if there is no other.
    package var before: Booking
}

extension JobSupervisor {
    /// Every slot up to this one is none that a worker has to care for by itself: it has its outcome, or is attempted again when
    /// the worker is told so.
    package var workerAccounted: SlotInstant { max(books.accounted, pending?.slot ?? books.accounted) }

    /// Plans the next attempt at the slot of a run, if the policy has one.
    ///
    /// - Returns: the booking, with the delay.
    mutating func planAttempt(after booking: Booking, at now: Moment) -> Booking {
        guard let retry = policy.retry, let run = booking.run, let cause = booking.outcome.retriedAs,
            retry.outcomes.contains(cause), run.attempt < retry.maxAttempts, run.call == nil, !phase.isStopping
        else { return booking }
        let growth = GrowingDelay(
            initial: retry.initialDelay, most: retry.maxDelay, factor: retry.backoffFactor, jitter: retry.jitter)
        let delay = growth.delay(run.attempt, using: &random)
        let end = attemptsEnd(booking.last, at: now)
        guard now.monotonic + delay < end else { return booking }
        var booking = booking
        booking.retryAfter = delay
        pending = PendingAttempt(
            slot: booking.last, number: run.attempt + 1, at: now.monotonic + delay, end: end, before: booking)
        return booking
    }

    /// When the slot is due that comes behind `slot`.
    func attemptsEnd(_ slot: SlotInstant?, at now: Moment) -> MonotonicInstant {
        now.monotonic(of: books.timetable.next(after: slot ?? now.on(clock)), on: clock)
    }

    /// When the pending attempt has something to do.
    var attemptDeadline: MonotonicInstant {
        guard let pending, order == nil else { return .distantFuture }
        return phase.isIdle && pending.at < pending.end ? pending.at : pending.end
    }

    /// The next slot is due, or the job is to end: the outcome of the last attempt is that of its slot.
    mutating func giveUpAttempts(
        _ reason: Booking.Reason = .overlap, at now: Moment, _ effects: inout [Effect]
    ) {
        guard let attempt = pending else { return }
        pending = nil
        if order?.call == nil { order = nil }
        leaveQueue(at: now, &effects)
        var booking = attempt.before
        booking.reason = reason
        settle(booking, at: now, &effects)
    }

    mutating func attemptsRunOut(at now: Moment, _ effects: inout [Effect]) {
        // One that the worker was told to begin may have begun, and its word is on the way.
        guard let pending, order == nil, pending.end <= now.monotonic else { return }
        giveUpAttempts(at: now, &effects)
    }

    /// Begins the attempt whose time has come, if its worker waits for work.
    mutating func beginAttempt(at now: Moment, _ effects: inout [Effect]) {
        guard let pending, order == nil, phase.isIdle, pending.at <= now.monotonic else { return }
        let turn = Phase.Turn(slot: pending.slot, attempt: pending.number)
        if policy.concurrency == nil { tell(turn, at: now, &effects) } else { queue(turn, &effects) }
    }
}
