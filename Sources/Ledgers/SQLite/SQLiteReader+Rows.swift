import Clocks
import Kernel
import LedgerRecords
import LedgerStore
import Model
import Turns

// MARK: Rows

/// The span and the place of a page.
struct HistoryRange {
    /// `nil`: of all jobs.
    var job: Int64?
    /// The job's runs are in the order of their numbers.
    var isOrdered = false
    let limit: Int
    private let since: Int64
    /// Rows come before this key.
    private let end: HistoryKey
    private let onlyFailures: Bool
    let outcome: Outcome?

    init(_ query: HistoryQuery) {
        limit = min(max(1, query.limit), HistoryQuery.most)
        since = query.since?.microseconds ?? 0
        let until = query.until.map { HistoryKey(moment: $0.microseconds, order: .min) }
        let most = HistoryKey(moment: .max, order: .max)
        end = min(until ?? most, query.before ?? most)
        (onlyFailures, outcome) = (query.onlyFailures, query.outcome)
    }

    /// The runs of the job that may be in it.
    var ids: (first: Int64, last: Int64)? {
        guard let job else { return nil }
        let all = RunID.range(of: job)
        return isOrdered && end.order >= 0 ? (all.first, min(all.last, end.order)) : all
    }

    func contains(_ key: HistoryKey) -> Bool { key.moment >= since && key < end }

    /// The same for SQLite. `id`: what the order is of, in rows of one moment.
    func condition(_ id: String, moment: String = "began") -> String {
        let order = moment == "last" ? end.order &- Int64.min : end.order
        let isOfGaps = moment == "last"
        // Gaps have lower orders than runs.
        let tie = isOfGaps ? (end.order >= 0 ? "true" : "\(id) < \(order)") : "\(id) < \(max(0, end.order))"
        let same = outcome.map { " AND \($0 == .ok ? "" : "outcome <> 0 AND ")outcome = \($0.index)" } ?? ""
        let failures = onlyFailures ? " AND outcome <> 0 AND outcome IN (\(Self.failures))" : ""
        return
            "\(moment) BETWEEN \(since) AND \(end.moment) AND (\(moment) < \(end.moment) OR \(tie))\(failures)\(same)"
    }

    private static let failures = Outcome.allCases.filter(\.isFailure).map { String($0.index) }.joined(separator: ", ")
}

struct Gap {
    let id: Int64
    let job: Int64
    private(set) var first: Int64
    private(set) var last: Int64
    private var count: Int64
    private let outcome: Outcome
    private let reason: Booking.Reason?

    init(_ row: Statement) {
        (id, job, first, last) = (row.integer(0), row.integer(1), row.integer(2), row.integer(3))
        (count, outcome, reason) = (row.integer(4), row.outcome(5), row.reason(6))
    }

    func joined(to other: Gap) -> Gap {
        var gap = self
        (gap.first, gap.last) = (min(first, other.first), max(last, other.last))
        gap.count += other.count
        return gap
    }

    var key: HistoryKey { HistoryKey(moment: last, order: Int64.min &+ id) }

    var row: GapRow {
        GapRow(
            job: "", first: WallInstant(microseconds: first), last: WallInstant(microseconds: last),
            count: count, outcome: outcome, reason: reason)
    }
}

extension IncidentRow {
    /// A row with its number before it.
    init(_ row: Statement) {
        let job = row.text(2)
        self.init(
            at: WallInstant(microseconds: row.integer(1)), job: job.isEmpty ? nil : job, kind: row.text(3),
            text: row.text(4))
    }
}

extension RunRow {
    /// A row of `SQLiteReader.runColumns` after id and settles.
    init(_ row: Statement, _ settled: Set<Int64>) {
        let id = row.integer(0)
        self.init(
            job: "", run: RunID.run(of: id), slot: row.moment(6), attempt: row.integer(2),
            cause: row.cause(3), outcome: row.outcome(4), reason: row.reason(5),
            settles: row.flag(1) || settled.contains(id), began: WallInstant(microseconds: row.integer(7)),
            duration: Nanoseconds(microseconds: row.integer(8)), lateness: Nanoseconds(microseconds: row.integer(9)),
            code: row.optional(10), retryAfter: row.optional(11).map { Nanoseconds(microseconds: $0) },
            text: row.text(12), fullLength: row.optional(13))
    }
}

extension HistoryRow {
    /// With the name of its job.
    func named(_ job: String) -> HistoryRow {
        switch self {
        case .run(var run):
            run.job = job
            return .run(run)
        case .gap(var gap):
            gap.job = job
            return .gap(gap)
        }
    }
}

extension JobSums {
    init(_ row: Statement) {
        self.init(job: row.text(0))
        for outcome in Outcome.allCases { slots[outcome] = row.integer(Int32(1 + outcome.index)) }
        (runs, besides) = (row.integer(10), row.integer(11))
        (busy, longest) = (Nanoseconds(microseconds: row.integer(12)), Nanoseconds(microseconds: row.integer(13)))
        (lateness, latest) = (Nanoseconds(microseconds: row.integer(14)), Nanoseconds(microseconds: row.integer(15)))
    }
}
