package import Clocks
package import Schedules
package import Wire

/// The worker's half of the slot protocol: which slot's run begins, and when. What time it is, what chance says and what the
/// daemon says are arguments. docs/ARCHITECTURE.md has the table.
package struct SlotKeeper: Sendable {
    package let timetable: Timetable
    private var rules: Rules
    /// Every slot up to this one has its outcome.
    package private(set) var accounted: SlotInstant
    /// The number of the last run.
    package private(set) var runs: Int64
    private var state: State
    /// Whether a slot has begun in this worker: that ends further attempts at a run without a slot.
    private var hasBegunSlot = false
    private var told = Told()
    private var running: Running?

    /// What the job's entry says of its slots.
    package struct Rules: Sendable {
        /// Each run begins up to so much later, at random.
        package var jitter = Nanoseconds.zero
        /// Each run begins so much later.
        package var splay = Nanoseconds.zero
        /// A slot that comes due during a run is run right after it.
        package var queues = false
        /// The daemon is asked before each run.
        package var asks = false
        /// A run without a slot comes first.
        package var runsNow = false
        /// A slot that could not begin so long after it was due is not run.
        package var deadline: Nanoseconds?
        /// What came due without a daemon is run slot by slot.
        package var owed: Owed?

        package init() {}
    }

    /// Slots that are made up for, the oldest first.
    package struct Owed: Sendable {
        let through: SlotInstant
        /// The first begins so long after `since`, and is not too late by that.
        let since: SlotInstant
        let spread: Nanoseconds

        package init(through: SlotInstant, since: SlotInstant, spread: Nanoseconds) {
            (self.through, self.since, self.spread) = (through, since, spread)
        }
    }

    /// A run that can begin.
    package struct Turn: Equatable, Sendable {
        /// `nil`: it has no slot.
        package internal(set) var slot: SlotInstant?
        /// What the daemon says of it.
        package internal(set) var command = Command.Run()
        /// What was asked for by jitter and splay is not late.
        var delay = Nanoseconds.zero
        /// The last slot that came due before this run and has no run of its own.
        var skipsThrough: SlotInstant?
    }

    /// What the worker does next.
    package enum Step: Equatable, Sendable {
        /// Sleep until then, or until the daemon says something. `nil`: for the daemon alone.
        case sleep(until: SlotInstant?)
        case begin(Turn)
        /// Ask the daemon whether this slot's run may begin.
        case ask(slot: SlotInstant?)
        /// This slot is too late to be run, and those before it.
        case tooLate(slot: SlotInstant, next: SlotInstant)
    }

    /// Slots that are not made up for.
    package struct Skip: Equatable, Sendable {
        package let first: SlotInstant
        package let last: SlotInstant
        package let count: Int64
    }

    private enum State {
        /// For the next slot.
        case waiting
        /// The slot is due, and its run begins later, by jitter and splay.
        case delayed(SlotInstant, until: SlotInstant, delay: Nanoseconds)
        /// Its run begins next: it was asked for at the start, or came due during the run before.
        case ready(Turn)
        /// The daemon was asked and has not answered.
        case asking(Turn)
    }

    /// What the daemon has said to run. It tells one at a time; in a terminal people may ask for several.
    private struct Told {
        var run: Command.Run?
        var bare = 0
    }

    private struct Running {
        let turn: Turn
        let start: SlotInstant
    }

    /// `accounted`: every slot up to this one has its outcome already. `runs`: the number of the last run before.
    package init(_ timetable: Timetable, _ rules: Rules, accounted: SlotInstant, runs: Int64) {
        (self.timetable, self.rules) = (timetable, rules)
        (self.accounted, self.runs) = (accounted, runs)
        state = rules.runsNow ? .ready(Turn()) : .waiting
    }

    // MARK: What comes next

    /// `draw`: any span from zero to its argument.
    package mutating func next(at now: SlotInstant, draw: (Nanoseconds) -> Nanoseconds) -> Step {
        if let turn = takeTold() { return begin(turn, unlessLateAt: now) }
        if case .waiting = state, let slot = due(at: now) {
            let delay = rules.splay + (rules.jitter > .zero ? draw(rules.jitter) : .zero)
            state = .delayed(slot, until: .later(slot + delay, spreadEnd(slot)), delay: delay)
        }
        switch state {
        case .asking: return .sleep(until: nil)
        case .waiting: return .sleep(until: timetable.next(after: .later(now, accounted)))
        case .ready(let turn): return want(turn, at: now)
        case .delayed(_, let begin, _) where begin > now: return .sleep(until: begin)
        case .delayed(let slot, _, let delay):
            // Of slots that have come due since, by a clock that was set, the last one is run and the others are missed.
            return want(Turn(slot: due(at: now) ?? slot, delay: delay), at: now)
        }
    }

    private mutating func want(_ turn: Turn, at now: SlotInstant) -> Step {
        state = rules.asks ? .asking(turn) : .waiting
        return rules.asks ? .ask(slot: turn.slot) : begin(turn, unlessLateAt: now)
    }

    /// Further attempts, and what has no slot, are never too late.
    private mutating func begin(_ turn: Turn, unlessLateAt now: SlotInstant) -> Step {
        guard let deadline = rules.deadline, let slot = turn.slot, slot > accounted, turn.command.attempt == 1,
            .later(slot + turn.delay, spreadEnd(slot)) + deadline < now
        else { return .begin(turn) }
        accounted = slot
        return .tooLate(slot: slot, next: nextSlot(at: now))
    }

    /// When a slot that is made up for may begin.
    private func spreadEnd(_ slot: SlotInstant) -> SlotInstant {
        guard let owed = rules.owed, owed.spread > .zero, slot <= owed.through else { return slot }
        return owed.since + owed.spread
    }

    /// The oldest slot that is to be made up for.
    private var nextOwed: SlotInstant? {
        guard let owed = rules.owed, accounted < owed.through else { return nil }
        let slot = timetable.next(after: accounted)
        return slot <= owed.through ? slot : nil
    }

    /// Whether the next run begins without a wait before it, so that its worker must listen whether it is to stop.
    package var isBehind: Bool { hasReadySlot || told.run != nil }

    private var hasReadySlot: Bool { if case .ready(let turn) = state { turn.slot != nil } else { false } }

    /// The last slot that has come due and has not been run. Those before it are not made up for.
    private func due(at now: SlotInstant) -> SlotInstant? {
        nextOwed.map { $0 <= now ? $0 : nil } ?? timetable.last(through: now).flatMap { $0 > accounted ? $0 : nil }
    }

    /// The slot whose run begins next.
    package func nextSlot(at now: SlotInstant) -> SlotInstant {
        due(at: now) ?? timetable.next(after: .later(now, accounted))
    }

    // MARK: What the daemon says

    package mutating func take(_ run: Command.Run) {
        // The daemon told this call before it read the question, and tells it again when that is answered. An attempt comes too late.
        if isAsking, run.call != nil || run.attempt > 1 { return }
        if run == Command.Run() { told.bare += 1 } else { told.run = run }
    }

    /// The slots up to this one, which the daemon was asked for, are not run.
    package mutating func skip(through slot: SlotInstant) {
        accounted = .later(accounted, slot)
        if isAsking { state = .waiting }
    }

    /// The slots up to this one are owed to nobody, whether or not the daemon was asked for one of them.
    package mutating func pass(through slot: SlotInstant) {
        accounted = .later(accounted, slot)
        let turn: SlotInstant? =
            switch state {
            case .asking(let turn), .ready(let turn): turn.slot
            case .delayed(let slot, _, _): slot
            case .waiting: nil
            }
        if let turn, turn <= slot { state = .waiting }
    }

    /// The daemon is to be asked before each run, or not any more. A question that it has stays one.
    package mutating func ask(_ asks: Bool) { rules.asks = asks }

    private var isAsking: Bool { if case .asking = state { true } else { false } }

    private mutating func takeTold() -> Turn? {
        if let run = told.run {
            told.run = nil
            if let turn = turn(for: run) { return turn }
        }
        guard told.bare > 0 else { return nil }
        told.bare -= 1
        return turn(for: Command.Run())
    }

    /// `nil`: a further attempt at the run before; if a later slot has begun or waits, it comes too late.
    private mutating func turn(for command: Command.Run) -> Turn? {
        var turn = Turn(slot: command.slot)
        if case .asking(let asked) = state, asked.slot == command.slot, command.attempt == 1, command.call == nil {
            (turn, state) = (asked, .waiting)
        } else if let slot = command.slot {
            guard slot == accounted, !isAsking else { return nil }
        } else if command.attempt > 1 {
            guard !hasBegunSlot, !isAsking else { return nil }
        }
        turn.command = command
        return turn
    }

    // MARK: A run

    package mutating func begin(_ turn: Turn, at now: SlotInstant) -> Report.Begin {
        runs += 1
        running = Running(turn: turn, start: now)
        let lateness = turn.slot.map { Nanoseconds(max(0, (now - $0 - turn.delay).count)) } ?? .zero
        if let slot = turn.slot { (accounted, hasBegunSlot) = (slot, true) }
        return .init(run: runs, slot: turn.slot, next: nextSlot(at: now), lateness: lateness, call: turn.command.call)
    }

    /// The run is over. Returns the slot that comes next, and those that have no run.
    package mutating func end(at now: SlotInstant) -> (next: SlotInstant, skip: Skip?) {
        guard let run = running else { preconditionFailure("the end of a run that has not begun") }
        running = nil
        let next = timetable.next(after: .later(now, accounted))
        // What is made up for comes one after the other, and then the first slot that came due meanwhile.
        guard isFree, nextOwed == nil else { return (next, nil) }
        let isMadeUp = rules.owed.map { (run.turn.slot ?? .distantFuture) <= $0.through } ?? false
        return (next, rules.queues || isMadeUp || hasReadySlot ? queue(after: run, at: now) : skip(after: run, at: now))
    }

    /// One that is due already, and waits for its time or for the daemon, has its run.
    private var isFree: Bool {
        switch state {
        case .waiting: true
        case .ready(let turn): turn.slot != nil
        case .delayed, .asking: false
        }
    }

    /// Slots that came due during the run are not made up for: a burst of late runs helps nobody.
    private mutating func skip(after run: Running, at now: SlotInstant) -> Skip? {
        skip(after: .later(run.turn.slot ?? run.start, accounted), through: now)
    }

    /// The first slot that came due during the run has its own right after it; the others are skipped, once that is over.
    private mutating func queue(after run: Running, at now: SlotInstant) -> Skip? {
        let skip = run.turn.skipsThrough.flatMap { $0 > accounted ? self.skip(after: accounted, through: $0) : nil }
        state = due(at: now).map { .ready(Turn(slot: timetable.next(after: accounted), skipsThrough: $0)) } ?? .waiting
        return skip
    }

    private mutating func skip(after start: SlotInstant, through end: SlotInstant) -> Skip? {
        guard let last = timetable.last(through: end), last > start else { return nil }
        defer { accounted = last }
        return Skip(
            first: timetable.next(after: start), last: last, count: timetable.count(after: start, through: last))
    }
}
