import Books
import Clocks
import Journal

/// What is counted of the daemon and of its jobs for those who watch them. It lies beside the books and goes on over a restart.
final class DaemonCounters {
    /// `nil`: nothing of it outlives the daemon, and nothing of jobs is counted.
    private(set) var file: CounterFile?
    private var own = [UInt64](repeating: 0, count: DaemonCounters.count)

    /// In words, with room for more.
    private static let count = 128

    /// Of the daemon. The first number of each is its place in the file.
    enum Counter: Int, CaseIterable {
        /// Runs by how long they took, and their sum in nanoseconds.
        case durations = 0
        /// The same by how late they began.
        case latenesses = 24
        case droppedOutput = 48
        case droppedTicks, droppedRecords
        case reloads, refusedReloads
        case ledgerCommits, ledgerErrors, lostOutput, lostIncidents, lostRows
        /// What the sources of the five before had come to when they were looked at last.
        case seen = 64
    }

    /// Of a job.
    enum Column: Int, CaseIterable {
        /// In nanoseconds, of runs that have ended.
        case duration, ended
        /// The last one that was ok: when it ended, in nanoseconds since 1970, and its slot on the job's own clock.
        case lastOk, lastSlot
        /// Workers that ended unasked, by why.
        case exited, hung, brokeProtocol, fault
    }

    subscript(counter: Counter, offset: Int) -> UInt64 {
        get { file.map { $0[counter.rawValue + offset] } ?? own[counter.rawValue + offset] }
        set {
            if let file {
                file[counter.rawValue + offset] = newValue
            } else {
                own[counter.rawValue + offset] = newValue
            }
        }
    }

    subscript(counter: Counter) -> UInt64 {
        get { self[counter, 0] }
        set { self[counter, 0] = newValue }
    }

    func add(_ count: UInt64, to counter: Counter) { self[counter] &+= count }

    /// It grows by as much as its source has since the last look. A source that has less than then has begun anew.
    func follow(_ counter: Counter, _ now: UInt64) {
        let place = counter.rawValue - Counter.ledgerCommits.rawValue
        let before = self[.seen, place]
        guard now != before else { return }
        add(now >= before ? now - before : now, to: counter)
        self[.seen, place] = now
    }

    /// A counter of a job, which is 0 where there is no place for it.
    subscript(place: Int?, column: Column) -> UInt64 {
        get { place.flatMap { place in file.map { $0[place, column.rawValue] } } ?? 0 }
        set { if let place, let file { file[place, column.rawValue] = newValue } }
    }

    // MARK: Where they lie

    /// From now on they go on in this one. What was counted so far is of nobody.
    func open(_ file: CounterFile?) { self.file = file }

    /// It was removed, and made anew. `places`: of jobs, where they were and where they are.
    func move(to new: CounterFile?, rows: [(row: [UInt64], place: Int)]) {
        let heads = (0..<Self.count).map { file?[$0] ?? own[$0] }
        file = new
        guard let new else {
            own = heads
            return
        }
        for (index, value) in heads.enumerated() where new[index] != value { new[index] = value }
        for (row, place) in rows { for (column, value) in row.enumerated() { new[place, column] = value } }
    }

    // MARK: Runs

    /// A run has ended.
    func note(duration: Nanoseconds, lateness: Nanoseconds?) {
        note(duration, .durations, RunSpans.durations)
        if let lateness { note(lateness, .latenesses, RunSpans.latenesses) }
    }

    private func note(_ span: Nanoseconds, _ counter: Counter, _ bounds: [Int64]) {
        let count = max(0, span.count)
        let bucket = bounds.firstIndex { count <= $0 } ?? bounds.count
        self[counter, bucket] &+= 1
        self[counter, bounds.count + 1] &+= UInt64(count)
    }

    // MARK: The ledger

    func follow(_ lost: JournalLoss, _ news: JournalReaderNews) {
        follow(.ledgerCommits, news.commits)
        follow(.ledgerErrors, news.failures)
        follow(.lostOutput, lost.output)
        follow(.lostIncidents, lost.incidents)
        follow(.lostRows, lost.rows)
    }
}

/// The bounds of the histograms, in nanoseconds.
enum RunSpans {
    private static let (millisecond, second) = (Int64(1_000_000), Int64(1_000_000_000))

    /// From 1 ms to 4 h.
    static let durations: [Int64] =
        [1, 5, 10, 50, 100, 500].map { $0 * millisecond }
        + [1, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400].map { $0 * second }
    /// From 100 µs to 5 min.
    static let latenesses: [Int64] =
        [100, 250, 500].map { $0 * millisecond / 1_000 }
        + [1, 2, 5, 10, 25, 50, 100, 250, 500].map { $0 * millisecond } + [1, 5, 10, 30, 60, 300].map { $0 * second }
}
