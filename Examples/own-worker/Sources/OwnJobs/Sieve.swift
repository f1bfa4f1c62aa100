public import CronWorkerKit

/// Counts prime numbers, and gives up in time: before its time-out, or when it is told to.
///
/// The entry's `args`: `limit`, up to which number to count.
@Sendable
public func sieve(_ context: JobContext) async throws -> JobResult {
    let limit = Int(context.args["limit"]?.int ?? 100_000)
    var (isComposite, found) = ([Bool](repeating: false, count: limit + 1), 0)
    for number in stride(from: 2, through: limit, by: 1) where !isComposite[number] {
        found += 1
        for multiple in stride(from: number * number, through: limit, by: number) { isComposite[multiple] = true }
        if context.isCancelled { throw JobError("told to end at \(number)") }
        if let deadline = context.deadline, SuspendingClock.now >= deadline {
            throw JobError("no time left at \(number)")
        }
        await Task.yield()
    }
    return "\(found) primes up to \(limit)"
}
