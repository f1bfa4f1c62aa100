import Clocks
import Schedules
import Supervision
import Turns
import Values
import Wire

/// How far the slots of a job that are to come have been told: they are never in memory all at once.
struct SlotCursor {
    private let id: EntryID
    private var left: Int64
    /// `nil`: it is to be looked for, or there is none.
    private var next: SlotInstant?

    init(_ request: ControlRequest.Next) { (id, left) = (request.entry, request.count) }

    /// The next one's moment, in microseconds since 1970; `nil`: there is none left.
    mutating func advance(_ pool: WorkerPool, at now: Moment) -> Int64? {
        guard left > 0, let job = pool.jobsByID[id] else { return nil }
        let timetable = job.supervisor.books.timetable
        next = next.map { timetable.next(after: $0) } ?? JobStatus.nextSlot(of: job, pool.pauses, at: now)
        guard let next, JobStatus.isToCome(next, of: job, at: now) else {
            left = 0
            return nil
        }
        left -= 1
        return now.wall(of: next, on: job.clock).microseconds
    }
}
