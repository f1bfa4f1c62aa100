import Clocks
import Model

/// How a job without a worker comes by one: when it is tried again after a failure, a shortage, or because of a worker of a
/// previous life.
///
/// | what happened                                      | next try                                                 |
/// |----------------------------------------------------|----------------------------------------------------------|
/// | the worker failed, or the spawn                    | by the backoff; given up, every 300 s                    |
/// | the machine is short of something                  | in 0.5 to 5 s                                            |
/// | a worker of a previous life holds the job's lock   | every 0.5 s; that one is killed after its `timeout`      |
/// | the worker was ended with its run                  | at once                                                  |
/// | the job has a moment at which it starts            | then                                                     |
struct WorkerStarts: Sendable {
    private(set) var backoff: Backoff
    private let stableThreshold: Nanoseconds
    /// When the worker said `ready`.
    private var readySince: MonotonicInstant?
    private var shortage = Shortage()
    /// The wait for a worker of a previous life of the daemon's.
    private(set) var previousWorker: PreviousWorkerWait?

    /// In a row, and when one was named in the log.
    private struct Shortage {
        var count = 0
        var loggedAt: MonotonicInstant?
    }

    /// How often the same shortage is named for one job.
    static let shortageReminder = Nanoseconds.seconds(60)
    /// How often it is tried whether the worker before has ended.
    static let previousWorkerInterval = Nanoseconds.milliseconds(500)
    /// How often one that has not is named in the log.
    static let previousWorkerReminder = Nanoseconds.seconds(60)

    init(_ lifecycle: Lifecycle) {
        backoff = Backoff(lifecycle.restart)
        stableThreshold = lifecycle.stableThreshold
    }

    mutating func spawned() { (readySince, previousWorker, shortage.count) = (nil, nil, 0) }

    mutating func reset() { backoff.reset() }

    mutating func isReady(_ step: Step) { readySince = step.now.monotonic }

    /// The worker is gone: when comes the next?
    mutating func retreat(_ step: inout Step) -> Phase {
        recover(step)
        switch backoff.fail(using: &step.random) {
        case .retry(let delay):
            step.log(.retry(after: delay, failures: backoff.failures))
            return .waiting(until: step.now.monotonic + delay, .backoff)
        case .giveUp(let delay):
            step.log(.gaveUp(retryAfter: delay, failures: backoff.failures))
            return .failed(until: step.now.monotonic + delay)
        }
    }

    /// A fresh worker takes the place of one that was ended with its run, which is no failure.
    mutating func succeed(_ step: Step) -> Phase {
        recover(step)
        return .waiting(until: step.now.monotonic, .succession)
    }

    private mutating func recover(_ step: Step) {
        if let readySince, step.now.monotonic - readySince >= stableThreshold { backoff.reset() }
        readySince = nil
    }

    /// Tried again in 0.5 to 5 s, and no failure of the job's.
    mutating func runShort(_ reason: String, _ step: inout Step) -> Phase {
        if shortage.loggedAt.map({ step.now.monotonic - $0 >= Self.shortageReminder }) ?? true {
            shortage.loggedAt = step.now.monotonic
            step.log(.shortage(reason))
        }
        shortage.count = min(shortage.count + 1, 4)
        let longest = min(0.5 * Double(1 << shortage.count), 5)
        let delay = Double.random(in: 0.5...longest, using: &step.random)
        return .waiting(until: step.now.monotonic + Nanoseconds(Int64(delay * 1e9)), .shortage)
    }

    /// A worker of a previous life of the daemon's still finishes its run, or what a dead one has left does not go. That is no failure
    /// of the job's, whose slots come due all the same.
    mutating func wait(for holder: Int32?, _ occupant: Occupant, _ policy: RunPolicy, _ step: inout Step) -> Phase {
        let now = step.now.monotonic
        var wait = previousWorker ?? PreviousWorkerWait(since: now)
        wait.isOurs = occupant == .previousWorker
        let isReminder = wait.loggedAt.map { now - $0 >= Self.previousWorkerReminder } ?? true
        if isReminder {
            wait.loggedAt = now
            step.log(occupant == .leftovers ? .waitingForLeftovers(holder) : .waitingForPreviousWorker(holder))
        }
        // When its run began is not known any more: it has had as much time here as it may have in all.
        let isOverdue = policy.timeout.map { wait.since + $0 + policy.killAfter <= now } ?? false || wait.killsAt <= now
        if let holder, wait.isOurs, isOverdue, isReminder || !wait.isKilled {
            wait.isKilled = true
            step.log(.previousWorkerKilled(holder))
            step.emit(.killPreviousWorker)
        }
        previousWorker = wait
        return .waiting(until: now + Self.previousWorkerInterval, .previousWorker)
    }

    /// Whether it is a worker that is waited for, and ends with the job.
    var awaitsWorker: Bool { previousWorker?.isOurs ?? false }

    /// Why it has been ended with its run, if it has.
    var previousCut: Phase.Cut? {
        guard let previousWorker else { return nil }
        if previousWorker.killsAt < .distantFuture { return .byOperator }
        return previousWorker.isKilled ? .timeout : nil
    }

    /// An operator ends it.
    mutating func endPreviousWorker(_ killAfter: Nanoseconds, _ step: inout Step) {
        guard awaitsWorker, previousCut == nil else { return }
        previousWorker?.killsAt = step.now.monotonic + killAfter
        step.log(.terminated)
        step.emit(.terminate)
    }

    /// The worker that is waited for goes as one of this life does.
    func leave(_ stop: Leave.Stop, grace: Nanoseconds, at now: MonotonicInstant) -> Leave {
        var leave = Leave(cause: .stop(stop), stage: .draining, until: now + grace)
        if previousWorker?.isKilled ?? false { (leave.stage, leave.until) = (.killed, now + leave.patience) }
        return leave
    }
}
