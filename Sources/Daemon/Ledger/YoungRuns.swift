import Clocks

/// Runs that have begun just now, oldest first: one that ends soon has one record in the ledger, that of its end.
struct YoungRuns {
    struct Run: Hashable {
        /// The job's place in the table of jobs.
        let job: Int
        /// 0: it has ended.
        fileprivate(set) var number: Int64
        fileprivate let due: MonotonicInstant
    }

    /// Those before `first` are gone: to move what remains at each would cost the square of its size.
    private var runs: [Run] = []
    private var first = 0

    /// As often as the ledger commits what has come.
    private static let youth = Nanoseconds.milliseconds(200)

    /// When `takeOld` has something to give.
    var deadline: MonotonicInstant { first < runs.count ? runs[first].due : .distantFuture }

    mutating func append(_ number: Int64, of job: Int, at now: MonotonicInstant) {
        runs.append(Run(job: job, number: number, due: now + Self.youth))
    }

    /// Runs end soon after they have begun, and not in their order: it is among the first, or is looked at when it is due.
    private static let looks = 32

    /// The job's run has ended: nobody is to wake up for it.
    mutating func remove(of job: Int) {
        for index in first..<min(runs.count, first + Self.looks) where runs[index].job == job {
            runs[index].number = 0
            break
        }
        while first < runs.count, runs[first].number == 0 { removeFirst() }
    }

    /// The oldest, if it is not young any more.
    mutating func takeOld(at now: MonotonicInstant) -> Run? {
        guard deadline <= now else { return nil }
        defer { removeFirst() }
        return runs[first]
    }

    private mutating func removeFirst() {
        first += 1
        if first > runs.count / 2 {
            runs.removeFirst(first)
            first = 0
        }
    }
}
