import Clocks
import Model
import Supervision
import Wire

/// How far `status` of all jobs has come: their lines are never in memory all at once.
struct StatusCursor {
    private var next = 0
    private(set) var count = 0
    /// Whether the client may read what the jobs say.
    private let showsTexts: Bool

    init(showsTexts: Bool) { self.showsTexts = showsTexts }

    /// The next job's; `nil`: there is none left.
    mutating func advance(_ pool: WorkerPool, at now: Moment) -> JobStatus? {
        while next < pool.jobs.count {
            next += 1
            guard let job = pool.jobs[next - 1], !job.definition.isHookOnly else { continue }
            count += 1
            let isFailing = job.supervisor.standing.failures > 0
            return JobStatus(
                job, earlierRun: pool.earlierRun(of: job), at: now, showsText: showsTexts && isFailing,
                pauses: pool.pauses)
        }
        return nil
    }
}
