import Clocks
import Model
import Supervision
import Wire

/// How far `metrics` has come: its lines are never in memory all at once.
struct MetricsCursor {
    private enum Stage { case daemon, durations, latenesses, jobs }

    private var stage = Stage.daemon
    private var next = 0
    private(set) var count = 0

    /// `nil`: there is nothing left.
    mutating func advance(_ pool: WorkerPool, _ daemon: @autoclosure () -> DaemonMetrics, at now: Moment)
        -> ControlAnswer?
    {
        switch stage {
        case .daemon:
            stage = .durations
            return .daemon(daemon())
        case .durations:
            stage = .latenesses
            return .histogram(pool.counters.histogram(.duration))
        case .latenesses:
            stage = .jobs
            return .histogram(pool.counters.histogram(.lateness))
        case .jobs: return job(pool, at: now).map { .measured($0) }
        }
    }

    private mutating func job(_ pool: WorkerPool, at now: Moment) -> JobMetrics? {
        while next < pool.jobs.count {
            next += 1
            guard let job = pool.jobs[next - 1], !job.definition.isHookOnly else { continue }
            count += 1
            return JobMetrics(job, pool, at: now)
        }
        return nil
    }
}

extension DaemonCounters {
    func histogram(_ kind: SpanHistogram.Kind) -> SpanHistogram {
        let (counter, bounds) =
            kind == .duration ? (Counter.durations, RunSpans.durations) : (.latenesses, RunSpans.latenesses)
        return SpanHistogram(
            kind, bounds: bounds.map { $0 / 1_000 },
            counts: (0...bounds.count).map { Int64(clamping: self[counter, $0]) },
            sum: Int64(clamping: self[counter, bounds.count + 1] / 1_000))
    }
}
