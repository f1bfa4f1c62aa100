import Clocks
import Jobs
import Kernel
import Shared

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
    /// The first slot that came due during the run before, and the last one that did.
    private var queued: (slot: SlotInstant, last: SlotInstant)?

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
    }

    private var now: SlotInstant { Clock.slotInstant(timetable.clock) }

    /// Runs the function at each slot until the daemon closes the control pipe.
    mutating func serve() throws {
        reports.send(.ready(.init(next: nextSlot(at: now))))
        if runsNow { try run(slot: nil, at: now, delay: .zero) }
        while !control.isClosed, guardian.parentLives() {
            let now = now
            if let (slot, last) = queued {
                try run(slot: slot, at: now, delay: .zero, skippingThrough: last)
                continue
            }
            if pending == nil, let due = dueSlot(at: now) { pending = (due, due + delay()) }
            if let (slot, begin) = pending {
                if begin <= now {
                    pending = nil
                    // Of slots that have come due since, by a clock that was set, the last one is run and the others are missed.
                    try run(slot: dueSlot(at: now) ?? slot, at: now, delay: begin - slot)
                } else {
                    try wait(until: begin)
                }
            } else {
                try wait(until: nextSlot(at: now))
            }
        }
        // The daemon lives on, and what its slots came to must not be lost with this process.
        try reports.drain()
        reports.send(.stopped(runs: runs))
        try reports.drain()
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

    /// Waits for the daemon until `instant`, or until somebody sets the clock.
    private mutating func wait(until instant: SlotInstant) throws {
        try timer.set(instant)
        var poll = Poll()
        poll.add(control.pollHandle, for: .read)
        poll.add(timer.pollHandle, for: .read)
        if !reports.flush() { poll.add(reports.pollHandle, for: .write) }
        if instant - now >= Self.longSleep {
            host.rest()
            ThisProcess.releaseFreeMemory()
        }
        try poll.wait(nil)
        if poll.isReady(0) { try obey() }
    }

    private mutating func obey() throws {
        var runsAskedFor = 0
        try control.receive { command in
            switch command {
            case .ping(let token): reports.send(.pong(token: token))
            case .run: runsAskedFor += 1
            case .definition: throw WireError.syntax("a second definition; expected run or ping")
            }
        }
        for _ in 0..<runsAskedFor { try run(slot: nil, at: now, delay: .zero) }
    }

    /// `skippingThrough`: the last slot that came due before this run and has no run of its own.
    private mutating func run(
        slot: SlotInstant?, at start: SlotInstant, delay: Nanoseconds, skippingThrough last: SlotInstant? = nil
    ) throws {
        queued = nil
        guardian.suspend()
        runs += 1
        let began = Clock.monotonic()
        // What was asked for by jitter and splay is not late.
        let lateness = slot.map { Nanoseconds(max(0, (start - $0 - delay).count)) } ?? .zero
        if let slot { accounted = slot }
        reports.send(.begin(.init(run: runs, slot: slot, next: nextSlot(at: start), lateness: lateness)))
        let (isOK, text) = try call(slot: slot)
        let end = now
        let next = timetable.next(after: .later(end, accounted))
        reports.send(
            .end(
                .init(
                    run: runs, slot: slot, next: next, lateness: lateness, duration: Clock.monotonic() - began,
                    isOK: isOK, text: text)))
        if queues {
            queueSlots(skippingThrough: last, through: end, next: next)
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

    private mutating func call(slot: SlotInstant?) throws -> (isOK: Bool, text: String) {
        let moment = Clock.moment()
        let slot = slot.map { moment.wall(of: $0, on: timetable.clock) }
        return try host.run(function, of: subject, .init(number: runs, slot: slot))
    }
}
