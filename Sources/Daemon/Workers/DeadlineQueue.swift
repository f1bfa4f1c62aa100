import Clocks

/// Which job's time comes next: a binary heap.
///
/// A job is in it once, but for entries that `prune` drops. One whose deadline moves later is not touched: it comes up at the old one and is put
/// back. A busy job's deadline moves with every run, and the heap is left alone.
struct DeadlineQueue {
    private struct Entry: Comparable {
        let instant: MonotonicInstant
        let job: Int

        /// Jobs of the same moment come in the order of the registry.
        static func < (left: Entry, right: Entry) -> Bool { (left.instant, left.job) < (right.instant, right.job) }
    }

    private var heap: [Entry] = []

    /// The earliest deadline.
    var next: MonotonicInstant? { heap.first?.instant }

    /// Sees to it that `job` comes up at its deadline or before.
    mutating func schedule(_ job: Job) {
        let deadline = job.deadline
        guard deadline < job.scheduledAt else { return }
        job.scheduledAt = deadline
        heap.append(Entry(instant: deadline, job: job.index))
        siftUp(heap.count - 1)
    }

    /// The next job whose scheduled moment is past, with that moment.
    mutating func popDue(at now: MonotonicInstant) -> (job: Int, instant: MonotonicInstant)? {
        guard let first = heap.first, first.instant <= now else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            siftDown(0)
        }
        return (first.job, first.instant)
    }

    /// How many entries there are, with those that are out of date.
    var count: Int { heap.count }

    /// Drops the entries that are out of date. `scheduledAt`: that of a job, or `nil` if there is none.
    ///
    /// An entry remains for each time that a job's deadline moves to an earlier moment, and one more is made for the
    /// later moment: of a job that runs once a year and has lost output every second they would fill the memory.
    mutating func prune(_ scheduledAt: (Int) -> MonotonicInstant?) {
        let sorted = heap.filter { scheduledAt($0.job) == $0.instant }.sorted()
        heap.removeAll(keepingCapacity: true)
        // Sorted it is a heap.
        for entry in sorted where heap.last != entry { heap.append(entry) }
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index] < heap[parent] else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            let left = 2 * index + 1
            guard left < heap.count else { return }
            let right = left + 1
            let child = right < heap.count && heap[right] < heap[left] ? right : left
            guard heap[child] < heap[index] else { return }
            heap.swapAt(index, child)
            index = child
        }
    }
}
