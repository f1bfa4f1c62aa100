package import Clocks

/// A worker that is to go: why, by which means by now, and with which run.
package struct Leave: Hashable, Sendable {
    package var cause: Cause
    package var stage: Stage
    /// When the next, rougher means is taken.
    package var until: MonotonicInstant
    package var run: Phase.Run?

    package enum Cause: Hashable, Sendable {
        /// It hangs, or broke the protocol.
        case fault
        /// Its run was ended by the job's policy.
        case policy
        /// It waits for its slot by a clock that was set back. The next one goes by the clock as it is.
        case clock
        /// Its program cannot be told of a pause, or of its end.
        case pause
        /// The job is to end.
        case stop(Stop)
    }

    package enum Stage: Hashable, Sendable {
        /// The control pipe is closed: a run that is going may finish.
        case draining
        /// SIGTERM was sent.
        case terminated
        /// SIGKILL was sent.
        case killed
    }

    package struct Stop: Hashable, Sendable {
        /// When the job was told to end.
        package var asked: SlotInstant
        /// The run may go on to its end although the job is to end: how long its worker then has to exit.
        package var graceAfterRun: Nanoseconds?
        /// The daemon ends with the job.
        package var isFinal = false
        /// What it does not attempt any more the next daemon does.
        package var keepsAttempts = false
    }

    /// From SIGTERM to SIGKILL.
    package static let killDelay = Nanoseconds.seconds(1)
    /// How often a worker that outlives SIGKILL is named in the log.
    package static let unkillableReminder = Nanoseconds.seconds(5)
    /// How long the daemon, at its own end, waits for a worker that was sent SIGKILL.
    package static let leaveDelay = Nanoseconds.milliseconds(1_500)
}

extension Leave.Cause {
    /// Whether the worker's exit is no failure, and the next one follows at once.
    var bringsNext: Bool { self == .policy || makesWay }

    /// Whether its worker only makes way for the next one: a run that is going goes on to its end.
    var makesWay: Bool { self == .clock || self == .pause }
}

extension Leave {
    private var stop: Stop? { if case .stop(let stop) = cause { stop } else { nil } }

    private var isFinal: Bool { stop?.isFinal ?? false }

    /// How long the worker has to exit after a run that may go on to its end; `nil`: none may.
    private var graceAfterRun: Nanoseconds? { cause.makesWay ? WorkerLife.answerTimeout : stop?.graceAfterRun }

    /// A killed worker that is still there after this is named in the log.
    var patience: Nanoseconds { isFinal ? Self.leaveDelay : Self.unkillableReminder }

    /// Whether a run may still begin, and end within its own limits.
    var sparesRun: Bool { stage == .draining && graceAfterRun != nil }

    /// Takes the next, rougher means. Returns whether there is none left, at the daemon's end.
    mutating func escalate(_ step: inout Step) -> Bool {
        let now = step.now.monotonic
        switch stage {
        case .draining:
            if var limited = run {
                limited.cut = cut(limited, at: step.heard)
                run = limited
            }
            step.log(.terminated)
            step.emit(.terminate)
            (stage, until) = (.terminated, now + Self.killDelay)
        case .terminated: kill(.killed, &step)
        case .killed where isFinal: return true
        case .killed:
            step.log(.unkillable)
            until = now + patience
        }
        return false
    }

    /// Kills the worker at once, unless it is killed already: what is left in its pipe may be thousands of messages.
    mutating func kill(_ incident: Incident, _ step: inout Step) {
        guard stage != .killed else { return }
        step.log(incident)
        step.emit(.kill)
        (stage, until) = (.killed, step.now.monotonic + patience)
    }

    /// Which of its limits a run has reached during a stop, as far as its worker was heard.
    private func cut(_ run: Phase.Run, at heard: MonotonicInstant) -> Phase.Cut? {
        if run.bounds.timeout <= heard { return .timeout }
        return sparesRun && run.bounds.replacement <= heard ? .replaced : nil
    }

    /// A stop may leave less time than an earlier one, or than the job's policy.
    mutating func hasten(_ stop: Stop, grace: Nanoseconds, at now: MonotonicInstant) {
        let (wasStopping, wasFinal) = (self.stop != nil, isFinal)
        cause = .stop(stop)
        switch stage {
        case .draining: until = min(until, now + grace, run?.bounds.timeout ?? .distantFuture)
        case .terminated: if !wasStopping { until = min(until, now + grace) }
        // The daemon's end waits for its whole patience, however long ago the signal was sent.
        case .killed: until = isFinal && !wasFinal ? now + patience : min(until, now + patience)
        }
    }

    mutating func begin(_ run: Phase.Run) {
        self.run = run
        guard stage == .draining else { return }
        until = sparesRun ? run.limit : min(until, run.bounds.timeout)
    }

    mutating func end(at now: MonotonicInstant) {
        run = nil
        if stage == .draining, let graceAfterRun { until = now + graceAfterRun }
    }

    /// The signal came so much later.
    mutating func postpone(by delay: Nanoseconds) { if stage != .draining { until = until + delay } }

    /// The wall clock was set: a run that is spared has its limit at another moment.
    mutating func renew(_ limited: (Phase.Run) -> Phase.Run) {
        guard sparesRun, let run else { return }
        self.run = limited(run)
        until = limited(run).limit
    }
}
