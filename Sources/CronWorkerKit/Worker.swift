import Clocks
import Jobs
import Kernel
import Model
import Schedules
import Turns
import Values
import Wire

/// The worker's loop around its `SlotKeeper`: timer, function, report.
struct Worker: ~Copyable {
    private let subject: EntrySubject
    private let function: EntryFunction
    private let host: FunctionHost
    private let control: ControlChannel
    private let reports: ReportChannel
    private let guardian: ParentGuard
    private let timer: SlotTimer
    private let notes: NoteKeeper?
    private let limit: RunLimit?
    /// Of the current run.
    private var killTimer: KillTimer?
    private var keeper: SlotKeeper
    /// Whether the daemon has been listened to since the last run.
    private var hasListened = true

    /// Before a longer one it pays to give memory back.
    private static var longSleep: Nanoseconds { .seconds(5) }

    init(
        definition: WorkerDefinition, timetable: Timetable, function: EntryFunction, host: FunctionHost,
        control: ControlChannel, reports: ReportChannel, guardian: ParentGuard, notes: NoteKeeper? = nil
    ) throws(SystemError) {
        self.notes = notes
        (subject, self.function, self.host) = (EntrySubject(definition), function, host)
        (self.control, self.reports, self.guardian) = (control, reports, guardian)
        limit = RunLimit(definition.header)
        timer = try SlotTimer(timetable.clock)
        keeper = SlotKeeper(timetable, definition.header)
    }

    private var now: SlotInstant { Clock.slotInstant(keeper.timetable.clock) }

    /// Runs the function at each slot until the daemon closes the control pipe.
    mutating func serve() throws {
        let features = notes == nil ? control.agreed.without(.note) : control.agreed
        reports.send(.ready(.init(next: keeper.nextSlot(at: now), features: features)))
        while !control.isClosed, guardian.parentLives() { try turn() }
        // The daemon lives on, and the outcomes of the slots must not be lost with this process.
        try reports.drain()
        reports.send(.stopped(runs: keeper.runs))
        try reports.drain()
    }

    private mutating func turn() throws {
        takePostponed()
        // A job that is always late never waits, and would not hear that it is to stop. What was said before the end of a run holds for
        // the next one.
        if keeper.isBehind || !hasListened { try listen() }
        if control.isClosed { return }
        switch keeper.next(at: now, draw: { Nanoseconds(Int64.random(in: 0...$0.count)) }) {
        case .sleep(let instant): try wait(until: instant)
        case .ask(let slot): reports.send(.due(slot: slot))
        case .begin(let turn): try run(turn)
        case .tooLate(let slot, let next): reports.send(.late(.init(slot: slot, next: next)))
        }
    }

    private mutating func takePostponed() {
        if let told = control.takePostponed() { keeper.take(told) }
        control.takePostponedRules { passed, asks in
            if let passed { keeper.pass(through: passed) }
            if let asks { keeper.ask(asks) }
        }
    }

    /// Waits for the daemon until `instant`, or until somebody sets the clock. `nil`: for the daemon alone.
    private mutating func wait(until instant: SlotInstant?) throws {
        var poll = Poll()
        poll.add(control.pollHandle, for: .read)
        if let instant {
            try timer.set(instant)
            poll.add(timer.pollHandle, for: .read)
            if instant - now >= Self.longSleep {
                host.rest()
                ThisProcess.releaseFreeMemory()
            }
        }
        if !reports.flush() { poll.add(reports.pollHandle, for: .write) }
        try poll.wait(nil)
        if poll.isReady(0) { try obey() }
    }

    private mutating func listen() throws {
        hasListened = true
        var poll = Poll()
        poll.add(control.pollHandle, for: .read)
        try poll.wait(.zero)
        if poll.isReady(0) { try obey() }
    }

    private mutating func obey() throws {
        try control.receive { command in
            switch command {
            case .ping(let token): reports.send(.pong(token: token))
            case .run(let run): keeper.take(run)
            case .skip(let through): keeper.skip(through: through)
            case .pass(let through): keeper.pass(through: through)
            case .ask(let asks):
                keeper.ask(asks)
                reports.send(.asked(asks))
            case .moved, .event: break
            case .definition, .values: throw WireError.syntax("a second definition; expected run, skip or ping")
            }
        }
    }

    private mutating func run(_ turn: SlotKeeper.Turn) throws {
        // Read before the run begins: what cannot be read is no failure of a run.
        let event = try turn.command.eventValue()
        guardian.suspend()
        hasListened = false
        let moment = Clock.moment()
        let begin = keeper.begin(turn, at: moment.on(keeper.timetable.clock))
        notes?.begin(
            begin, attempt: turn.command.attempt, at: moment.monotonic, accounted: keeper.accounted)
        reports.send(.begin(begin))
        arm(run: begin.run, from: moment.monotonic)
        let slot = turn.slot.map { moment.wall(of: $0, on: keeper.timetable.clock) }
        var run = FunctionHost.Run(number: begin.run, slot: slot, attempt: turn.command.attempt, event: event)
        run.limit = limit?.ofCommands(from: moment.monotonic) { [guardian] in !guardian.parentLives() }
        let outcome = try host.run(function, of: subject, run)
        // The daemon logs the output of a run before the run's end.
        StandardOutputBuffer.flush()
        killTimer = nil
        let (next, skip) = keeper.end(at: now)
        let end = Report.End(
            run: begin.run, slot: turn.slot, next: next, lateness: begin.lateness,
            duration: Clock.monotonic() - moment.monotonic, outcome: outcome.outcome, text: outcome.text,
            code: outcome.code, isFinal: outcome.isFinal)
        notes?.end(end, skipped: skip?.count ?? 0, accounted: keeper.accounted)
        reports.send(.end(end))
        if let skip { reports.send(.init(first: skip.first, last: skip.last, next: next), count: skip.count) }
        guardian.resume()
    }

    /// Where the kernel has no timer left the run has its time-out from the daemon alone, and the log says so.
    private mutating func arm(run: Int64, from start: MonotonicInstant) {
        guard let limit else { return }
        do throws(SystemError) {
            killTimer = try KillTimer(at: limit.end(from: start))
        } catch {
            let message = "the run has its time-out only as long as the daemon lives: \(error)"
            reports.send(.log(.init(level: .warning, run: run, message: message, fields: [])))
        }
    }
}

extension SlotKeeper {
    init(_ timetable: Timetable, _ header: WorkerDefinition.Header) {
        var rules = Rules()
        (rules.jitter, rules.splay) = (header.schedule.jitter, header.schedule.splay)
        (rules.queues, rules.asks, rules.runsNow) = (header.queues, header.asks, header.runsNow)
        rules.deadline = header.startingDeadline
        rules.owed = header.owed.map {
            .init(through: $0, since: header.owedSince, spread: header.owedSpread)
        }
        self.init(timetable, rules, accounted: header.accounted, runs: header.runs)
    }
}

extension Command.Run {
    fileprivate func eventValue() throws(WireError) -> Value? {
        guard let event else { return nil }
        do {
            return try JSONCoding.value(from: Array(event.utf8))
        } catch {
            throw .syntax("field 'event' is malformed; \(error)")
        }
    }
}
