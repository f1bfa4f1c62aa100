import Clocks
import Turns

/// The handling of one event: when it happened, and what the shell is to do about it.
struct Step: Sendable {
    /// Never before the event happened.
    var now: Moment
    /// All that the worker wrote before this has been handled: only what was due by then may be called overdue.
    var heard: MonotonicInstant
    var effects: [Effect] = []
    /// Outlives the step: what is spread by chance differs from step to step.
    var random: SplitMix64

    init(at start: Moment, seed: UInt64) {
        (now, heard) = (start, start.monotonic)
        random = SplitMix64(seed: seed)
    }

    mutating func emit(_ effect: Effect) { effects.append(effect) }

    mutating func log(_ incident: Incident) { effects.append(.log(incident)) }

    /// Whether the daemon itself did not run, so that it could hear no worker: it was stopped or frozen, and its workers
    /// with it.
    func wasHeldUp(since deadline: MonotonicInstant) -> Bool {
        now.monotonic - deadline > JobSupervisor.longestDelayOfOurs
    }
}
