import Clocks
import Model
import Schedules
import Supervision
import Turns
import Values
import Wire

extension JobStatus {
    /// `earlierRun`: which a worker of a previous life goes on with.
    init(_ job: Job, earlierRun: Phase.Run? = nil, at now: Moment, showsText: Bool, pauses: PauseTable) {
        self.init()
        let (definition, supervisor) = (job.definition, job.supervisor)
        let schedule = definition.schedule
        entry = definition.id
        state = State(of: supervisor)
        let text = String(schedule.text[...].beginning(bytes: Self.longestText))
        if schedule.key == "interval" { interval = text } else { self.schedule = text }
        (hasSeconds, isAligned) = (schedule.hasSeconds, schedule.isAligned)
        timezone = schedule.zone?.name
        pid = (job.worker?.pid ?? job.previousWorker?.pid).map { Int64($0) }
        let books = supervisor.books
        pause = pauses.pause(of: definition, at: now.wall).map { Pause($0) }
        let slot = Self.nextSlot(of: job, pauses, at: now)
        next = slot.map { now.wall(of: $0, on: books.clock).microseconds }
        run = (supervisor.phase.run ?? earlierRun).map { Going($0, books.clock, at: now) }
        last = books.lastRun.flatMap { Last($0, books.clock, at: now, showsText: showsText) }
        (runs, retried) = (books.runs, books.retried)
        for outcome in Outcome.allCases where books.sum(outcome) > 0 { counts[outcome] = books.sum(outcome) }
        (failures, isLate) = (Int64(supervisor.standing.failures), supervisor.standing.isLate)
        retry = (supervisor.orders.pending?.at).map { (now.wall + ($0 - now.monotonic)).microseconds }
    }

    /// `nil`: none is to come.
    static func nextSlot(of job: Job, _ pauses: PauseTable, at now: Moment) -> SlotInstant? {
        let books = job.supervisor.books
        guard books.areOpen else { return nil }
        var slot = books.next(at: now)
        if let pause = pauses.pause(of: job.definition, at: now.wall) {
            guard let end = pause.until else { return nil }
            // One that comes with the end is in the pause no more.
            let last = Moment(monotonic: now.monotonic(of: end), wall: end).on(books.clock)
            slot = max(slot, books.timetable.next(after: SlotInstant(nanoseconds: last.nanoseconds - 1)))
        }
        return isToCome(slot, of: job, at: now) ? slot : nil
    }

    static func isToCome(_ slot: SlotInstant, of job: Job, at now: Moment) -> Bool {
        guard slot != .distantFuture else { return false }
        guard let end = job.definition.schedule.endsAt else { return true }
        return now.wall(of: slot, on: job.clock) < end
    }
}

extension Schedule {
    fileprivate var isAligned: Bool { if case .aligned = rule { true } else { false } }
}

extension JobStatus.State {
    init(of supervisor: JobSupervisor) {
        self.init(supervisor.phase)
        if supervisor.isPaused, supervisor.phase.isHeld { self = supervisor.mayBeginInPause ? .pausing : .paused }
    }

    fileprivate init(_ phase: Phase) {
        switch phase {
        case .waiting(.distantFuture, .firstStart): self = .asleep
        case .waiting(_, .firstStart), .waiting(_, .succession), .waiting(_, .pause), .starting: self = .starting
        case .waiting(_, .backoff): self = .backoff
        case .waiting(_, .shortage), .waiting(_, .previousWorker): self = .waiting
        case .idle: self = .idle
        case .queued: self = .queued
        case .running: self = .running
        case .leaving, .stopped: self = .stopping
        case .failed: self = .failed
        }
    }
}

extension Phase {
    /// Whether it is a pause that the job waits for, in a pause.
    fileprivate var isHeld: Bool {
        switch self {
        case .idle, .waiting(.distantFuture, .pause), .waiting(_, .succession): true
        case .queued(let turn): turn.call == nil
        case .waiting, .starting, .running, .leaving, .failed, .stopped: false
        }
    }
}

extension JobStatus.Going {
    fileprivate init(_ run: Phase.Run, _ clock: ScheduleClock, at now: Moment) {
        self.init()
        (number, attempt, isManual) = (run.number, Int64(run.attempt), run.isManual)
        slot = run.slot.map { now.wall(of: $0, on: clock).microseconds }
        began = run.began.wall.microseconds
    }
}

extension JobStatus.Pause {
    init(_ pause: JobPause) {
        self.init()
        (scope, user, note) = (pause.scope.text, Int64(pause.user), pause.note)
        (since, until) = (pause.since.microseconds, pause.until?.microseconds)
    }
}

extension JobStatus.Last {
    fileprivate init?(_ booking: Booking, _ clock: ScheduleClock, at now: Moment, showsText: Bool) {
        guard let run = booking.run else { return nil }
        self.init()
        (number, attempt, outcome) = (run.number, Int64(run.attempt), booking.outcome)
        slot = booking.last.map { now.wall(of: $0, on: clock).microseconds }
        (began, lateness, duration) = (run.began.microseconds, run.lateness, max(.zero, run.duration))
        code = run.end.code
        if showsText { text = String(run.end.text[...].beginning(bytes: JobStatus.longestText)) }
    }
}

extension WallInstant {
    var microseconds: Int64 { floorDivide(nanoseconds, 1_000) }
}
