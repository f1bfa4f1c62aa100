import Clocks
import Shared

extension JobSupervisor {
    mutating func stop(grace: Nanoseconds, at now: Moment, _ effects: inout [Effect]) {
        if stopAsked == nil { stopAsked = now.on(clock) }
        // One that the worker was told to begin may have begun.
        if order == nil { giveUpAttempts(at: now, &effects) }
        dropCalls(&effects)
        switch phase {
        case .waiting, .failed: finish(byItself: true, at: now, &effects)
        case .starting, .idle, .queued, .running:
            if case .queued = phase { returnPermit(&effects) }
            effects.append(.closeControl)
            phase = .stopping(.draining, until: graceEnd(now.monotonic + grace), phase.run)
        case .ending(let stage, let until, let run):
            // The stop may have less patience than the job's policy.
            let end = stage == .killed ? until : min(until, now.monotonic + grace)
            phase = .stopping(stage, until: end, run)
        case .condemned(let run): phase = .stopping(.killed, until: now.monotonic + Self.unkillableReminder, run)
        case .stopping, .stopped: break
        }
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
        giveUpAttempts(at: now, &effects)
        dropCalls(&effects)
        // What came due after the stop was asked for was not to begin any more.
        if hasBegun { noteMissed(account.miss(through: stopAsked ?? now.on(clock)), &effects) }
        phase = .stopped
        effects.append(.log(.stopped(byItself: byItself)))
    }

    mutating func escalate(
        _ stage: Phase.Stage, _ run: Phase.Run?, at now: Moment, _ effects: inout [Effect]
    ) {
        var run = run
        if let timeout = run?.timeout, timeout <= now.monotonic, stage == .draining { run?.cut = .timeout }
        switch stage {
        case .draining:
            effects += [.log(.terminated), .terminate]
            phase = .stopping(.terminated, until: now.monotonic + Self.killDelay, run)
        case .terminated:
            effects += [.log(.killed), .kill]
            phase = .stopping(.killed, until: now.monotonic + Self.unkillableReminder, run)
        case .killed:
            effects.append(.log(.unkillable))
            phase = .stopping(.killed, until: now.monotonic + Self.unkillableReminder, run)
        }
    }
}
