public import CronWorkerKit
import Synchronization

/// Looks for further prime numbers in each run.
///
/// The entry's `args`: `count`, how many numbers to look at in a run.
@Sendable
public func primes(_ context: JobContext) throws -> JobResult {
    guard let count = context.args["count"]?.int, count > 0 else {
        throw JobError("'args.count' is missing; expected how many numbers to look at in a run")
    }
    let (last, found) = progress.withLock { progress in
        for _ in 0..<count { progress.next() }
        return (progress.last, progress.found)
    }
    context.logger.debug("looked further", ["last": "\(last)"])
    return "\(found) primes up to \(last)"
}

/// A worker lives on from run to run, and so does what it remembers.
private let progress = Mutex(Progress())

private struct Progress: Sendable {
    private(set) var last = 1
    private(set) var found = 0

    mutating func next() {
        last += 1
        var divisor = 2
        while divisor * divisor <= last {
            if last % divisor == 0 { return }
            divisor += 1
        }
        found += 1
    }
}
