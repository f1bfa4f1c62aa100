package import Clocks
package import Model
package import Wire

/// What a worker is told to run in addition to what its own timer says: further attempts at a slot, what has passed a gate, and calls of
/// its function. It is told one at a time, and the next when it has begun that one.
///
/// | has                      | event                           | has                                        |
/// |--------------------------|---------------------------------|--------------------------------------------|
/// | nothing                  | a run ends that is tried again  | an attempt                                 |
/// | an attempt               | its time, and the worker waits  | an attempt, given                          |
/// | an attempt               | the next slot is due, or a stop | nothing: its slot has the outcome before   |
/// | an attempt               | the daemon's end                | the same, for the next daemon              |
/// | an attempt, given        | the worker begins it            | nothing                                    |
/// | an attempt, given        | it begins another slot          | nothing: its slot has the outcome before   |
/// | calls                    | the worker waits                | calls, the first of them given             |
/// | calls, the first given   | the worker begins it            | the other calls                            |
/// | calls, the first given   | it asks for a run instead       | the same calls, none given                 |
/// | a call that is going     | it ends and is to be made again | calls, that one first, and none before its time |
/// | anything given           | the worker's exit               | the same, not given                        |
package struct Orders: Sendable {
    /// A further attempt at a slot, which has no outcome yet.
    package private(set) var pending: PendingAttempt?
    /// What the worker was told to run and has not begun.
    package private(set) var given: RunOrder?
    /// Those that the worker has not begun.
    package private(set) var calls: [FunctionCall] = []
    /// The call that the worker has begun last, until it has ended, and from then on until it is made again.
    private var begun = BegunCall.none
    /// Of the one that has ended last.
    package private(set) var lastCallWasOfCall = false
    /// Whether the worker takes an event that is longer than a message.
    package var takeLongEvents = false
    /// Of the last call that there was room for.
    package private(set) var callNumber: Int64 = 0

    /// So many calls wait for their function; further ones are dropped.
    package static let mostCalls = 100

    package init() {}

    // MARK: Attempts

    /// Plans the next attempt at the slot of a run, if there is one. `end`: when the next slot is due. Returns the run's
    /// booking, with the delay.
    package mutating func plan(
        after booking: Booking, _ retry: RunPolicy.Retry, until end: MonotonicInstant, at now: MonotonicInstant,
        using random: inout SplitMix64
    ) -> Booking {
        guard let run = booking.run,
            let cause = booking.outcome.retriedAs ?? (booking.outcome == .interrupted ? .interrupted : nil),
            retry.outcomes.contains(cause), !run.end.isFinal, run.attempt < retry.delays.maxAttempts, run.call == nil
        else { return booking }
        let delay = retry.delays.delay(run.attempt, using: &random)
        guard now + delay < end else { return booking }
        var booking = booking
        booking.retryAfter = delay
        pending = PendingAttempt(kept: .booking(booking), at: now + delay, end: end)
        return booking
    }

    /// Takes up the attempt that a life of the job before this one has planned.
    package mutating func resume(_ attempt: PendingAttempt?) { pending = attempt }

    package var hasAttempt: Bool { pending != nil }

    /// When the next slot is due has changed.
    package mutating func endAttempts(at end: MonotonicInstant) { pending?.end = end }

    /// The slot of the last attempt has its outcome. Returns the outcome of that attempt.
    ///
    /// Of an attempt that was kept for the next daemon, and which that could not make, nobody knows what it would have come to.
    package mutating func giveUpAttempts() -> Booking? {
        guard let attempt = pending else { return nil }
        pending = nil
        if given?.call == nil { given = nil }
        var booking = attempt.before
        if attempt.isKept { booking.outcome = .interrupted }
        return booking
    }

    /// The daemon ends before the attempt is made.
    package mutating func keepAttempt() { pending?.isKept = true }

    /// Whether the next slot is due. One that the worker was told to begin may have begun, and its word is on the way.
    package func attemptsAreOver(at now: MonotonicInstant) -> Bool {
        given == nil && (pending?.end ?? .distantFuture) <= now
    }

    /// When the pending attempt has something to do.
    package func deadline(isIdle: Bool) -> MonotonicInstant {
        guard given == nil else { return .distantFuture }
        // In a pause one that waits makes way for it.
        guard let pending else { return begun.time }
        return min(begun.time, isIdle && pending.at < pending.end ? pending.at : pending.end)
    }

    /// The attempt whose time has come, for a worker that waits for work.
    package func attempt(at now: MonotonicInstant) -> PendingAttempt? {
        given == nil ? pending.flatMap { $0.at <= now ? $0 : nil } : nil
    }

    // MARK: Calls

    /// Takes a call of the job's function. Returns whether there was room for it.
    ///
    /// `event`: with what has happened; `nil`: somebody asks for a run.
    package mutating func take(call event: String?, isOfCall: Bool = false) -> Bool {
        guard calls.count < Self.mostCalls else { return false }
        callNumber += 1
        calls.append(FunctionCall(number: event == nil ? -callNumber : callNumber, event: event, isOfCall: isOfCall))
        return true
    }

    /// Plans to make a call again that has failed. Returns its run's booking, with the delay. Until then no other call is made: whoever
    /// is told of several things is told in their order.
    package mutating func planCall(
        after booking: Booking, _ retry: RunPolicy.Retry?, at now: MonotonicInstant, using random: inout SplitMix64
    ) -> Booking {
        guard case .going(var call) = begun, let run = booking.run, run.call == call.number else { return booking }
        begun = .none
        lastCallWasOfCall = call.isOfCall
        // What a worker begins that was not told to is counted as its first attempt.
        guard run.attempt == call.attempt, let retry, let cause = booking.outcome.retriedAs,
            retry.outcomes.contains(cause), !run.end.isFinal,
            call.attempt < retry.delays.maxAttempts
        else { return booking }
        let delay = retry.delays.delay(call.attempt, using: &random)
        call.attempt += 1
        begun = .waiting(call, until: now + delay)
        var booking = booking
        booking.retryAfter = delay
        return booking
    }

    /// The time has come of a call that is made again.
    package mutating func releaseCall(at now: MonotonicInstant) {
        guard case .waiting(let call, let time) = begun, time <= now else { return }
        begun = .none
        calls.insert(call, at: 0)
    }

    /// The next call, for a worker that waits for work.
    package var nextCall: FunctionCall? { given == nil && begun.time == .distantFuture ? calls.first : nil }

    /// How many the worker was not told about.
    package var waitingCalls: Int { calls.isEmpty ? 0 : calls.count { $0.number != given?.call } }

    /// Whether a run that somebody has asked for has not begun.
    package var awaitsManualRun: Bool { calls.contains { $0.event == nil } }

    /// Those that somebody has asked for, but for the one that the worker was told about.
    package mutating func dropManualRuns() { calls.removeAll { $0.event == nil && $0.number != given?.call } }

    /// All calls but the one that the worker was told about are removed.
    package mutating func takeCalls() -> [FunctionCall] {
        releaseCall(at: .distantFuture)
        let waiting = calls.filter { $0.number != given?.call }
        calls.removeAll { $0.number != given?.call }
        return waiting
    }

    // MARK: The one that was given

    package mutating func give(_ order: RunOrder) {
        given = order
        if order.isFurtherAttempt { pending?.isKept = false }
    }

    /// What the worker was told is what it begins, or overtaken by what it begins instead. Returns `nil` for the latter.
    package mutating func match(_ begin: Report.Begin) -> RunOrder? {
        guard let order = given, order.slot == begin.slot, order.call == begin.call else { return nil }
        fulfil(order)
        return order
    }

    /// It has begun, and perhaps ended.
    private mutating func fulfil(_ order: RunOrder) {
        given = nil
        if order.isFurtherAttempt { pending = nil }
        guard let index = calls.firstIndex(where: { $0.number == order.call }) else { return }
        begun = .going(calls.remove(at: index))
    }

    /// Whether it is a call that was made. One that was taken for a run that could not be reported may begin all the same.
    package func isKnown(_ call: Int64?) -> Bool { call.map { $0 != 0 && $0.magnitude <= callNumber } ?? true }

    /// The run that the worker was told to make is among those that it could not report. Returns whether there is such a one.
    package mutating func lose() -> Bool {
        guard let order = given else { return false }
        fulfil(order)
        return true
    }

    /// The worker that was told is gone, or does not begin it.
    package mutating func forget() { given = nil }
}

/// A further attempt at a slot that is still to come.
package struct PendingAttempt: Hashable, Sendable {
    /// The outcome of the attempt before: that of the slot if there is no other attempt.
    package var before: Booking { kept.booking }
    let kept: Booking.Kept
    package var at: MonotonicInstant
    /// When the next slot is due, which ends the attempts.
    package var end: MonotonicInstant
    /// A daemon has ended before it was made.
    package var isKept = false

    init(kept: Booking.Kept, at: MonotonicInstant, end: MonotonicInstant) {
        (self.kept, self.at, self.end) = (kept, at, end)
    }

    package init(after before: Booking, at: MonotonicInstant, end: MonotonicInstant) {
        self.init(kept: .booking(before), at: at, end: end)
    }

    /// `nil`: it is at a run without a slot.
    package var slot: SlotInstant? { before.last }
    package var number: Int { (before.run?.attempt ?? 0) + 1 }
}

/// What the worker was told to run, until it says that it begins.
package struct RunOrder: Hashable, Sendable {
    package var slot: SlotInstant?
    package var attempt: Int
    /// `nil`: it is no call.
    package var call: Int64?
    /// Its slot was looked at before: the wall clock may have been set back since.
    package var isChecked = true

    /// At a slot, or at a run that has none.
    var isFurtherAttempt: Bool { attempt > 1 && call == nil }

    package init(slot: SlotInstant?, attempt: Int, call: Int64? = nil, isChecked: Bool = true) {
        (self.slot, self.attempt, self.call, self.isChecked) = (slot, attempt, call, isChecked)
    }
}

/// A call that a job's function is to get.
package struct FunctionCall: Hashable, Sendable {
    /// Below 0, if somebody asks for a run.
    package var number: Int64
    /// `nil`: somebody asks for a run, and nothing has happened.
    package var event: String?
    /// Which it is to be, from 1 on.
    package var attempt = 1

    /// It tells that a call has failed.
    package var isOfCall = false

    private static let otherLife = Int64(1) << 60

    /// The number of a call that a daemon before this one has made. The calls of this life have numbers of their own, and the sign says who
    /// has asked.
    package static func ofEarlierLife(_ number: Int64) -> Int64 {
        if isOfEarlierLife(number) { return number }
        return number < 0 ? number - otherLife : number + otherLife
    }

    package static func isOfEarlierLife(_ number: Int64) -> Bool { number.magnitude >= otherLife }

    package init(number: Int64, event: String?, isOfCall: Bool = false) {
        (self.number, self.event, self.isOfCall) = (number, event, isOfCall)
    }
}

/// Out of line: of nearly all jobs there is none.
private enum BegunCall: Sendable {
    case none
    indirect case going(FunctionCall)
    indirect case waiting(FunctionCall, until: MonotonicInstant)

    /// When it is made again.
    var time: MonotonicInstant { if case .waiting(_, let time) = self { time } else { .distantFuture } }
}
