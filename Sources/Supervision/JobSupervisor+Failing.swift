import Clocks
import Model
import Turns
import Values

extension JobSupervisor {
    /// The worker is gone: when comes the next?
    mutating func retreat(at now: Moment, _ effects: inout [Effect]) {
        if let readySince, now.monotonic - readySince >= stableThreshold { backoff.reset() }
        readySince = nil
        switch backoff.fail(using: &random) {
        case .retry(let delay):
            phase = .waiting(until: now.monotonic + delay, .backoff)
            effects.append(.log(.retry(after: delay, failures: backoff.failures)))
        case .giveUp(let delay):
            phase = .failed(until: now.monotonic + delay)
            effects.append(.log(.gaveUp(retryAfter: delay, failures: backoff.failures)))
            judgeGivenUp(backoff.failures, at: now, &effects)
        }
    }

    /// Kills the worker, for cause. Its exit brings the next one.
    mutating func condemn(_ cause: Incident, _ effects: inout [Effect]) {
        switch phase {
        case .starting, .idle, .queued, .running:
            effects.append(.log(cause))
            if case .hung = cause { effects.append(.logStacks) }
            effects.append(.kill)
            condemnedReminder = moment.monotonic + Self.unkillableReminder
            phase = .condemned(phase.run)
        // Killed already: what is left in its pipe may be thousands of messages.
        case .stopping(.killed, _, _): break
        case .stopping(_, _, let run):
            effects.append(.log(cause))
            effects.append(.kill)
            phase = .stopping(.killed, until: killedUntil(moment), run)
        case .ending(.killed, _, _): break
        case .ending(_, _, let run):
            effects.append(.log(cause))
            effects.append(.kill)
            phase = .ending(.killed, until: killedUntil(moment), run)
        case .condemned, .waiting, .failed, .stopped: break
        }
    }

    mutating func exited(
        _ status: String, _ outcome: Outcome, at now: Moment, _ effects: inout [Effect]
    ) {
        (order, isAsking) = (nil, false)
        returnPermit(&effects)
        switch phase {
        case .starting, .idle, .queued, .running, .condemned:
            let run = phase.run
            effects.append(.log(.exited(status)))
            if let run { conclude(run, outcome, run.lost(status, at: now), at: now, &effects) }
            retreat(at: now, &effects)
        case .ending(_, _, let run):
            if let run { lose(run, status, at: now, &effects) }
            succeed(at: now)
        case .stopping(.draining, _, let run?) where outcome == .oom:
            conclude(run, .oom, run.lost(status, at: now), at: now, &effects)
            finish(byItself: true, at: now, &effects)
        case .stopping(let stage, _, let run):
            if let run { lose(run, status, at: now, &effects) }
            finish(byItself: stage == .draining, at: now, &effects)
        case .waiting, .failed, .stopped: break
        }
    }

    /// A fresh worker takes the place of one that was ended with its run, which is no failure.
    private mutating func succeed(at now: Moment) {
        if let readySince, now.monotonic - readySince >= stableThreshold { backoff.reset() }
        readySince = nil
        phase = .waiting(until: now.monotonic, .succession)
    }

    /// The run was ended with its worker: by the job's policy, or for a stop.
    mutating func lose(_ run: Phase.Run, _ status: String, at now: Moment, _ effects: inout [Effect]) {
        let end = run.lost(run.cut.map(text) ?? status, at: now)
        let reason = run.cut.map(\.reason) ?? .stop
        conclude(run, run.cut?.outcome ?? .cancelled, end, reason, at: now, &effects)
    }

    private func text(_ cut: Phase.Cut) -> String {
        switch cut {
        case .timeout: "no end within \(DurationText.format(policy.timeout ?? .zero))"
        case .replaced: "the next slot is due"
        }
    }
}
