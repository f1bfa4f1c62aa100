import Clocks
import Model
import Turns

extension JobSupervisor {
    mutating func stop(grace: Nanoseconds, at now: Moment, _ effects: inout [Effect]) {
        if stopAsked == nil { stopAsked = now.on(clock) }
        // One that the worker was told to begin may have begun.
        if order == nil { giveUpAttempts(.stop, at: now, &effects) }
        dropCalls(&effects)
        graceAfterRun = nil
        switch phase {
        case .waiting, .failed: finish(byItself: true, at: now, &effects)
        case .starting, .idle, .queued, .running:
            if case .queued = phase { returnPermit(&effects) }
            effects.append(.closeControl)
            phase = .stopping(.draining, until: graceEnd(now.monotonic + grace), phase.run)
        case .ending(let stage, let until, let run):
            // The stop may have less patience than the job's policy.
            let end = min(until, stage == .killed ? killedUntil(now) : now.monotonic + grace)
            phase = .stopping(stage, until: end, run)
        case .condemned(let run): phase = .stopping(.killed, until: killedUntil(now), run)
        case .stopping(.draining, let until, let run):
            // Whoever asked before may have had more patience.
            phase = .stopping(.draining, until: min(until, graceEnd(now.monotonic + grace)), run)
        case .stopping(.killed, let until, let run):
            phase = .stopping(.killed, until: min(until, killedUntil(now)), run)
        case .stopping, .stopped: break
        }
    }

    /// A stop that no run is ended for. Whoever has asked for a stop before has less patience.
    mutating func reschedule(grace: Nanoseconds, at now: Moment, _ effects: inout [Effect]) {
        guard !phase.isStopping else { return }
        stop(grace: grace, at: now, &effects)
        guard case .stopping(.draining, let until, let run) = phase else { return }
        graceAfterRun = grace
        phase = .stopping(.draining, until: run?.limit ?? until, run)
    }

    /// When a worker that was sent SIGKILL at this moment is spoken of, if it is still there.
    func killedUntil(_ now: Moment) -> MonotonicInstant {
        now.monotonic + (isFinal ? Self.leaveDelay : Self.unkillableReminder)
    }

    /// A time-out holds for a run in hand at a stop too.
    private func graceEnd(_ end: MonotonicInstant) -> MonotonicInstant {
        min(end, phase.run?.timeout ?? .distantFuture)
    }

    mutating func hurry(at now: Moment, _ effects: inout [Effect]) {
        guard case .stopping(let stage, _, let run) = phase, stage != .killed else { return }
        escalate(stage, run, at: now, &effects)
    }

    mutating func finish(byItself: Bool, at now: Moment, _ effects: inout [Effect]) {
        giveUpAttempts(.stop, at: now, &effects)
        dropCalls(&effects)
        // What came due after the stop was asked for was not to begin any more.
        if hasBegun {
            let reason = phase.hasWorker ? Booking.Reason.stop : .noWorker
            book(books.close(through: stopAsked ?? now.on(clock), .missed, reason), at: now, &effects)
        }
        phase = .stopped
        effects.append(.log(.stopped(byItself: byItself)))
    }

    mutating func escalate(
        _ stage: Phase.Stage, _ run: Phase.Run?, at now: Moment, _ effects: inout [Effect]
    ) {
        var run = run
        if let limited = run, stage == .draining { run?.cut = cut(limited, at: now) }
        switch stage {
        case .draining:
            effects += [.log(.terminated), .terminate]
            phase = .stopping(.terminated, until: now.monotonic + Self.killDelay, run)
        case .terminated:
            effects += [.log(.killed), .kill]
            phase = .stopping(.killed, until: killedUntil(now), run)
        case .killed where isFinal: leave(run, at: now, &effects)
        case .killed:
            effects.append(.log(.unkillable))
            phase = .stopping(.killed, until: killedUntil(now), run)
        }
    }

    /// Which of the limits has come that a run in hand has in a stop.
    func cut(_ run: Phase.Run, at now: Moment) -> Phase.Cut? {
        if run.timeout <= now.monotonic { return .timeout }
        return graceAfterRun != nil && run.replacement <= now.monotonic ? .replaced : nil
    }

    /// The daemon's end is not held up by a worker that waits for a disk for ever. It dies when the wait is over.
    mutating func leave(_ run: Phase.Run?, at now: Moment, _ effects: inout [Effect]) {
        effects.append(.log(.leftBehind))
        returnPermit(&effects)
        if let run { lose(run, "it outlives SIGKILL", at: now, &effects) }
        finish(byItself: false, at: now, &effects)
    }
}
