import Clocks

/// Which job's time comes next: a binary heap.
///
/// A job is in it once at most times. One whose deadline moves later is not touched: it comes up at the old one and is put
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
