import Clocks
import Model
import Schedules
import Testing
import Turns
import Wire

@testable import Supervision

@Suite("What the daemon hears late, or not at all")
struct CrossingTests {
    private var hookOnly: JobDefinition {
        var job = definition(Schedule(.none, text: Schedule.hookOnlyText))
        job.isHookOnly = true
        return job
    }

    private func begin(_ run: Int64, call: Int64) -> Event {
        .report(.begin(.init(run: run, slot: nil, next: .distantFuture, lateness: .zero, call: call)))
    }

    @Test("the end of a run without a slot, whose report was given up, ends the run")
    func runWithoutSlot() {
        var rig = Rig(.starting, hookOnly)
        rig.send(.report(.ready(.init(next: .distantFuture))))
        rig.send(.call(event: "{}"))
        rig.send(begin(1, call: 1))
        rig.send(.call(event: "{}"))
        rig.send(.report(.dropped(.init(reports: 1, run: 1))))
        #expect(rig.supervisor.runs == 1)
        #expect(rig.effects.last == .send(.run(.init(call: 2, event: "{}"))))
        rig.send(.report(.dropped(.init(reports: 2, run: 2))))
        #expect(
            rig.supervisor.runs == 2 && rig.supervisor.runKeeper.orders.calls.isEmpty
                && rig.supervisor.runKeeper.orders.given == nil)
    }

    @Test("a run with a slot goes on if the counts cover no slot")
    func runWithSlot() {
        var rig = Rig(.running)
        rig.send(.report(.dropped(.init(reports: 1, run: 1))))
        #expect(rig.supervisor.phase == .running(Rig.run))
    }

    @Test("a call that may have been given up with the runs before it, and then begins, is no breach")
    func callAfterDropped() {
        var rig = Rig(.idle)
        rig.send(.call(event: "{}"))
        rig.send(.report(.dropped(.init(reports: 2, ok: 1, through: Rig.slot, run: 1))))
        rig.send(begin(2, call: 1))
        #expect(rig.supervisor.phase.run?.call == 1)
        var liar = Rig(.idle)
        liar.send(begin(1, call: 1))
        #expect(liar.effects.contains(.kill))
    }

    @Test("a call that was given up after the run that is running does not hold up those after it")
    func callBehindRun() {
        var rig = Rig(.idle)
        rig.send(.call(event: "{}"))
        rig.send(.report(SupervisionTests.begin(run: 1, slot: Rig.slot)))
        rig.send(.report(.dropped(.init(reports: 3, ok: 1, through: Rig.slot, run: 2))))
        #expect(rig.supervisor.runKeeper.orders.given == nil && rig.supervisor.runKeeper.orders.calls.isEmpty)
    }

    @Test("a wall clock that was set gives attempts up before a new worker makes up for the slot behind theirs")
    func clockBeforeItsWord() {
        var job = definition(ScheduleClock.wall.schedule)
        job.policy.retry = .init()
        var rig = Rig(.running, job)
        rig.send(.exited("exit 1"))
        #expect(rig.supervisor.runKeeper.orders.pending != nil)
        rig.wallLead = .seconds(30)
        while !rig.effects.contains(.spawn) { rig.fireDeadline() }
        #expect(rig.supervisor.runKeeper.orders.pending == nil)
        #expect(rig.supervisor.books[.crashed] == 1 && rig.supervisor.books.accounted >= Rig.slot)
        #expect(
            rig.supervisor.books.total
                == rig.supervisor.books.timetable.count(
                    after: rig.supervisor.books.timetable.start, through: rig.supervisor.books.accounted))
    }

    @Test("a call and the worker's question that cross lead to one run of each, in whatever order they are read")
    func callAndQuestion() {
        var open = [Crossing()]
        var (ends, crossings) = (0, 0)
        while let crossing = open.popLast() {
            let moves = crossing.moves
            open += moves.map(crossing.after)
            guard moves.isEmpty else { continue }
            (ends, crossings) = (ends + 1, crossings + (crossing.hasCrossed ? 1 : 0))
            guard crossing.isRight else {
                Issue.record("\(crossing.path)")
                return
            }
        }
        #expect(crossings > 0 && ends > crossings)
    }
}

/// A job in a group and its worker, both halves the real ones, with what is on its way between them.
private struct Crossing {
    private var rig: Rig
    private var keeper: SlotKeeper
    private var commands: [Command] = []
    private var reports: [Report] = []
    private var run: Report.Begin?
    private var hasAsked = false
    private var isKilled = false
    private var isCalled = false
    private var calls = 0
    private var slots: Int64 = 0
    /// Whether the worker has read a call while it asked.
    private(set) var hasCrossed = false
    private(set) var path: [Move] = []

    enum Move: CaseIterable {
        /// The function is called.
        case call
        /// The worker does what comes next.
        case act
        /// The worker reads a command, or the daemon a report.
        case hear, report
        /// The group has room, or not within the job's `wait`.
        case permit, wait
    }

    init() {
        var job = definition(ScheduleClock.monotonic.schedule)
        job.policy.concurrency = .init(group: "g", max: 1, wait: .seconds(1))
        rig = Rig(.idle, job)
        var rules = SlotKeeper.Rules()
        rules.asks = true
        keeper = SlotKeeper(
            rig.supervisor.books.timetable, rules, accounted: rig.supervisor.workerAccounted, runs: 0)
    }

    private var next: SlotKeeper.Step {
        var keeper = keeper
        return keeper.next(at: rig.moment.on(.monotonic)) { _ in .zero }
    }

    private var sleeps: Bool { if case .sleep = next { true } else { false } }

    var moves: [Move] { isKilled ? [] : Move.allCases.filter(isPossible) }

    private func isPossible(_ move: Move) -> Bool {
        switch move {
        case .call: !isCalled
        case .act: run != nil || !sleeps
        case .hear: run == nil && !commands.isEmpty
        case .report: !reports.isEmpty
        case .permit: hasAsked
        case .wait: hasAsked && reports.isEmpty
        }
    }

    /// Whether the call had its run, and the slot its run or the outcome of its wait.
    var isRight: Bool {
        let (books, orders) = (rig.supervisor.books, rig.supervisor.runKeeper.orders)
        return !isKilled && calls == 1 && orders.calls.isEmpty && orders.given == nil
            && books[.ok] == slots && books[.ok] + books[.skipped] == 1 && rig.supervisor.phase.isIdle
    }

    func after(_ move: Move) -> Crossing {
        var crossing = self
        crossing.make(move)
        return crossing
    }

    private mutating func make(_ move: Move) {
        path.append(move)
        switch move {
        case .call:
            isCalled = true
            send(.call(event: "{}"))
        case .act: act()
        case .hear: hear(commands.removeFirst())
        case .report: send(.report(reports.removeFirst()))
        case .permit:
            hasAsked = false
            send(.permitted)
        case .wait:
            rig.fireDeadline()
            perform()
        }
    }

    private mutating func send(_ event: Event) {
        rig.send(event)
        perform()
    }

    private mutating func perform() {
        for effect in rig.effects {
            switch effect {
            case .send(let command): commands.append(command)
            case .askForPermit: hasAsked = true
            case .returnPermit: hasAsked = false
            case .kill: isKilled = true
            default: break
            }
        }
    }

    private mutating func hear(_ command: Command) {
        switch command {
        case .run(let run):
            if run.call != nil, next == .sleep(until: nil) { hasCrossed = true }
            keeper.take(run)
        case .skip(let through): keeper.skip(through: through)
        default: break
        }
    }

    private mutating func act() {
        let now = rig.moment.on(.monotonic)
        if let run { return end(run, at: now) }
        switch keeper.next(at: now, draw: { _ in .zero }) {
        case .sleep: break
        case .ask(let slot): reports.append(.due(slot: slot))
        case .tooLate: break
        case .begin(let turn):
            let begin = keeper.begin(turn, at: now)
            if begin.call == nil { slots += 1 } else { calls += 1 }
            reports.append(.begin(begin))
            run = begin
        }
    }

    private mutating func end(_ begin: Report.Begin, at now: SlotInstant) {
        run = nil
        reports.append(SupervisionTests.end(run: begin.run, slot: begin.slot, next: keeper.end(at: now).next))
    }
}
