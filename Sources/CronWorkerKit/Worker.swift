import Clocks
import Jobs
import Kernel
import Model
import Schedules
import Values
import Wire

/// The worker's loop: timer, function, report.
struct Worker: ~Copyable {
    private let subject: EntrySubject
    private let function: EntryFunction
    private let host: FunctionHost
    private let runsNow: Bool
    private let control: ControlChannel
    private let reports: ReportChannel
    private let guardian: ParentGuard
    private let timer: SlotTimer
    private let timetable: Timetable
    private let jitter: Nanoseconds
    private let splay: Nanoseconds
    /// Every slot up to this one has its outcome.
    private var accounted: SlotInstant
    private var runs: Int64
    /// The slot that is due, and when its run is to begin.
    private var pending: (slot: SlotInstant, begin: SlotInstant)?
    private let queues: Bool
    /// Whether the daemon is asked before each run.
    private let asks: Bool
    /// What it was asked for and has not answered.
    private var asking: Turn?
    /// The first slot that came due during the run before, and the last one that did.
    private var queued: (slot: SlotInstant, last: SlotInstant)?

    /// A run that can begin.
    private struct Turn {
        /// `nil`: it is besides the slots.
        var slot: SlotInstant?
        /// What was asked for by jitter and splay is not late.
        var delay = Nanoseconds.zero
        /// The last slot that came due before this run and has no run of its own.
        var skipsThrough: SlotInstant?
        /// What the daemon says of it.
        var command = Command.Run()
        /// Of the command, as a value.
        var event: Value?
    }

    /// Before a longer one it pays to give memory back.
    private static var longSleep: Nanoseconds { .seconds(5) }

    init(
        definition: WorkerDefinition, timetable: Timetable, function: EntryFunction, host: FunctionHost,
        control: ControlChannel, reports: ReportChannel, guardian: ParentGuard
    ) throws(SystemError) {
        (subject, self.function, self.host) = (EntrySubject(definition), function, host)
        (self.control, self.reports, self.guardian) = (control, reports, guardian)
        timer = try SlotTimer(timetable.clock)
        self.timetable = timetable
        (jitter, splay) = (definition.header.schedule.jitter, definition.header.schedule.splay)
        (accounted, runs) = (definition.header.accounted, definition.header.runs)
        (runsNow, queues) = (definition.header.runsNow, definition.header.queues)
        asks = definition.header.asks
    }

    private var now: SlotInstant { Clock.slotInstant(timetable.clock) }

    /// Runs the function at each slot until the daemon closes the control pipe.
    mutating func serve() throws {
        reports.send(.ready(.init(next: nextSlot(at: now))))
        if runsNow { try begin(Turn()) }
        while !control.isClosed, guardian.parentLives() { try turn() }
        // The daemon lives on, and what its slots came to must not be lost with this process.
        try reports.drain()
        reports.send(.stopped(runs: runs))
        try reports.drain()
    }

    private mutating func turn() throws {
        // The daemon answers.
        if asking != nil { return try wait(until: nil) }
        if let told = control.takePostponed() { return try obey(told) }
        if queued != nil { try listen() }
        if control.isClosed { return }
        if let (slot, last) = queued { return try begin(Turn(slot: slot, skipsThrough: last)) }
        let now = now
        if pending == nil, let due = dueSlot(at: now) { pending = (due, due + delay()) }
        guard let (slot, begin) = pending else { return try wait(until: nextSlot(at: now)) }
        guard begin <= now else { return try wait(until: begin) }
        pending = nil
        // Of slots that have come due since, by a clock that was set, the last one is run and the others are missed.
        try self.begin(Turn(slot: dueSlot(at: now) ?? slot, delay: begin - slot))
    }

    /// Runs it, if need be with the daemon's leave.
    private mutating func begin(_ turn: Turn) throws {
        queued = nil
        guard asks else { return try run(turn) }
        asking = turn
        reports.send(.due(slot: turn.slot))
    }

    /// The last slot that has come due and has not been run. Those before it are not made up for.
    private func dueSlot(at now: SlotInstant) -> SlotInstant? {
        timetable.last(through: now).flatMap { $0 > accounted ? $0 : nil }
    }

    /// The slot whose run begins next.
    private func nextSlot(at now: SlotInstant) -> SlotInstant {
        dueSlot(at: now) ?? timetable.next(after: .later(now, accounted))
    }

    private func delay() -> Nanoseconds {
        jitter.count > 0 ? splay + Nanoseconds(Int64.random(in: 0...jitter.count)) : splay
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

    /// A job that is always behind never waits, and would not hear that it is to stop.
    private mutating func listen() throws {
        var poll = Poll()
        poll.add(control.pollHandle, for: .read)
        try poll.wait(.zero)
        if poll.isReady(0) { try obey() }
    }

    private mutating func obey() throws {
        var bare = 0
        var told: Command.Run?
        var skipped: SlotInstant?
        try control.receive { command in
            switch command {
            case .ping(let token): reports.send(.pong(token: token))
            // The daemon tells one at a time; in a terminal people may ask for several.
            case .run(let run): if run == Command.Run() { bare += 1 } else { told = run }
            case .skip(let through): skipped = through
            case .definition: throw WireError.syntax("a second definition; expected run, skip or ping")
            }
        }
        if let skipped { skip(through: skipped) }
        // What was told to stop begins nothing.
        if control.isClosed { return }
        if let told { try obey(told) }
        for _ in 0..<bare { try obey(Command.Run()) }
    }

    private mutating func obey(_ command: Command.Run) throws {
        var turn = Turn(slot: command.slot)
        if let asked = asking, asked.slot == command.slot, command.attempt == 1, command.call == nil {
            (turn, asking) = (asked, nil)
        } else if let slot = command.slot {
            // A further attempt at the slot before; if a later one has begun or waits, it comes too late.
            guard slot == accounted, asking == nil else { return }
        }
        turn.command = command
        turn.event = try event(of: command)
        try run(turn)
    }

    /// Read before the run begins: what cannot be read is no failure of a run.
    private func event(of command: Command.Run) throws(WireError) -> Value? {
        guard let event = command.event else { return nil }
        do {
            return try JSONCoding.value(from: Array(event.utf8))
        } catch {
            throw .syntax("field 'event' is malformed; \(error)")
        }
    }

    /// The daemon does not let them run.
    private mutating func skip(through slot: SlotInstant) {
        accounted = .later(accounted, slot)
        asking = nil
    }

    private mutating func run(_ turn: Turn) throws {
        queued = nil
        guardian.suspend()
        runs += 1
        let (began, start, slot) = (Clock.monotonic(), now, turn.slot)
        let lateness = slot.map { Nanoseconds(max(0, (start - $0 - turn.delay).count)) } ?? .zero
        if let slot { accounted = slot }
        reports.send(
            .begin(
                .init(
                    run: runs, slot: slot, next: nextSlot(at: start), lateness: lateness, call: turn.command.call)))
        let (outcome, text) = try call(turn)
        let end = now
        let next = timetable.next(after: .later(end, accounted))
        reports.send(
            .end(
                .init(
                    run: runs, slot: slot, next: next, lateness: lateness, duration: Clock.monotonic() - began,
                    outcome: outcome, text: text)))
        if queues {
            queueSlots(skippingThrough: turn.skipsThrough, through: end, next: next)
        } else {
            skipSlots(after: .later(slot ?? start, accounted), through: end, next: next)
        }
        guardian.resume()
    }

    /// The first slot that came due during the run has its own right after it; the others are skipped, once that is over.
    private mutating func queueSlots(skippingThrough before: SlotInstant?, through end: SlotInstant, next: SlotInstant)
    {
        if let before, before > accounted { skipSlots(after: accounted, through: before, next: next) }
        guard pending == nil, let last = timetable.last(through: end), last > accounted else { return }
        queued = (timetable.next(after: accounted), last)
    }

    /// Slots that came due during the run are not made up for: a burst of late runs helps nobody.
    private mutating func skipSlots(after start: SlotInstant, through end: SlotInstant, next: SlotInstant) {
        // One that is due already, and waits for its time, has its run.
        guard pending == nil, let last = timetable.last(through: end), last > start else { return }
        let count = timetable.count(after: start, through: last)
        reports.send(.init(first: timetable.next(after: start), last: last, next: next), count: count)
        accounted = last
    }

    private mutating func call(_ turn: Turn) throws -> (outcome: Outcome, text: String) {
        let moment = Clock.moment()
        let slot = turn.slot.map { moment.wall(of: $0, on: timetable.clock) }
        var run = FunctionHost.Run(number: runs, slot: slot, attempt: turn.command.attempt)
        run.event = turn.event
        return try host.run(function, of: subject, run)
    }
}
