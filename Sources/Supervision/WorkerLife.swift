import Clocks
import Model
import Values

/// The life of one worker after the other: the phase, and what time and the worker's own doing make of it. Its table is in
/// docs/ARCHITECTURE.md.
struct WorkerLife: Sendable {
    var phase: Phase
    var starts: WorkerStarts
    private var pingToken: Int64 = 0

    /// A worker takes milliseconds to start; beyond this it is hung.
    static let startTimeout = Nanoseconds.seconds(30)
    /// A slot may be this late before the daemon asks.
    static let overdueGrace = Nanoseconds.seconds(5)
    /// A worker may take this long to answer.
    static let answerTimeout = Nanoseconds.seconds(10)

    /// The first worker is asked for at `start`.
    init(_ lifecycle: Lifecycle, at start: MonotonicInstant) {
        phase = .waiting(until: start, .firstStart)
        starts = WorkerStarts(lifecycle)
    }

    // MARK: Without a worker

    mutating func spawned(_ step: Step) {
        starts.spawned()
        phase = .starting(deadline: step.now.monotonic + Self.startTimeout)
    }

    /// One that waits for nothing but a call has it.
    mutating func wake(_ step: Step) {
        if case .waiting(.distantFuture, let wait) = phase { phase = .waiting(until: step.now.monotonic, wait) }
    }

    // MARK: With a worker

    /// The worker says `ready`. Returns whether it is time for that.
    mutating func isReady(_ step: inout Step) throws(Violation) -> Bool {
        if case .leaving(let leave) = phase, leave.cause != .policy { return false }
        guard case .starting = phase else { throw Violation("'ready' twice") }
        starts.isReady(step)
        return true
    }

    mutating func begin(_ run: Phase.Run) {
        switch phase {
        case .idle: phase = .running(run)
        case .leaving(var leave):
            leave.begin(run)
            phase = .leaving(leave)
        case .waiting, .starting, .queued, .running, .failed, .stopped: break
        }
    }

    /// The run is over of a worker that is to go.
    mutating func end(at now: MonotonicInstant) {
        guard case .leaving(var leave) = phase else { return }
        leave.end(at: now)
        phase = .leaving(leave)
    }

    /// Kills the worker, for cause. Its exit brings the next one.
    mutating func condemn(_ cause: Incident, _ step: inout Step) {
        switch phase {
        case .starting, .idle, .queued, .running:
            step.log(cause)
            if case .hung = cause { step.emit(.logStacks) }
            step.emit(.kill)
            let reminder = step.now.monotonic + Leave.unkillableReminder
            phase = .leaving(Leave(cause: .fault, stage: .killed, until: reminder, run: phase.run))
        case .leaving(var leave):
            leave.kill(cause, &step)
            phase = .leaving(leave)
        case .waiting, .failed, .stopped: break
        }
    }

    /// It is ended, unless the limit has moved with the wall clock.
    mutating func reachLimit(
        of run: Phase.Run, _ limits: RunLimits, _ killAfter: Nanoseconds, _ step: inout Step
    ) {
        if let cut = limits.cut(run, step) {
            end(run, by: cut, killAfter, &step)
        } else {
            phase = .running(limits.renewed(run, at: step.now))
        }
    }

    /// The run is ended with its worker, by the job's policy.
    private mutating func end(_ run: Phase.Run, by cut: Phase.Cut, _ killAfter: Nanoseconds, _ step: inout Step) {
        var run = run
        run.cut = cut
        if cut == .timeout { step.emit(.logStacks) }
        step.log(.terminated)
        step.emit(.terminate)
        phase = .leaving(
            Leave(cause: .policy, stage: .terminated, until: step.now.monotonic + killAfter, run: run))
    }

    /// The worker was killed in a run that is past its time-out: the daemon was held up, and the worker's own timer has done it. That
    /// counts from a begin of which the daemon may have heard late.
    mutating func noteOwnTimer(_ step: Step) {
        guard var run = phase.run, run.bounds.timeout <= step.now.monotonic else { return }
        run.cut = .timeout
        switch phase {
        case .running: phase = .leaving(Leave(cause: .policy, stage: .killed, until: step.now.monotonic, run: run))
        case .leaving(var leave) where leave.stage == .draining:
            leave.run = run
            phase = .leaving(leave)
        case .leaving, .waiting, .starting, .idle, .queued, .failed, .stopped: break
        }
    }

    // MARK: The wall clock

    /// Whatever goes by it looks again.
    mutating func clockWasSet(startsAt: WallInstant?, _ limits: RunLimits, at now: Moment) {
        switch phase {
        case .waiting(_, .firstStart) where startsAt != nil: phase = .waiting(until: now.monotonic, .firstStart)
        case .running(let run): phase = .running(limits.renewed(run, at: now))
        case .leaving(var leave):
            leave.renew { limits.renewed($0, at: now) }
            phase = .leaving(leave)
        case .waiting, .starting, .idle, .queued, .failed, .stopped: break
        }
    }

    /// The worker ends, if it waits for its slot or is in a run, and the next one comes: it goes by the clock as it is, or asks.
    mutating func makeWay(for cause: Leave.Cause, _ step: inout Step) {
        switch phase {
        case .idle, .running:
            step.emit(.closeControl)
            let until = phase.run?.limit ?? step.now.monotonic + Self.answerTimeout
            phase = .leaving(Leave(cause: cause, stage: .draining, until: until, run: phase.run))
        case .waiting, .starting, .queued, .leaving, .failed, .stopped: break
        }
    }

    // MARK: Silence

    mutating func startIsOver(_ deadline: MonotonicInstant, _ step: inout Step) {
        if step.wasHeldUp(since: deadline) {
            phase = .starting(deadline: step.now.monotonic + Self.answerTimeout)
        } else {
            condemn(.hung("it did not say ready within \(DurationText.format(Self.startTimeout))"), &step)
        }
    }

    mutating func keep(_ vigil: Phase.Vigil, _ step: inout Step) {
        if vigil.isAsked, !step.wasHeldUp(since: vigil.deadline) {
            return condemn(.hung("it did not answer within \(DurationText.format(Self.answerTimeout))"), &step)
        }
        if !vigil.isAsked {
            pingToken += 1
            step.emit(.ping(token: pingToken))
        }
        var vigil = vigil
        vigil.isAsked = true
        vigil.deadline = step.now.monotonic + Self.answerTimeout
        phase = .idle(vigil)
    }

    /// It lives, and yet its slot has not begun: the machine is busy. Asked again, at a growing distance.
    mutating func isBusy(_ vigil: Phase.Vigil, _ step: inout Step) {
        let now = step.now.monotonic
        var vigil = vigil
        if vigil.answers == 0 { step.log(.overdue(by: now - vigil.next)) }
        vigil.isAsked = false
        vigil.answers = min(vigil.answers + 1, 4)
        vigil.deadline = now + Nanoseconds(Self.overdueGrace.count << Int64(vigil.answers))
        phase = .idle(vigil)
    }

    // MARK: The job's end

    /// A worker is told to finish, or what is waited for in its place. `sparesRun`: no run is ended for this stop, and only after it the
    /// worker's own `grace` begins. Returns `false` if there is none.
    mutating func stop(
        _ stop: Leave.Stop, grace: Nanoseconds, sparesRun: Bool, _ step: inout Step
    ) -> Bool {
        let now = step.now.monotonic
        switch phase {
        // The job's successor waits on for a run that is not to be ended.
        case .waiting where !sparesRun && starts.awaitsWorker:
            step.emit(.watchPreviousWorker)
            phase = .leaving(starts.leave(stop, grace: grace, at: now))
        case .waiting, .failed: return false
        case .starting, .idle, .queued, .running:
            step.emit(.closeControl)
            // A time-out holds for a run at a stop too.
            let until = min(now + grace, phase.run?.bounds.timeout ?? .distantFuture)
            phase = .leaving(Leave(cause: .stop(stop), stage: .draining, until: until, run: phase.run))
        case .leaving(var leave):
            leave.hasten(stop, grace: grace, at: now)
            phase = .leaving(leave)
        case .stopped: break
        }
        if sparesRun { spareRun(grace) }
        return true
    }

    private mutating func spareRun(_ grace: Nanoseconds) {
        guard case .leaving(var leave) = phase, leave.stage == .draining, case .stop(var stop) = leave.cause else {
            return
        }
        stop.graceAfterRun = grace
        leave.cause = .stop(stop)
        leave.until = leave.run?.limit ?? leave.until
        phase = .leaving(leave)
    }

    /// The signal came so much later than it was decided on.
    mutating func postpone(by delay: Nanoseconds) {
        guard case .leaving(var leave) = phase else { return }
        leave.postpone(by: delay)
        phase = .leaving(leave)
    }

    /// Takes the next, rougher means. Returns whether there is no other: the daemon ends without the worker.
    mutating func escalate(_ leave: Leave, _ step: inout Step) -> Bool {
        var leave = leave
        defer { phase = .leaving(leave) }
        return leave.escalate(&step)
    }
}
