import Clocks
import Model
import Schedules
import Supervision
import TestSupport
import Testing
import Turns
import Values
import Wire

@Suite("Jobs that time-outs, overlaps, attempts and groups bound together")
struct PolicyModelTests {
    @Test("give every slot the outcome that its runs came to, keep to their group, and run nothing behind their end")
    func histories() {
        for iteration in 0..<Fuzz.iterations(400) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            let world = PolicyWorld(seed: seed)
            world.live(steps: 400)
            guard let fault = world.fault else { continue }
            Issue.record("FUZZ_SEED=\(seed) FUZZ_ITERATIONS=1: \(fault)")
            return
        }
    }
}

/// Some jobs on a simulated clock, each with a worker that does what the real one does. What they say to each other takes its
/// time, so that it crosses.
private final class PolicyWorld {
    private var random: SplitMix64
    private var now: Moment = at(1_000)
    private var jobs: [ModelJob] = []
    private var permits = PermitQueue()
    private(set) var fault: String?

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        let group = RunPolicy.Concurrency(group: "g", max: 1 + random.below(2))
        for number in 0..<(2 + random.below(3)) {
            var job = definition("job\(number)", interval: .milliseconds(Int64(500 + random.below(2_000))))
            job.lifecycle.restart.maxAttempts = 0
            job.lifecycle.restart.initialDelay = .milliseconds(100)
            job.policy = policy(group)
            jobs.append(ModelJob(job, at: now, seed: random.next()))
        }
    }

    private func policy(_ group: RunPolicy.Concurrency) -> RunPolicy {
        var policy = RunPolicy()
        if random.chance(2) { policy.timeout = .milliseconds(Int64(100 + random.below(1_500))) }
        policy.killAfter = .milliseconds(100)
        policy.overlap = random.pick(RunPolicy.Overlap.allCases)
        if random.chance(2) {
            var retry = RunPolicy.Retry()
            retry.delays.maxAttempts = 2 + random.below(3)
            retry.delays.initialDelay = .milliseconds(Int64(10 + random.below(300)))
            retry.delays.jitter = 0
            retry.outcomes = random.chance(2) ? retry.outcomes : [random.pick(RunPolicy.Retry.possibleOutcomes)]
            policy.retry = retry
        }
        if !random.chance(4) {
            policy.concurrency = group
            if random.chance(2) { policy.concurrency?.wait = .milliseconds(Int64(50 + random.below(3_000))) }
        }
        return policy
    }

    func live(steps: Int) {
        for _ in 0..<steps where fault == nil { step() }
        for job in jobs { handle(.stop(grace: .milliseconds(Int64(random.below(2_000)))), job) }
        for _ in 0..<2_000 where fault == nil && jobs.contains(where: { $0.supervisor.phase != .stopped }) { step() }
        for job in jobs where fault == nil {
            require(job.supervisor.phase == .stopped, "\(job.id) does not end: \(job.supervisor.phase)")
            require(job.worker == nil, "\(job.id) has a worker behind its end")
            job.compare(require)
        }
    }

    private func require(_ condition: Bool, _ what: @autoclosure () -> String) {
        if !condition, fault == nil { fault = "\(what()) at \(now.monotonic.nanoseconds / 1_000_000) ms" }
    }

    private func step() {
        let job = random.pick(jobs)
        switch random.below(6) {
        case 0, 1: if let report = job.worker?.takeReport() { handle(.report(report), job) }
        case 2: job.worker?.takeCommand(at: now)
        case 3 where job.worker?.isDead == true: bury(job)
        default: passTime()
        }
        for job in jobs { job.worker?.act(at: now, &random) }
        let running = jobs.count { $0.definition.policy.concurrency != nil && $0.worker?.run != nil }
        let most = jobs.compactMap(\.definition.policy.concurrency).first?.max ?? 0
        require(running <= most, "\(running) runs of a group of \(most)")
    }

    /// What workers wrote is read before their silence means anything, as the daemon does it.
    private func passTime() {
        for job in jobs {
            while let report = job.worker?.takeReport() { handle(.report(report), job) }
            if job.worker?.isDead == true { bury(job) }
            if job.supervisor.deadline <= now.monotonic { return handle(.deadline, job) }
        }
        let isHeard = jobs.allSatisfy { $0.worker?.commands.isEmpty ?? true }
        for job in jobs where random.chance(2) { job.worker?.takeCommand(at: now) }
        let next =
            jobs.map { min($0.supervisor.deadline, $0.worker?.deadline ?? .distantFuture) }.min() ?? now.monotonic
        let step =
            isHeard && random.chance(3) ? next : min(next, now.monotonic + .milliseconds(Int64(1 + random.below(50))))
        guard step > now.monotonic, step < .distantFuture else { return }
        now = Moment(step)
    }

    private func bury(_ job: ModelJob) {
        while let report = job.worker?.takeReport() { handle(.report(report), job) }
        job.book(job.worker?.death)
        job.worker = nil
        handle(.exited("dead"), job)
    }

    private func handle(_ event: Event, _ job: ModelJob) {
        var effects: [Effect] = []
        job.supervisor.handle(event, at: now, effects: &effects)
        for effect in effects { perform(effect, job) }
    }

    private func perform(_ effect: Effect, _ job: ModelJob) {
        switch effect {
        case .spawn:
            require(job.worker == nil, "two workers of \(job.id)")
            handle(.spawned, job)
            job.worker = ModelWorker(job, at: now)
        case .closeControl: job.worker?.commands.append(nil)
        case .killPredecessor: require(false, "\(job.id) has no predecessor")
        case .ping(let token): job.worker?.commands.append(.ping(token: token))
        case .log(.hung(let how)): require(false, "\(job.id): \(how)")
        case .send(let command): job.worker?.commands.append(command)
        case .askForPermit: permit(permits.ask(job.number, job.definition.policy.concurrency!))
        case .returnPermit: permit(permits.giveBack(job.number, group: "g"))
        case .terminate, .kill: job.worker?.die(.cancelled)
        case .log(.violation(let what)): require(false, "\(job.id): \(what)")
        case .book(let booking): job.note(booking)
        case .log, .call, .logStacks: break
        }
    }

    private func permit(_ numbers: [Int]) {
        for number in numbers { handle(.permitted, jobs.first { $0.number == number }!) }
    }
}

/// A job, and what its runs have come to as its workers know it.
private final class ModelJob {
    let definition: JobDefinition
    let number: Int
    var supervisor: JobSupervisor
    var worker: ModelWorker?
    /// The last attempt's outcome of each slot that has begun.
    private var outcomes: [SlotInstant: Outcome] = [:]
    private var attempts: [SlotInstant: Int64] = [:]
    private var bookings = ModelBooks()
    private var trouble: String?

    var id: EntryID { definition.id }

    init(_ definition: JobDefinition, at now: Moment, seed: UInt64) {
        self.definition = definition
        number = Int(definition.id.name.dropFirst(3))!
        supervisor = JobSupervisor(definition, start: now, seed: seed)
    }

    func begin(_ slot: SlotInstant, attempt: Int64) {
        let before = attempts[slot] ?? 0
        if attempt != before + 1 { trouble = trouble ?? "attempt \(attempt) behind \(before)" }
        if attempt > Int64(definition.policy.retry?.delays.maxAttempts ?? 1) {
            trouble = trouble ?? "attempt \(attempt)"
        }
        attempts[slot] = attempt
    }

    func end(_ slot: SlotInstant, _ outcome: Outcome) { outcomes[slot] = outcome }

    /// The daemon's word on a run that was cut: of those it alone knows why.
    func note(_ booking: Booking) {
        bookings.file(booking, of: supervisor.books.timetable)
        guard let slot = booking.last, booking.run != nil, !booking.outcome.isReported else { return }
        outcomes[slot] = booking.outcome
    }

    func book(_ death: (slot: SlotInstant, outcome: Outcome)?) {
        if let death, outcomes[death.slot] == nil { outcomes[death.slot] = death.outcome }
    }

    func compare(_ require: (Bool, @autoclosure () -> String) -> Void) {
        require(trouble == nil, "\(id): \(trouble ?? "")")
        let books = supervisor.books
        let due = books.timetable.count(after: books.timetable.start, through: books.accounted)
        require(books.total == due, "\(id): \(books.total) outcomes of \(due) slots")
        bookings.check(books, due: due)
        require(bookings.fault == nil, "\(id): \(bookings.fault ?? "")")
        for outcome in [Outcome.ok, .failed, .timeout, .crashed, .cancelled] {
            let seen = Int64(outcomes.values.count { $0 == outcome })
            require(books[outcome] == seen, "\(id): \(books[outcome]) \(outcome) in the books, \(seen) seen")
        }
    }
}

/// The loop of a worker, as far as it decides what is run.
private final class ModelWorker {
    /// `nil`: the control pipe is closed.
    var commands: [Command?] = []
    private(set) var run: (slot: SlotInstant, number: Int64, end: MonotonicInstant, outcome: Outcome)?
    private(set) var isDead = false
    /// The run that was in hand when it died.
    private(set) var death: (slot: SlotInstant, outcome: Outcome)?
    private unowned let job: ModelJob
    private var reports: [Report] = []
    private var accounted: SlotInstant
    private var runs: Int64
    private var asking: (slot: SlotInstant, last: SlotInstant?)?
    private var queued: (slot: SlotInstant, last: SlotInstant)?
    private var skipsThrough: SlotInstant?
    private var isClosed = false

    private var timetable: Timetable { job.supervisor.books.timetable }

    init(_ job: ModelJob, at now: Moment) {
        self.job = job
        (accounted, runs) = (job.supervisor.workerAccounted, job.supervisor.runs)
        reports.append(.ready(.init(next: next(at: now.on(.monotonic)))))
    }

    func takeReport() -> Report? { reports.isEmpty ? nil : reports.removeFirst() }

    /// One at a time, and none in a run.
    func takeCommand(at now: Moment) {
        guard run == nil, !isDead, !commands.isEmpty else { return }
        switch commands.removeFirst() {
        case nil: isClosed = true
        case .skip(let through)?:
            accounted = max(accounted, through)
            asking = nil
        case .run(let command)?:
            // What comes together with the end is not begun.
            guard !commands.contains(where: { $0 == nil }), let slot = command.slot else { return }
            if let asked = asking, asked.slot == slot, command.attempt == 1 {
                asking = nil
                begin(slot, 1, skipping: asked.last, at: now)
            } else if slot == accounted, asking == nil {
                begin(slot, command.attempt, skipping: nil, at: now)
            }
        case .ping(let token)?: reports.append(.pong(token: token))
        case .definition?: break
        }
    }

    var deadline: MonotonicInstant {
        if isDead || asking != nil { return .distantFuture }
        if let run { return run.end }
        return MonotonicInstant(nanoseconds: timetable.next(after: accounted).nanoseconds)
    }

    func act(at now: Moment, _ random: inout SplitMix64) {
        guard !isDead else { return }
        if var run {
            if run.end == .distantFuture {
                // A run that has just begun: how long it takes, and what it comes to.
                let length = random.chance(6) ? 1_000_000 : Int64(random.below(1_200))
                run.end = now.monotonic + .milliseconds(length)
                run.outcome = random.pick([.ok, .ok, .failed, .crashed])
                self.run = run
            }
            if run.end <= now.monotonic { end(run, at: now) }
            return
        }
        if isClosed { return die(.ok) }
        guard asking == nil else { return }
        if let (slot, last) = queued { return want(slot, skipping: last, at: now) }
        if let due = timetable.last(through: now.on(.monotonic)), due > accounted { want(due, skipping: nil, at: now) }
    }

    private func want(_ slot: SlotInstant, skipping last: SlotInstant?, at now: Moment) {
        queued = nil
        guard job.definition.policy.concurrency != nil else { return begin(slot, 1, skipping: last, at: now) }
        asking = (slot, last)
        reports.append(.due(slot: slot))
    }

    private func begin(_ slot: SlotInstant, _ attempt: Int64, skipping last: SlotInstant?, at now: Moment) {
        runs += 1
        (accounted, skipsThrough, queued) = (slot, last, nil)
        run = (slot, runs, .distantFuture, .ok)
        job.begin(slot, attempt: attempt)
        reports.append(
            .begin(.init(run: runs, slot: slot, next: next(at: now.on(.monotonic)), lateness: .zero)))
    }

    private func end(
        _ run: (slot: SlotInstant, number: Int64, end: MonotonicInstant, outcome: Outcome), at now: Moment
    ) {
        guard run.outcome != .crashed else { return die(.crashed) }
        self.run = nil
        job.end(run.slot, run.outcome)
        let now = now.on(.monotonic)
        let next = timetable.next(after: max(now, accounted))
        reports.append(
            .end(
                .init(
                    run: run.number, slot: run.slot, next: next, lateness: .zero, duration: .zero,
                    outcome: run.outcome, text: "")))
        guard job.definition.policy.overlap == .queue else { return skip(after: accounted, through: now, next) }
        if let last = skipsThrough, last > accounted { skip(after: accounted, through: last, next) }
        if let last = timetable.last(through: now), last > accounted {
            queued = (timetable.next(after: accounted), last)
        }
    }

    private func skip(after start: SlotInstant, through end: SlotInstant, _ next: SlotInstant) {
        guard let last = timetable.last(through: end), last > start else { return }
        reports.append(.skipped(.init(first: timetable.next(after: start), last: last, next: next)))
        accounted = last
    }

    func die(_ outcome: Outcome) {
        isDead = true
        if let run { death = (run.slot, outcome) }
        run = nil
    }

    private func next(at now: SlotInstant) -> SlotInstant {
        if let due = timetable.last(through: now), due > accounted { return due }
        return timetable.next(after: max(now, accounted))
    }
}
