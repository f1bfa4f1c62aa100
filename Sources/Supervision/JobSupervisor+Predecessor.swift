package import Clocks
import Model

extension JobSupervisor {
    /// How often it is tried whether the worker before has ended.
    package static let predecessorInterval = Nanoseconds.milliseconds(500)
    /// How often one that has not is named in the log.
    package static let predecessorReminder = Nanoseconds.seconds(60)

    /// A worker of a previous life of the daemon's still finishes its run, or what a dead one has left does not go. That is no failure
    /// of the job's, whose slots come due all the same.
    mutating func waitForPredecessor(
        _ holder: Int32?, isKilled: Bool, at now: Moment, _ effects: inout [Effect]
    ) {
        guard !phase.hasWorker, phase != .stopped else { return }
        begin(at: now)
        var wait = predecessor ?? PredecessorWait(since: now.monotonic)
        let isReminder = wait.loggedAt.map { now.monotonic - $0 >= Self.predecessorReminder } ?? true
        if isReminder {
            wait.loggedAt = now.monotonic
            effects.append(.log(.waitingForPredecessor(holder)))
        }
        if let holder, !isKilled, isOverdue(wait, at: now), isReminder || !wait.isKilled {
            wait.isKilled = true
            effects += [.log(.predecessorKilled(holder)), .killPredecessor]
        }
        predecessor = wait
        phase = .waiting(until: now.monotonic + Self.predecessorInterval, .predecessor)
    }

    /// When its run began nobody knows any more: it has had as much time here as it may have in all.
    private func isOverdue(_ wait: PredecessorWait, at now: Moment) -> Bool {
        guard let timeout = policy.timeout else { return false }
        return wait.since + timeout + policy.killAfter <= now.monotonic
    }
}
