import Clocks
import Model
import Schedules
import Supervision
import Turns
import Values
import Wire

extension JobMetrics {
    init(_ job: Job, _ pool: WorkerPool, at now: Moment) {
        self.init()
        let (definition, supervisor) = (job.definition, job.supervisor)
        let books = supervisor.books
        (entry, kind, group) = (definition.id, definition.kind.rawValue, definition.policy.concurrency?.group)
        let text = String(definition.schedule.text[...].beginning(bytes: JobStatus.longestText))
        schedule = definition.schedule.key == "interval" ? "@every \(text)" : text
        state = JobStatus.State(of: supervisor)
        isRunning = (supervisor.phase.run ?? pool.earlierRun(of: job)) != nil
        (isFailing, isLate) = (supervisor.standing.isFailing, supervisor.standing.isLate)
        (isPaused, failures) = (supervisor.isPaused, Int64(supervisor.standing.failures))
        // One that is going need not be in the books: a daemon that takes its place would have less.
        runs = books.begun - (supervisor.phase.run?.number == books.runs ? 1 : 0)
        for outcome in Outcome.allCases where books[outcome] > 0 { slots[outcome] = books[outcome] }
        next = JobStatus.nextSlot(of: job, pool.pauses, at: now).map { now.wall(of: $0, on: books.clock).microseconds }
        due = Self.due(job, pool.counters, at: now).map {
            max($0, Self.delayed(supervisor, at: now) ?? $0).microseconds
        }
        last = books.lastRun.flatMap { Last($0) }
        if let place = job.bookPlace, pool.counters.file != nil { counted = Counted(place, pool.counters) }
    }

    /// The first slot after the last one that was ok, or since the job is there. It was due, or is to come; `nil`: there is none.
    private static func due(_ job: Job, _ counters: DaemonCounters, at now: Moment) -> WallInstant? {
        let books = job.supervisor.books
        guard books.areOpen, counters.file != nil else { return nil }
        let last = SlotInstant(nanoseconds: Int64(bitPattern: counters[job.bookPlace, .lastSlot]))
        // That of another schedule may be on another clock, and the clock may have been set back since.
        let isOfThese = last >= books.timetable.start && last <= now.on(books.clock)
        let slot = books.timetable.next(after: isOfThese ? last : books.timetable.start)
        return JobStatus.isToCome(slot, of: job, at: now) ? now.wall(of: slot, on: books.clock) : nil
    }

    /// When that slot is attempted again, or made up for, or was.
    private static func delayed(_ supervisor: JobSupervisor, at now: Moment) -> WallInstant? {
        if let attempt = supervisor.orders.pending { return now.wall + (attempt.at - now.monotonic) }
        guard let run = supervisor.phase.run else { return nil }
        return run.attempt > 1 || run.isCaughtUp || run.isManual ? run.began.wall : nil
    }
}

extension JobMetrics.Last {
    fileprivate init?(_ booking: Booking) {
        guard let run = booking.run else { return nil }
        self.init()
        (began, lateness) = (run.began.microseconds, max(.zero, run.lateness))
        duration = max(.zero, run.duration)
    }
}

extension JobMetrics.Counted {
    fileprivate init(_ place: Int, _ counters: DaemonCounters) {
        self.init()
        func count(_ column: DaemonCounters.Column) -> Int64 { Int64(clamping: counters[place, column]) }
        (duration, ended) = (Nanoseconds(count(.duration)), count(.ended))
        lastOk = count(.lastOk) > 0 ? count(.lastOk) / 1_000 : nil
        (restarts.exited, restarts.hung) = (count(.exited), count(.hung))
        (restarts.brokeProtocol, restarts.fault) = (count(.brokeProtocol), count(.fault))
    }
}
