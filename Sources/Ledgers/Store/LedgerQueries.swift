package import Clocks
package import Model

/// Runs and gaps, the newest first.
package struct HistoryQuery: Hashable, Sendable {
    /// `nil`: of all jobs.
    package var job: String?
    /// Only runs that did not come to what they should.
    package var onlyFailures = false
    /// Only runs and gaps that came to this.
    package var outcome: Outcome?
    package var since: WallInstant?
    /// Not with this moment.
    package var until: WallInstant?
    /// Where the page before has ended.
    package var before: HistoryKey?
    /// How many rows at most.
    package var limit: Int

    /// Of a page.
    package static let most = 1_000

    package init(job: String? = nil, limit: Int) { (self.job, self.limit) = (job, limit) }
}

/// The place of a row in the history of all jobs: its moment, and what tells rows of one moment apart.
package struct HistoryKey: Hashable, Comparable, Sendable {
    /// In microseconds.
    package var moment: Int64
    package var order: Int64

    package init(moment: Int64, order: Int64) { (self.moment, self.order) = (moment, order) }

    package static func < (left: Self, right: Self) -> Bool {
        (left.moment, left.order) < (right.moment, right.order)
    }
}

package struct HistoryPage: Hashable, Sendable {
    package var rows: [HistoryRow]
    /// `nil`: there are no more.
    package var next: HistoryKey?

    package init(rows: [HistoryRow], next: HistoryKey?) { (self.rows, self.next) = (rows, next) }
}

/// Incidents, the newest first.
package struct IncidentQuery: Hashable, Sendable {
    /// `nil`: of all jobs, and of the daemon.
    package var job: String?
    package var since: WallInstant?
    package var until: WallInstant?
    /// Where the page before has ended.
    package var before: Int64?
    package var limit: Int

    package init(job: String? = nil, limit: Int) { (self.job, self.limit) = (job, limit) }
}

package struct IncidentPage: Hashable, Sendable {
    package var rows: [IncidentRow]
    /// `nil`: there are no more.
    package var next: Int64?
    /// Of each row: the store's own number for it. They grow.
    package var numbers: [Int64]

    package init(rows: [IncidentRow], next: Int64?, numbers: [Int64]) {
        (self.rows, self.next, self.numbers) = (rows, next, numbers)
    }
}

/// Incidents that follow one, the oldest first.
package struct NewIncidents: Hashable, Sendable {
    package var rows: [IncidentRow]
    package var numbers: [Int64]
    /// How many were left out, the oldest.
    package var lost: Int64
    /// The number of the last one that there is, of all jobs.
    package var last: Int64

    package init(rows: [IncidentRow], numbers: [Int64], lost: Int64, last: Int64) {
        (self.rows, self.numbers, self.lost, self.last) = (rows, numbers, lost, last)
    }
}
