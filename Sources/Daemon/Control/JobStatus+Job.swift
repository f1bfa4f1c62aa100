import Clocks
import Model
import Schedules
import Supervision
import Turns
import Values
import Wire

extension JobStatus {
    init(_ job: Job, at now: Moment, showsText: Bool) {
        self.init()
        let (definition, supervisor) = (job.definition, job.supervisor)
        let schedule = definition.schedule
        entry = definition.id
        state = State(supervisor.phase)
        let text = String(schedule.text[...].beginning(bytes: Self.longestText))
        if schedule.key == "interval" { interval = text } else { self.schedule = text }
        timezone = schedule.zone?.name
        pid = (job.worker?.pid ?? job.previousWorker?.pid).map { Int64($0) }
        let books = supervisor.books
        next = books.areOpen ? Self.next(books, schedule, at: now) : nil
        run = supervisor.phase.run.map { Going($0, books.clock, at: now) }
        last = books.lastRun.flatMap { Last($0, books.clock, at: now, showsText: showsText) }
        (runs, retried) = (books.runs, books.retried)
        for outcome in Outcome.allCases where books.sum(outcome) > 0 { counts[outcome] = books.sum(outcome) }
        (failures, isLate) = (Int64(supervisor.standing.failures), supervisor.standing.isLate)
        retry = (supervisor.orders.pending?.at).map { (now.wall + ($0 - now.monotonic)).microseconds }
    }

    /// `nil`: none is to come.
    private static func next(_ books: SlotBooks, _ schedule: Schedule, at now: Moment) -> Int64? {
        let slot = books.next(at: now)
        guard slot != .distantFuture else { return nil }
        let wall = now.wall(of: slot, on: books.clock)
        if let end = schedule.endsAt, !(wall < end) { return nil }
        return wall.microseconds
    }
}

extension JobStatus.State {
    fileprivate init(_ phase: Phase) {
        switch phase {
        case .waiting(.distantFuture, .firstStart): self = .asleep
        case .waiting(_, .firstStart), .waiting(_, .succession), .starting: self = .starting
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

extension JobStatus.Going {
    fileprivate init(_ run: Phase.Run, _ clock: ScheduleClock, at now: Moment) {
        self.init()
        (number, attempt, isManual) = (run.number, Int64(run.attempt), run.isManual)
        slot = run.slot.map { now.wall(of: $0, on: clock).microseconds }
        began = run.began.wall.microseconds
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
    fileprivate var microseconds: Int64 { floorDivide(nanoseconds, 1_000) }
}
