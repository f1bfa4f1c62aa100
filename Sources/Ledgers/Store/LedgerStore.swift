package import Clocks

/// Where a ledger keeps what the daemon has told it. One thread writes to it, and others may read at the same time.
///
/// What it answers does not depend on which store it is, nor on when it was folded: a suite of tests holds them all to that.
package protocol LedgerStore: AnyObject {
    /// What it has of the journal; `nil`: nothing of any.
    var position: JournalPosition? { get }
    /// So many records were taken since the last fold.
    var unfolded: Int { get }

    /// Takes the records and the place in the journal that they lead to, both or none. Those that it has already are ignored. After
    /// an error it has none of them, and may be asked again.
    func append(_ batch: RecordBatch, _ durability: Durability) throws(LedgerError) -> Appended

    /// Orders what was taken by job. It changes no answer, and makes those that come later cheap.
    func fold() throws(LedgerError)

    /// Removes what need not be kept, of at most `budget` rows.
    func prune(_ retention: Retention, at now: WallInstant, budget: Int) throws(LedgerError) -> Pruned

    /// Erases what runs of a job have said and written: of this one, or of all; `before`: of those that began before this moment. What
    /// they came to stays. Returns of how many runs there was something.
    func forget(_ job: String, run: Int64?, before: WallInstant?) throws(LedgerError) -> Int

    /// How all jobs stand in it, for a daemon that has no books of them.
    func resumptions() throws(LedgerError) -> [JobResumption]
}

/// What can be asked of a store. Each answer is of one moment.
package protocol LedgerView: AnyObject {
    func history(_ query: HistoryQuery) throws(LedgerError) -> HistoryPage
    /// What became of the slots of a job in a span, oldest first, with all attempts.
    func slots(of job: String, from start: WallInstant, to end: WallInstant) throws(LedgerError) -> [HistoryRow]
    /// Sums by job of what was booked in whole hours, by name. `start` and `end`: of an hour each.
    func sums(of job: String?, from start: WallInstant, to end: WallInstant) throws(LedgerError) -> [JobSums]
    func incidents(_ query: IncidentQuery) throws(LedgerError) -> IncidentPage
    /// The newest of those that have come after the one with this number, at most `limit`. A number that is greater than any is that of a
    /// store before this one: then all have come after it.
    func incidents(after number: Int64, job: String?, limit: Int) throws(LedgerError) -> NewIncidents
    /// Whether this run has ended, or one after it.
    func hasEnded(_ run: Int64, of job: String) throws(LedgerError) -> Bool
    /// Whether there is this run, one that is going among them.
    func hasRun(_ run: Int64, of job: String) throws(LedgerError) -> Bool
    /// What a run wrote, its last part; `nil`: nothing is kept.
    func output(of job: String, run: Int64?) throws(LedgerError) -> KeptOutput?
    /// What was lost on the way, by class.
    func losses() throws(LedgerError) -> [LossClass: Int64]
    func hasJob(_ job: String) throws(LedgerError) -> Bool
}

/// What `append` made of a batch.
package struct Appended: Hashable, Sendable {
    /// How many of the records were new to the store.
    package var records = 0
    /// Records were of jobs that it was not told the names of: the daemon has to introduce itself and them again.
    package var missesNames = false
    /// Jobs whose runs have got other numbers than the daemon gave them.
    package var moved: [Moved] = []
    /// Slots and runs that never came, which sums have told.
    package var lost = Int64(0)
    /// Runs that were going when the machine went down.
    package var interrupted = 0
    /// Records that no version of this program has written.
    package var unread = 0
    /// Which attempts may begin, and which may not.
    package var claims: [Claimed] = []

    package struct Claimed: Hashable, Sendable {
        package let job: String
        package let slot: WallInstant
        package let attempt: Int
        package let isGranted: Bool

        package init(job: String, slot: WallInstant, attempt: Int, isGranted: Bool) {
            (self.job, self.slot, self.attempt, self.isGranted) = (job, slot, attempt, isGranted)
        }
    }

    package struct Moved: Hashable, Sendable {
        package let job: String
        package let by: Int64

        package init(job: String, by: Int64) { (self.job, self.by) = (job, by) }
    }

    package init() {}
}

package struct Pruned: Hashable, Sendable {
    package var rows = 0
    /// Nothing is left that need not be kept.
    package var isDone = true

    package init() {}
}

/// What a daemon without books of a job goes on with.
package struct JobResumption: Hashable, Sendable {
    package var job: String
    /// As they were written: another schedule has other slots.
    package var schedule: String
    package var timezone: String
    /// The number of the last run.
    package var runs: Int64
    /// Every slot up to this one has its outcome.
    package var accounted: WallInstant
    package var failures: Int64
    package var isFailing: Bool
    package var isLate: Bool
    /// As in the standing that came last.
    package var alerts: Int64
    /// The run that was going, as far as the store knows; it is `interrupted` if the daemon begins with other books.
    package var open: Open?

    package struct Open: Hashable, Sendable {
        package var run: Int64
        package var slot: WallInstant?

        package init(run: Int64, slot: WallInstant?) { (self.run, self.slot) = (run, slot) }
    }

    package init(
        job: String, schedule: String, timezone: String, runs: Int64, accounted: WallInstant, failures: Int64,
        isFailing: Bool, isLate: Bool, alerts: Int64 = 0, open: Open?
    ) {
        (self.job, self.schedule, self.timezone) = (job, schedule, timezone)
        (self.runs, self.accounted, self.failures) = (runs, accounted, failures)
        (self.isFailing, self.isLate, self.alerts, self.open) = (isFailing, isLate, alerts, open)
    }
}

/// Why something that the daemon told is not in the rows.
package enum LossClass: String, Hashable, Sendable, CaseIterable {
    /// The journal had no room for it: it is in the sums.
    case rows
    /// Another run has its number.
    case conflict
    /// It could not be read.
    case unread
}
