import Clocks
import Model
import Schedules
import Supervision
import TestSupport
import Turns
import Wire

/// A worker as a process: the real `SlotKeeper`, and around it what `Worker` does with pipes and a timer. What its function does
/// is left to chance.
final class PlayedWorker {
    /// The control pipe; `nil`: its end.
    private var commands: [Command?] = []
    private(set) var run: Run?
    private(set) var isDead = false
    /// The run that was running when it died.
    private(set) var death: Run?
    private unowned let job: PlayedJob
    private var keeper: SlotKeeper
    private var reports: [Report] = []
    private var isClosed = false
    /// What the daemon has told during a run.
    private var postponed: Command.Run?
    private var passed: SlotInstant?
    private var asks: Bool?
    private var hasListened = true
    /// Outlives it.
    private(set) var note: RunNote
    /// The attempt of the run that is going.
    private var attempt = Int64(1)
    /// `nil`: it has something to do.
    private var wake: MonotonicInstant?

    struct Run {
        let begin: Report.Begin
        var end: MonotonicInstant
        var outcome: Outcome

        var isCall: Bool { begin.call != nil }
    }

    init(_ job: PlayedJob, epoch: UInt64 = 0, at now: Moment) {
        self.job = job
        note = RunNote(epoch: epoch)
        var rules = SlotKeeper.Rules()
        let (schedule, policy) = (job.definition.schedule, job.definition.policy)
        (rules.jitter, rules.splay) = (schedule.jitter, schedule.splay)
        rules.queues = policy.overlap == .queue
        rules.asks = job.supervisor.wantsQuestions
        rules.deadline = policy.startingDeadline
        if let owed = job.supervisor.owed, job.knowsPauses {
            rules.owed = .init(through: owed.through, since: owed.since, spread: owed.spread)
        }
        rules.runsNow = schedule.runsAtStart && !job.supervisor.books.hasRun && !job.supervisor.isPaused
        keeper = SlotKeeper(
            job.supervisor.books.timetable, rules, accounted: job.supervisor.workerAccounted,
            runs: job.supervisor.runs)
        let features = job.knowsPauses ? Features.all : Features.all.without(.ask).without(.owed)
        reports.append(.ready(.init(next: keeper.nextSlot(at: slot(now)), features: features)))
    }

    private func slot(_ now: Moment) -> SlotInstant { now.on(keeper.timetable.clock) }

    func takeReport() -> Report? { reports.isEmpty ? nil : reports.removeFirst() }

    /// `nil`: the daemon closes the pipe.
    func send(_ command: Command?) { if !isDead { commands.append(command) } }

    /// Whether nothing lies in its pipe that it could read.
    var hasHeardAll: Bool { commands.isEmpty || isDead || (run != nil && !job.isAsync) }

    /// The daemon is gone, and with it what lay in the pipes.
    func orphan() {
        reports = []
        commands = [nil]
        wake = nil
    }

    /// The wall clock was set.
    func clockWasSet() { wake = nil }

    /// When it goes on; a moment that is past if it need not wait.
    var deadline: MonotonicInstant {
        if isDead { return .distantFuture }
        return run?.end ?? wake ?? MonotonicInstant(nanoseconds: 0)
    }

    /// Reads what has come, or its beginning.
    func receive(_ random: inout SplitMix64) {
        guard !isDead, !commands.isEmpty, run == nil || job.isAsync else { return }
        receive(1 + random.below(commands.count))
    }

    private func takePostponed() {
        if let told = postponed { keeper.take(told) }
        if let passed { keeper.pass(through: passed) }
        if let asks { keeper.ask(asks) }
        (postponed, passed, asks) = (nil, nil, nil)
    }

    private func receive(_ count: Int) {
        if run == nil { takePostponed() }
        for command in commands.prefix(count) { run == nil ? obey(command) : hear(command) }
        commands.removeFirst(count)
        wake = nil
    }

    /// As `Worker` does between two runs.
    private func obey(_ command: Command?) {
        switch command {
        case nil: isClosed = true
        case .ping(let token)?: reports.append(.pong(token: token))
        case .run(let run)?: keeper.take(run)
        case .skip(let through)?: keeper.skip(through: through)
        case .pass(let through)?: keeper.pass(through: through)
        case .ask(let asks)?:
            keeper.ask(asks)
            reports.append(.asked(asks))
        case .event?, .moved?, .definition?, .values?: break
        }
    }

    /// As `DaemonLink` does in a run of an async function or of a command.
    private func hear(_ command: Command?) {
        switch command {
        case nil: isClosed = true
        case .ping(let token)?: reports.append(.pong(token: token))
        case .run(let run)?: if run != Command.Run() { postponed = run }
        case .pass(let through)?: passed = through
        case .ask(let asks)?:
            self.asks = asks
            reports.append(.asked(asks))
        case .skip?, .event?, .moved?, .definition?, .values?: break
        }
    }

    /// One turn of its loop, or the end of its run.
    func act(at now: Moment, _ random: inout SplitMix64) {
        guard !isDead, deadline <= now.monotonic else { return }
        if run != nil { return end(at: now) }
        takePostponed()
        if keeper.isBehind || !hasListened { receive(commands.count) }
        hasListened = true
        if isClosed { return stop() }
        let step = keeper.next(at: slot(now)) { Nanoseconds(Int64.random(in: 0...$0.count, using: &random)) }
        switch step {
        case .sleep(let until):
            wake = until.map { now.monotonic(of: $0, on: keeper.timetable.clock) } ?? .distantFuture
        case .ask(let slot): reports.append(.due(slot: slot))
        case .begin(let turn): begin(turn, at: now, &random)
        case .tooLate(let slot, let next): reports.append(.late(.init(slot: slot, next: next)))
        }
    }

    private func begin(_ turn: SlotKeeper.Turn, at now: Moment, _ random: inout SplitMix64) {
        hasListened = false
        let begin = keeper.begin(turn, at: slot(now))
        attempt = turn.command.attempt
        note.accounted = keeper.accounted
        note.begin(RunNote.Begun(begin, attempt: attempt, at: now.monotonic))
        reports.append(.begin(begin))
        if let slot = begin.slot { job.begin(slot, attempt: turn.command.attempt) }
        if let call = begin.call { job.begin(call: call) }
        let length = random.chance(6) ? 1_000_000 : Int64(random.below(1_200))
        run = Run(
            begin: begin, end: now.monotonic + .milliseconds(length),
            outcome: random.pick([.ok, .ok, .failed, .crashed]))
        wake = nil
    }

    private func end(at now: Moment) {
        guard let run, run.outcome != .crashed else { return die(.crashed) }
        self.run = nil
        if let slot = run.begin.slot { job.end(slot, run.outcome) }
        let (next, skip) = keeper.end(at: slot(now))
        let end = Report.End(
            run: run.begin.run, slot: run.begin.slot, next: next, lateness: run.begin.lateness, duration: .zero,
            outcome: run.outcome, text: "")
        note.accounted = keeper.accounted
        note.end(end, skipped: skip?.count ?? 0)
        reports.append(.end(end))
        if let skip { reports.append(.skipped(.init(first: skip.first, last: skip.last, next: next))) }
    }

    private func stop() {
        reports.append(.stopped(runs: keeper.runs))
        die(.ok)
    }

    func die(_ outcome: Outcome) {
        isDead = true
        death = run
        death?.outcome = outcome
        run = nil
    }
}
