import Clocks
import Values

extension JobSupervisor {
    mutating func timeIsUp(at now: Moment, _ effects: inout [Effect]) {
        switch phase {
        case .waiting:
            if let startsAt, now.wall < startsAt, !hasBegun {
                hasWaited = true
                phase = .waiting(until: now.monotonic(of: startsAt), .firstStart)
            } else {
                askForWorker(at: now, &effects)
            }
        case .failed: askForWorker(at: now, &effects)
        case .starting(let deadline):
            guard !wasHeldUp(since: deadline, now) else {
                phase = .starting(deadline: now.monotonic + Self.answerTimeout)
                return
            }
            condemn(.hung("it did not say ready within \(DurationText.format(Self.startTimeout))"), &effects)
        case .idle(let vigil): keepVigil(vigil, at: now, &effects)
        case .queued(let turn): waitIsOver(turn, at: now, &effects)
        case .stopping(let stage, _, let run): escalate(stage, run, at: now, &effects)
        case .running(let run): reachLimit(of: run, at: now, &effects)
        case .ending(let stage, _, let run): press(stage, run, at: now, &effects)
        case .condemned:
            effects.append(.log(.unkillable))
            condemnedReminder = now.monotonic + Self.unkillableReminder
        case .stopped: break
        }
    }

    /// Whether the daemon itself did not run, so that nobody could have been heard: it was stopped or frozen, and its workers
    /// with it.
    func wasHeldUp(since deadline: MonotonicInstant, _ now: Moment) -> Bool {
        now.monotonic - deadline > Self.longestDelayOfOurs
    }

    private mutating func keepVigil(_ vigil: Phase.Vigil, at now: Moment, _ effects: inout [Effect]) {
        var vigil = vigil
        guard !vigil.isAsked else {
            guard !wasHeldUp(since: vigil.deadline, now) else {
                vigil.deadline = now.monotonic + Self.answerTimeout
                phase = .idle(vigil)
                return
            }
            return condemn(
                .hung("it did not answer within \(DurationText.format(Self.answerTimeout))"), &effects)
        }
        pingToken += 1
        effects.append(.ping(token: pingToken))
        vigil.isAsked = true
        vigil.deadline = now.monotonic + Self.answerTimeout
        phase = .idle(vigil)
    }
}
