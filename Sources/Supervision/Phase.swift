package import Clocks
import Schedules
import Turns

/// Where a job's worker is in its life.
package enum Phase: Hashable, Sendable {
    /// No worker; one is started at `until`.
    case waiting(until: MonotonicInstant, Wait)
    /// The worker was spawned and has not said `ready`; at `deadline` it counts as hung.
    case starting(deadline: MonotonicInstant)
    /// The worker waits for its next slot.
    case idle(Vigil)
    /// The worker waits for a run to pass the job's gate.
    case queued(Turn)
    /// A run is going.
    case running(Run)
    /// The worker is to go, and its exit is awaited.
    case leaving(Leave)
    /// The attempts are used up. Tried again at `until`.
    case failed(until: MonotonicInstant)
    /// The job is over: no worker, and none to come.
    case stopped

    package enum Wait: Hashable, Sendable {
        /// The job is new.
        case firstStart
        /// The worker failed.
        case backoff
        /// The machine is short of something, or too many workers are being started, which is no fault of the job.
        case shortage
        /// The worker before was ended with its run, by the job's policy.
        case succession
        /// A worker of a previous life of the daemon's is still there.
        case previousWorker
        /// The job is paused, and its program cannot be told so.
        case pause
    }

    /// A run that may begin when it is its turn.
    package struct Turn: Hashable, Sendable {
        /// `nil`: it has no slot.
        package var slot: SlotInstant?
        package var attempt: Int
        /// Of a run that somebody has asked for.
        package var call: Int64?
        /// How long it waits.
        package var until = MonotonicInstant.distantFuture
    }

    /// The watch over an idle worker: a slot that is overdue makes the daemon ask.
    package struct Vigil: Hashable, Sendable {
        /// The slot that comes next, as the worker says.
        package var slot: SlotInstant
        /// When its run should have begun.
        package var next: MonotonicInstant
        /// When to act: to ask, or to take the silence for an answer.
        package var deadline: MonotonicInstant
        /// How many answers came without the slot having begun.
        package var answers: Int = 0
        /// An answer is awaited.
        package var isAsked = false
    }
}

extension Phase.Vigil {
    /// `next`: the slot that the worker says that it waits for.
    /// `notBefore`: what is made up for begins then, and not before.
    init(
        _ next: SlotInstant, _ books: SlotBooks, longestDelay: Nanoseconds, notBefore: MonotonicInstant, at now: Moment
    ) {
        // A second, as in `isOpen`. Where the wall clock was set back, the slots that come again have their outcome.
        let last = max(now.on(books.clock) + .seconds(1), books.accounted)
        slot = min(next, books.timetable.next(after: last))
        self.next = max(now.monotonic(of: slot, on: books.clock) + longestDelay, notBefore)
        deadline = self.next + WorkerLife.overdueGrace
    }
}

extension Phase {
    /// When time alone changes the phase; `.distantFuture`: never.
    package var deadline: MonotonicInstant {
        switch self {
        case .waiting(let until, _), .starting(let until), .failed(let until): until
        case .leaving(let leave): leave.until
        case .idle(let vigil): vigil.deadline
        case .queued(let turn): turn.until
        case .running(let run): run.limit
        case .stopped: .distantFuture
        }
    }

    /// Whether there is a worker.
    package var hasWorker: Bool {
        switch self {
        case .waiting, .failed, .stopped: false
        case .starting, .idle, .queued, .running, .leaving: true
        }
    }

    /// Whether a worker is wanted that is not there.
    var awaitsWorker: Bool { !hasWorker && self != .stopped }

    /// Why no run may begin, if none may.
    var obstacle: String? {
        switch self {
        case .starting: "it is starting"
        case .running: "another run is running"
        case .leaving(let leave): leave.run == nil ? nil : "another run is running"
        case .waiting, .idle, .queued, .failed, .stopped: nil
        }
    }

    var isLeaving: Bool { if case .leaving = self { true } else { false } }

    var isIdle: Bool { if case .idle = self { true } else { false } }

    /// Whether a slot that does not begin makes the job late. What comes due in a run is for `overlap` to judge, and what waits at a
    /// gate for `wait`; what the worker was told to run has had its turn.
    var mayBeginLate: Bool {
        switch self {
        case .idle, .waiting, .starting, .failed: true
        case .running, .queued, .leaving, .stopped: false
        }
    }

    /// Whether the worker has said `ready` and serves its slots.
    package var isServing: Bool {
        switch self {
        case .idle, .queued, .running: true
        case .waiting, .starting, .leaving, .failed, .stopped: false
        }
    }

    /// Whether the worker was sent SIGKILL, with all that it has started.
    package var isKilled: Bool { if case .leaving(let leave) = self { leave.stage == .killed } else { false } }

    /// What the job was told when it was told to stop.
    var stop: Leave.Stop? {
        if case .leaving(let leave) = self, case .stop(let stop) = leave.cause { stop } else { nil }
    }

    /// Whether the run that is going may go on to its end although the job was told to stop.
    var sparesRun: Bool { if case .leaving(let leave) = self { leave.sparesRun } else { false } }

    /// Whether the job was told to stop.
    package var isStopping: Bool { stop != nil || self == .stopped }

    package var run: Run? {
        switch self {
        case .running(let run): run
        case .leaving(let leave): leave.run
        case .waiting, .starting, .idle, .queued, .failed, .stopped: nil
        }
    }
}

extension Phase.Run {
    /// The one that is going, for those who ask at each: what is computed on a job of another module copies all of it.
    package static func going(in job: borrowing JobSupervisor) -> Phase.Run? { job.life.phase.run }
}
