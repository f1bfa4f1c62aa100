package import Clocks
package import Model
import Turns
import Wire

/// Where a job's worker is in its life.
package enum Phase: Hashable, Sendable {
    /// No worker; one is started at `until`.
    case waiting(until: MonotonicInstant, Wait)
    /// The worker was spawned and has not said `ready`; at `deadline` it counts as hung.
    case starting(deadline: MonotonicInstant)
    /// The worker waits for its next slot.
    case idle(Vigil)
    /// The worker waits for a run to be permitted by the job's group.
    case queued(Turn)
    /// A run is in hand.
    case running(Run)
    /// The run in hand was ended by the job's policy, with its worker, whose exit is awaited. `until`: when the next, rougher means
    /// is taken.
    case ending(Stage, until: MonotonicInstant, Run?)
    /// The worker was killed for cause and its exit is awaited.
    case condemned(Run?)
    /// The worker was told to stop. `until`: when the next, rougher means is taken.
    case stopping(Stage, until: MonotonicInstant, Run?)
    /// The attempts are used up. Tried again at `until`.
    case failed(until: MonotonicInstant)
    /// The job is over: no worker, and none to come.
    case stopped

    package enum Wait: Hashable, Sendable {
        /// The job is new.
        case firstStart
        /// The worker failed.
        case backoff
        /// The machine is short of something, or too many workers are being started: nobody's fault.
        case shortage
        /// The worker before was ended with its run, by the job's policy.
        case succession
        /// A worker of a previous life of the daemon's is still there.
        case predecessor
    }

    package struct Run: Hashable, Sendable {
        package var number: Int64
        /// `nil`: the run was asked for.
        package var slot: SlotInstant?
        /// When the daemon read that it began.
        package var began: Moment
        package var lateness = Nanoseconds.zero
        /// When it has taken too long.
        package var timeout = MonotonicInstant.distantFuture
        /// When the slot comes due that takes its place.
        package var replacement = MonotonicInstant.distantFuture
        /// What has ended it, although its worker is still there.
        package var cut: Cut?
        /// Which attempt at its slot it is.
        package var attempt = 1
        /// The call that it serves; `nil`: none.
        package var call: Int64?
        /// What came due up to here waited with it for its group, and does not take its place.
        package var waitedThrough: SlotInstant?

        /// When the job's policy ends it.
        package var limit: MonotonicInstant { min(timeout, replacement) }
    }

    /// A run that may begin when it is its turn.
    package struct Turn: Hashable, Sendable {
        /// `nil`: it is besides the slots.
        package var slot: SlotInstant?
        package var attempt: Int
        /// How long it waits.
        package var until = MonotonicInstant.distantFuture
    }

    /// Why a run is over before its end.
    package enum Cut: Hashable, Sendable {
        case timeout
        /// The next slot is due, which takes its place.
        case replaced

        package var outcome: Outcome {
            switch self {
            case .timeout: .timeout
            case .replaced: .cancelled
            }
        }

        var reason: Booking.Reason? { self == .replaced ? .overlap : nil }
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

    package enum Stage: Hashable, Sendable {
        /// The control pipe is closed: the run in hand may finish.
        case draining
        /// SIGTERM was sent.
        case terminated
        /// SIGKILL was sent.
        case killed
    }
}

extension Phase {
    /// When time alone changes the phase; `.distantFuture`: never.
    package var deadline: MonotonicInstant {
        switch self {
        case .waiting(let until, _), .starting(let until), .failed(let until), .stopping(_, let until, _): until
        case .ending(_, let until, _): until
        case .idle(let vigil): vigil.deadline
        case .queued(let turn): turn.until
        case .running(let run): run.limit
        case .condemned, .stopped: .distantFuture
        }
    }

    /// Whether there is a worker.
    package var hasWorker: Bool {
        switch self {
        case .waiting, .failed, .stopped: false
        case .starting, .idle, .queued, .running, .ending, .condemned, .stopping: true
        }
    }

    var isIdle: Bool { if case .idle = self { true } else { false } }

    /// Whether the worker has said `ready` and serves its slots.
    package var isServing: Bool {
        switch self {
        case .idle, .queued, .running: true
        case .waiting, .starting, .ending, .condemned, .stopping, .failed, .stopped: false
        }
    }

    /// Whether the job was told to stop.
    package var isStopping: Bool {
        switch self {
        case .stopping, .stopped: true
        case .waiting, .starting, .idle, .queued, .running, .ending, .condemned, .failed: false
        }
    }

    package var run: Run? {
        switch self {
        case .running(let run): run
        case .condemned(let run), .stopping(_, _, let run), .ending(_, _, let run): run
        case .waiting, .starting, .idle, .queued, .failed, .stopped: nil
        }
    }
}

extension Phase.Run {
    /// As its worker says.
    func ended(_ end: Report.End) -> Booking.Run {
        Booking.Run(
            number: number, attempt: attempt, call: call, began: began.wall, lateness: end.lateness,
            duration: end.duration, text: end.text, fullLength: end.fullLength)
    }

    /// As far as is known without a word from its worker.
    func lost(_ reason: String, at now: Moment) -> Booking.Run {
        Booking.Run(
            number: number, attempt: attempt, call: call, began: began.wall, lateness: lateness,
            duration: now.monotonic - began.monotonic, text: reason)
    }
}
