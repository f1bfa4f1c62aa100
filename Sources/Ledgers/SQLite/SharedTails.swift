import LedgerStore
import Synchronization

/// What the last runs wrote: one thread adds to it, and another reads.
package final class SharedTails: Sendable {
    private let tails = Mutex(OutputTails())

    package init() {}

    func append(_ line: String, run: Int64, of job: Int64) { tails.withLock { $0.append(line, run: run, of: job) } }

    func forget(_ job: Int64, run: Int64?) { tails.withLock { $0.forget(job, run: run) } }

    func output(of job: Int64, run: Int64?) -> KeptOutput? { tails.withLock { $0.output(of: job, run: run) } }

    /// As they are now, to go back to.
    var saved: OutputTails { tails.withLock { $0 } }

    func restore(_ saved: OutputTails) { tails.withLock { $0 = saved } }
}
