import Clocks
package import Crontool
import Kernel
import Model
import Synchronization
package import Values
package import Wire

/// What ran a day back, and what is to run for some hours, of some jobs.
package struct Timeline: Sendable {
    package struct Lane: Sendable {
        package var entry: EntryID
        /// Runs and gaps.
        package var rows: [LedgerAnswer] = []
        package var going: JobStatus.Going?
        /// In microseconds since 1970.
        package var coming: [Int64] = []
        /// There are more slots than were asked for.
        package var isDense = false
    }

    package var lanes: [Lane]
    package var now: Int64
    /// What is older was not looked at.
    package var since: Int64
    package var fault: String?

    package static let back = Int64(24 * 3_600) * 1_000_000
    package static let ahead = Int64(6 * 3_600) * 1_000_000
    static let mostLanes = 100
    /// Of all jobs: more would hold up the ledger.
    private static let mostRows = 10_000
    /// Of a job that is to run: a job with more of them has one each two minutes, and a band.
    private static let mostSlots = Int64(180)
}

extension Timeline {
    /// Asks the ledger and the daemon.
    package init(_ board: Board, _ first: Int, _ site: DaemonSite) {
        now = floorDivide(Clock.wall().nanoseconds, 1_000)
        since = now - Self.back
        lanes = board.ordered.dropFirst(first).prefix(Self.mostLanes).map {
            Lane(entry: $0.status.entry, going: $0.status.run)
        }
        do throws(DaemonFailure) {
            let client = try site.connect()
            try askNext(client)
            try askPast(client.ledger())
        } catch {
            fault = error.description
        }
    }

    private mutating func askNext(_ client: DaemonClient) throws(DaemonFailure) {
        let end = now + Self.ahead
        for index in lanes.indices {
            var slots: [Int64] = []
            do throws(DaemonFailure) {
                try client.ask(.next(.init(entry: lanes[index].entry, count: Self.mostSlots))) { answer in
                    if case .slot(let moment) = answer { slots.append(moment) }
                }
            } catch {
                // It has been removed meanwhile.
                guard case .refused = error else { throw error }
            }
            lanes[index].isDense = Int64(slots.count) == Self.mostSlots && (slots.last ?? end) < end
            lanes[index].coming = slots.filter { $0 <= end }
        }
    }

    private mutating func askPast(_ ledger: LedgerClient) throws(DaemonFailure) {
        var question = LedgerQuestion.History()
        (question.since, question.limit) = (since, 1_000)
        let places = Dictionary(uniqueKeysWithValues: lanes.enumerated().map { ($1.entry, $0) })
        var (count, oldest) = (0, now)
        repeat {
            let done = try ledger.ask(.history(question), within: Patience.ledger) { row in
                guard let (entry, moment) = row.place else { return }
                (count, oldest) = (count + 1, min(oldest, moment))
                if let place = places[entry] { lanes[place].rows.append(row) }
            }
            (question.before, question.order) = (done.before, done.order)
        } while question.before != nil && count < Self.mostRows
        if question.before != nil { since = oldest }
    }
}

extension LedgerAnswer {
    /// Whose row it is, and where.
    var place: (EntryID, Int64)? {
        switch self {
        case .run(let run): (run.entry, run.began)
        case .gap(let gap): (gap.entry, gap.last)
        default: nil
        }
    }
}

enum TimelineJSON {
    static func value(of timeline: Timeline) -> Value {
        StatusJSON.object([
            ("now", StatusJSON.moment(timeline.now)), ("since", StatusJSON.moment(timeline.since)),
            ("error", timeline.fault.map { .string($0) }), ("jobs", .list(timeline.lanes.map(value))),
        ])
    }

    private static func value(_ lane: Timeline.Lane) -> Value {
        StatusJSON.object([
            ("entry", .string(lane.entry.description)), ("rows", .list(lane.rows.compactMap(HistoryJSON.value))),
            ("coming", .list(lane.coming.compactMap { StatusJSON.moment($0) })), ("more", .bool(lane.isDense)),
        ])
    }
}

/// The one that was asked for last, for those who ask soon after.
package final class TimelineCache: Sendable {
    private let kept = Mutex<[Int: (timeline: Timeline, at: MonotonicInstant)]>([:])
    private static let freshness = Nanoseconds.seconds(3)

    package init() {}

    package func timeline(_ first: Int, _ make: () -> Timeline) -> Timeline {
        let now = Clock.monotonic()
        if let known = kept.withLock({ $0[first] }), now - known.at < Self.freshness { return known.timeline }
        let fresh = make()
        kept.withLock { kept in
            kept = kept.filter { now - $0.value.at < Self.freshness }
            kept[first] = (fresh, now)
        }
        return fresh
    }
}
