import LedgerStore
import Synchronization

/// What the last runs wrote: one thread adds to it, and another reads.
package final class SharedTails: Sendable {
    private let tails = Mutex(OutputTails())

    package init() {}

    func append(_ line: String, run: Int64, of job: Int64) { tails.withLock { $0.append(line, run: run, of: job) } }

    func forget(_ job: Int64, run: Int64?) { tails.withLock { $0.forget(job, run: run) } }

    func output(of job: Int64, run: Int64?) -> KeptOutput? { tails.withLock { $0.output(of: job, run: run) } }

    func end(_ run: Int64, of job: Int64) { tails.withLock { $0.end(run, of: job) } }

    func lines(of run: Int64, _ job: Int64, after count: Int64) -> NewLines {
        tails.withLock { $0.lines(of: run, job, after: count) }
    }

    /// As they are now, to go back to.
    var saved: OutputTails { tails.withLock { $0 } }

    func restore(_ saved: OutputTails) { tails.withLock { $0 = saved } }
}
