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
    func histories() { play(400, mortal: false) }

    @Test("give every slot one outcome, the true one, and begin none twice, whenever the daemon is killed")
    func deaths() { play(400, mortal: true) }

    private func play(_ count: Int, mortal: Bool) {
        for iteration in 0..<Fuzz.iterations(count) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            let world = PolicyWorld(seed: seed, mortal: mortal)
            world.live(steps: 400)
            guard let fault = world.fault else { continue }
            Issue.record("FUZZ_SEED=\(seed) FUZZ_ITERATIONS=1: \(fault)")
            return
        }
    }
}

/// Some jobs on a simulated clock, each with a worker. Both halves of the protocol between them are the real ones, and what they
/// say to each other takes its time, so that it crosses.
private final class PolicyWorld {
    private var random: SplitMix64
    private var now: Moment = at(1_000)
    private var jobs: [PlayedJob] = []
    private var permits = PermitQueue()
    private var catchUps: CatchUpQueue
    private let mostCatchUps: Int
    private(set) var fault: String?
    /// The daemon is killed now and then.
    private let isMortal: Bool
    private var hasDied = false
    /// How many events are being handled, one by the other.
    private var depth = 0
    private var epoch = UInt64(0)

    init(seed: UInt64, mortal: Bool) {
        random = SplitMix64(seed: seed)
        isMortal = mortal
        let group = RunPolicy.Concurrency(group: "g", max: 1 + random.below(2))
        mostCatchUps = 1 + random.below(2)
        catchUps = CatchUpQueue(most: mostCatchUps)
        for number in 0..<(2 + random.below(3)) {
            var job = definition(schedule(), name: "job\(number)")
            job.lifecycle.restart.maxAttempts = 0
            job.lifecycle.restart.initialDelay = .milliseconds(100)
            job.policy = policy(group)
            jobs.append(
                PlayedJob(
                    job, number: number, isAsync: random.chance(2), knowsPauses: !random.chance(4), at: now,
                    seed: random.next()))
        }
    }

    private func schedule() -> Schedule {
        var schedule =
            switch random.below(8) {
            case 0: calendar(random.pick(["* * * * * *", "5/2 * * * * *"]))
            case 1: Schedule(.aligned(AlignedInterval(.seconds(2), in: .utc)), text: "2s")
            case 2: Schedule(.none, text: Schedule.bootText)
            default: Schedule.interval(.milliseconds(Int64(500 + random.below(2_000))))
            }
        if random.chance(3) { schedule.jitter = .milliseconds(Int64(1 + random.below(900))) }
        if random.chance(3) { schedule.splay = .milliseconds(Int64(1 + random.below(400))) }
        schedule.runsAtStart = schedule.rule == .none || random.chance(4)
        return schedule
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
        policy.catchUp.slots = random.pick(RunPolicy.CatchUp.Slots.allCases)
        policy.catchUp.max = 1 + random.below(5)
        if random.chance(4) { policy.catchUp.spread = .milliseconds(Int64(1 + random.below(2_000))) }
        if random.chance(3) { policy.startingDeadline = .milliseconds(Int64(50 + random.below(4_000))) }
        policy.onLost = random.pick(RunPolicy.OnLost.allCases)
        if !random.chance(4) {
            policy.concurrency = group
            policy.claims = random.chance(3)
            if random.chance(2) { policy.concurrency?.wait = .milliseconds(Int64(50 + random.below(3_000))) }
        }
        return policy
    }

    func live(steps: Int) {
        for _ in 0..<steps where fault == nil { step() }
        for job in jobs where isMortal && job.supervisor.awaitsNote {
            // A job that ends now leaves its books as they were.
            for _ in 0..<2_000 where fault == nil && job.supervisor.awaitsNote { step() }
        }
        mayDie = false
        for job in jobs { handle(.stop(grace: .milliseconds(Int64(random.below(2_000)))), job) }
        for _ in 0..<2_000 where fault == nil && jobs.contains(where: { $0.supervisor.phase != .stopped }) { step() }
        for job in jobs where fault == nil {
            require(job.supervisor.phase == .stopped, "\(job.id) does not end: \(job.supervisor.phase)")
            require(job.worker == nil, "\(job.id) has a worker behind its end")
            job.compare(hasDied: hasDied, require)
        }
    }

    private func require(_ condition: Bool, _ what: @autoclosure () -> String) {
        if !condition, fault == nil { fault = "\(what()) at \(now.monotonic.nanoseconds / 1_000_000) ms" }
    }

    private func step() {
        let job = random.pick(jobs)
        if isMortal, mayDie, random.chance(150) { return die() }
        switch random.below(7) {
        case 0, 1: if let report = job.worker?.takeReport() { handle(.report(report), job) }
        case 2: job.worker?.receive(&random)
        case 3 where job.worker?.isDead == true: bury(job)
        case 4 where random.chance(10): disturb(job)
        default: passTime()
        }
        for job in jobs where !random.chance(4) {
            job.worker?.act(at: now, &random)
            act(job.previous, of: job)
        }
        let running = jobs.count { $0.definition.policy.concurrency != nil && $0.worker?.run?.isCall == false }
        let most = jobs.compactMap(\.definition.policy.concurrency).first?.max ?? 0
        require(running <= most, "\(running) runs of a group of \(most)")
    }

    /// What workers wrote is read before their silence means anything, as the daemon does it.
    private func passTime() {
        for job in jobs {
            while let report = job.worker?.takeReport() { handle(.report(report), job) }
            if job.worker?.isDead == true { bury(job) }
            if job.isWatched, job.previous?.isDead ?? true { return endWatch(job) }
            if job.supervisor.deadline <= now.monotonic { return handle(.deadline, job) }
        }
        let isHeard = jobs.allSatisfy { $0.worker?.hasHeardAll ?? true }
        for job in jobs where random.chance(2) { job.worker?.receive(&random) }
        let next =
            jobs.map {
                min(
                    $0.supervisor.deadline, $0.worker?.deadline ?? .distantFuture,
                    $0.previous?.deadline ?? .distantFuture)
            }.min() ?? now.monotonic
        let step =
            isHeard && random.chance(3) ? next : min(next, now.monotonic + .milliseconds(Int64(1 + random.below(50))))
        guard step > now.monotonic, step < .distantFuture else { return }
        now = Moment(monotonic: step, wall: now.wall + (step - now.monotonic))
    }

    /// Somebody sets the wall clock, by less than what is taken for a correction, pauses the job or intervenes, or its function is called.
    private func disturb(_ job: PlayedJob) {
        if random.chance(3) { return intervene(job) }
        if random.chance(2) { return pause(job) }
        guard random.chance(2) else {
            job.calls += 1
            return handle(.call(event: "{}"), job)
        }
        now.wall = now.wall + .milliseconds(Int64(random.below(6_000)) - 3_000)
        for job in jobs {
            job.forgetPauses()
            handle(.clockWasSet, job)
            job.worker?.clockWasSet()
            job.previous?.clockWasSet()
        }
    }

    /// Somebody ends its run or gives up what it owes, or wants a fresh worker.
    private func intervene(_ job: PlayedJob) {
        let acts: [Intervention] = [.cancel, .giveUpOwed, .restart(isNow: false), .restart(isNow: true), .reset]
        let act = random.pick(acts)
        if act == .giveUpOwed, job.supervisor.obstacleToGivingUp != nil { return }
        handle(.intervene(act), job)
    }

    private func pause(_ job: PlayedJob) {
        let isOn = !job.isPaused
        // The end of a pause is noted behind what is booked by it.
        if isOn { job.isPaused = true }
        handle(.pause(isOn), job)
        job.isPaused = job.supervisor.isPaused
    }

    private func bury(_ job: PlayedJob) {
        while let report = job.worker?.takeReport() { handle(.report(report), job) }
        job.book(job.worker?.death)
        if isMortal, let note = job.worker?.note { handle(.noted(note), job) }
        // The daemon may have been killed meanwhile.
        guard job.worker != nil else { return }
        job.worker = nil
        handle(.exited("dead"), job)
    }

    // MARK: The daemon's lives

    private var mayDie = true

    private func die() {
        hasDied = true
        (permits, catchUps) = (PermitQueue(), CatchUpQueue(most: mostCatchUps))
        // Nobody is there for a while.
        if random.chance(2) {
            let span = Nanoseconds.milliseconds(Int64(random.below(8_000)))
            now = Moment(monotonic: now.monotonic + span, wall: now.wall + span)
        }
        for job in jobs {
            job.beginLife(at: now, seed: random.next())
            handle(.pause(job.isPaused), job)
            // As where the service manager kills them with it.
            if random.chance(3) { job.previous?.die(.interrupted) }
        }
    }

    /// It has no daemon, hears that at the end of its run, and ends.
    private func act(_ worker: PlayedWorker?, of job: PlayedJob) {
        guard let worker else { return }
        worker.receive(&random)
        worker.act(at: now, &random)
        while worker.takeReport() != nil {}
    }

    private func spawn(_ job: PlayedJob) {
        require(job.worker == nil, "two workers of \(job.id)")
        if let previous = job.previous, !previous.isDead { return handle(.occupied(by: 77), job) }
        if job.supervisor.awaitsNote { handle(.noted(job.previous?.note), job) }
        job.previous = nil
        epoch += 1
        job.supervisor.expectNote(epoch: epoch)
        job.save()
        handle(.spawned, job)
        job.worker = PlayedWorker(job, epoch: epoch, at: now)
    }

    private func endWatch(_ job: PlayedJob) {
        job.isWatched = false
        if job.supervisor.awaitsNote { handle(.noted(job.previous?.note), job) }
        job.previous = nil
        handle(.exited("the previous worker has ended"), job)
    }

    private func handle(_ event: Event, _ job: PlayedJob) {
        depth += 1
        var effects: [Effect] = []
        job.supervisor.handle(event, at: now, effects: &effects)
        let isNested = effects.contains(.spawn) || effects.contains(.askForPermit) || effects.contains(.returnPermit)
        job.notePause(at: now)
        for effect in effects { perform(effect, job) }
        depth -= 1
        // Killed when it has done what it decided, and before that is in the books.
        if depth == 0, isMortal, mayDie, !isNested, random.chance(300) { return die() }
        job.save()
    }

    private func perform(_ effect: Effect, _ job: PlayedJob) {
        switch effect {
        case .spawn: spawn(job)
        case .closeControl: job.worker?.send(nil)
        case .killPreviousWorker:
            require(hasDied, "\(job.id) has no previous worker")
            job.previous?.die(.timeout)
        case .watchPreviousWorker:
            require(hasDied, "\(job.id) has no previous worker")
            job.isWatched = true
        case .log(.noteRefused(let why)): require(false, "\(job.id): \(why)")
        case .ping(let token): job.worker?.send(.ping(token: token))
        case .log(.hung(let how)): require(false, "\(job.id): \(how)")
        case .send(let command): job.worker?.send(command)
        case .askForPermit:
            if let slot = job.supervisor.nextOwed(at: now) {
                letCatchUp(catchUps.ask(job.number, slot: slot))
            } else {
                askGroup(job)
            }
        case .returnPermit:
            permit(permits.giveBack(job.number, group: "g"))
            letCatchUp(catchUps.giveBack(job.number))
        case .terminate, .kill: (job.worker ?? job.previous)?.die(.cancelled)
        case .log(.violation(let what)): require(false, "\(job.id): \(what)")
        case .book(let booking): job.note(booking)
        case .log(.callsDropped(let count)): job.calls -= count
        case .log, .call, .logStacks: break
        }
    }

    private func letCatchUp(_ numbers: [Int]) { for number in numbers { askGroup(jobs[number]) } }

    private func askGroup(_ job: PlayedJob) {
        guard let group = job.definition.policy.concurrency else { return handle(.permitted, job) }
        permit(permits.ask(job.number, group))
    }

    private func permit(_ numbers: [Int]) {
        for number in numbers {
            guard let job = jobs.first(where: { $0.number == number }) else { continue }
            // A ledger that is away, now and then.
            handle(job.definition.policy.claims && random.chance(5) ? .refused : .permitted, job)
        }
    }
}
