import Clocks
import Model
import Schedules
import Turns
import Values
import Wire

/// How a job stands, for those who want to be told when that changes. It outlives the job's replacement at a reload.
package struct JobStanding: Hashable, Sendable {
    /// Slots in a row that failed.
    package var failures = 0
    /// Whether that has been told.
    package var isFailing = false
    package var isLate = false

    package init() {}
}

/// A call that a job's function is to get.
package struct FunctionCall: Hashable, Sendable {
    package var number: Int64
    package var event: String
}

// MARK: - Telling

extension JobSupervisor {
    /// Compares with what the job stood like before, and tells of a change.
    mutating func judge(_ booking: Booking, at now: Moment, _ effects: inout [Effect]) {
        guard booking.isVerdict else { return }
        if booking.outcome == .ok {
            let wasFailing = standing.isFailing
            (standing.failures, standing.isFailing) = (0, false)
            if wasFailing { tell(policy.hooks.onRecovery, "recovery", booking, at: now, &effects) }
        } else if booking.outcome.isFailure {
            standing.failures += 1
            if standing.failures >= policy.hooks.failures { fail(booking, at: now, &effects) }
        }
    }

    /// The worker cannot be kept alive: no run of its own says so.
    mutating func judgeGivenUp(_ failures: Int, at now: Moment, _ effects: inout [Effect]) {
        let text = "the worker failed \(failures) times in a row"
        let run = Booking.Run(number: runs, began: now.wall, text: text)
        fail(Booking(count: 0, outcome: .crashed, run: run), at: now, &effects)
    }

    private mutating func fail(_ booking: Booking, at now: Moment, _ effects: inout [Effect]) {
        guard !standing.isFailing else { return }
        standing.isFailing = true
        tell(policy.hooks.onFailure, "failure", booking, at: now, &effects)
    }

    private func tell(
        _ function: EntryID?, _ event: String, _ booking: Booking, at now: Moment, _ effects: inout [Effect]
    ) {
        guard let function, let run = booking.run else { return }
        var fields: [(String, Value)] = [
            ("event", .string(event)), ("entry", .string(id.description)), ("run", .int(run.number)),
            ("attempt", .int(Int64(run.attempt))), ("outcome", .string(booking.outcome.rawValue)),
        ]
        if let slot = booking.last { fields.append(("slot", .string(civil(slot, at: now)))) }
        let text = String(run.text.unicodeScalars.prefix(Self.longestEventText))
        fields.append(("\(booking.outcome.textKey)", .string(text)))
        if booking.outcome != .ok { fields.append(("failures", .int(Int64(standing.failures)))) }
        effects.append(.call(function, Value.Map(fields)))
    }

    private func civil(_ slot: SlotInstant, at now: Moment) -> String {
        CivilTime(now.wall(of: slot, on: clock)).millisecondsText
    }

    // MARK: Lateness

    /// When a slot that has not begun is late; `.distantFuture`: nobody wants to know, or it is known.
    var lateDeadline: MonotonicInstant { lateAt ?? .distantFuture }

    /// To be called when time or a run has changed what is waited for.
    mutating func watchLateness(at now: Moment) {
        guard policy.hooks.onLate != nil, hasBegun, !standing.isLate, canBeLate else {
            lateAt = nil
            return
        }
        let slot = books.timetable.next(after: workerAccounted)
        lateAt = expected(slot, at: now) + policy.hooks.lateAfter
    }

    /// What comes due in a run is for `overlap` to judge, and what waits for its group for `wait`.
    private var canBeLate: Bool {
        switch phase {
        // What it was told to run has had its turn, and is not late by that.
        case .idle: !isAsking
        case .waiting, .starting, .failed: true
        case .running, .queued, .condemned, .ending, .stopping, .stopped: false
        }
    }

    mutating func lateIsDue(at now: Moment, _ effects: inout [Effect]) {
        guard let lateAt, lateAt <= heard else { return }
        let slot = books.timetable.next(after: workerAccounted)
        guard slot <= now.on(clock) else { return watchLateness(at: now) }
        if wasHeldUp(since: lateAt, now) {
            // The daemon itself was: the begin may lie unread in its pipe.
            let soon = now.monotonic.nanoseconds + Self.longestDelayOfOurs.count - policy.hooks.lateAfter.count
            freeSince = max(freeSince, MonotonicInstant(nanoseconds: soon))
            return watchLateness(at: now)
        }
        self.lateAt = nil
        tellLate(slot, at: now, &effects)
    }

    /// When the slot's run should have begun at the latest, if nothing was wrong.
    private func expected(_ slot: SlotInstant, at now: Moment) -> MonotonicInstant {
        max(now.monotonic(of: slot, on: clock) + longestDelay, freeSince)
    }

    /// A run that begins, or asks to, tells whether its job is late. `stated`: by its worker, since it may be the daemon that
    /// was late to read of it.
    mutating func judgeBegin(
        _ slot: SlotInstant, stated: Nanoseconds? = nil, at now: Moment, _ effects: inout [Effect]
    ) {
        guard policy.hooks.onLate != nil else { return }
        let seen = now.monotonic - expected(slot, at: now)
        let lateness = min(seen, stated ?? seen)
        if lateness < policy.hooks.lateAfter {
            standing.isLate = false
            return
        }
        if !standing.isLate { tellLate(slot, at: now, &effects) }
    }

    private mutating func tellLate(_ slot: SlotInstant, at now: Moment, _ effects: inout [Effect]) {
        standing.isLate = true
        guard let function = policy.hooks.onLate else { return }
        let lateness = now.on(clock) - slot
        effects.append(
            .call(
                function,
                Value.Map([
                    ("event", .string("late")), ("entry", .string(id.description)),
                    ("slot", .string(civil(slot, at: now))), ("lateness_us", .int(lateness.wholeMicroseconds)),
                ])))
    }

    // MARK: - Being called

    /// Takes a call of the job's function, to be run when its worker is free.
    mutating func take(call event: String, at now: Moment, _ effects: inout [Effect]) {
        guard !phase.isStopping, calls.count < Self.mostCalls else { return effects.append(.log(.callsDropped(1))) }
        callNumber += 1
        calls.append(FunctionCall(number: callNumber, event: event))
        if case .waiting(.distantFuture, let wait) = phase { phase = .waiting(until: now.monotonic, wait) }
    }

    /// Makes the next call, if the worker waits for work.
    mutating func makeCall(at now: Moment, _ effects: inout [Effect]) {
        guard let call = calls.first, order == nil, phase.isIdle else { return }
        order = RunOrder(slot: nil, attempt: 1, call: call.number)
        effects.append(.send(.run(.init(call: call.number, event: call.event))))
        expectBegin(at: now)
    }

    /// Takes the calls that the worker was not told of away, for the job that takes this one's place.
    package mutating func handOverCalls() -> [String] {
        let waiting = calls.filter { $0.number != order?.call }
        calls.removeAll { $0.number != order?.call }
        return waiting.map(\.event)
    }

    /// All but the one that the worker was told of.
    mutating func dropCalls(_ effects: inout [Effect]) {
        let dropped = calls.count { $0.number != order?.call }
        if dropped > 0 { effects.append(.log(.callsDropped(dropped))) }
        calls.removeAll { $0.number != order?.call }
    }
}
