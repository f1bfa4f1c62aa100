package import Clocks
package import Model
package import Values
package import Wire

/// What somebody wants to know of the past, asked page by page.
package struct HistoryQuestion {
    /// `nil`: of all jobs.
    package var entry: EntryID?
    package var onlyFailures = false
    /// Runs alone, and slots without one, that came to this.
    package var outcome: Outcome?
    package var since: WallInstant?
    package var until: WallInstant?
    /// So many rows at most; `nil`: all.
    package var limit: Int?

    private static let page = 1_000

    package init() {}

    /// Calls `body` with each run and gap, the newest first. Returns how many there were.
    package func rows(_ client: LedgerClient, _ body: (LedgerAnswer) -> Void) throws(DaemonFailure) -> Int {
        var question = LedgerQuestion.History()
        (question.entry, question.onlyFailures, question.outcome) = (entry, onlyFailures, outcome)
        (question.since, question.until) = (since?.inMicroseconds, until?.inMicroseconds)
        return try pages { (size: Int) throws(DaemonFailure) in
            question.limit = Int64(size)
            let done = try client.ask(.history(question), body)
            (question.before, question.order) = (done.before, done.order)
            return (Int(done.count), question.before != nil)
        }
    }

    /// The same with incidents. Returns the number of the last one that there is, for who goes on with those that come.
    package func events(_ client: LedgerClient, _ body: (LedgerAnswer) -> Void) throws(DaemonFailure) -> Int64 {
        var question = LedgerQuestion.Events()
        question.entry = entry
        (question.since, question.until) = (since?.inMicroseconds, until?.inMicroseconds)
        var last: Int64?
        _ = try pages { (size: Int) throws(DaemonFailure) in
            question.limit = Int64(size)
            let done = try client.ask(.events(question), body)
            question.before = done.before
            last = last ?? done.last
            return (Int(done.count), question.before != nil)
        }
        return last ?? 0
    }

    private func pages(
        _ ask: (_ size: Int) throws(DaemonFailure) -> (count: Int, isMore: Bool)
    ) throws(DaemonFailure) -> Int {
        var count = 0
        while true {
            let size = min(Self.page, limit.map { $0 - count } ?? Self.page)
            guard size > 0 else { return count }
            let page = try ask(size)
            count += page.count
            guard page.isMore else { return count }
        }
    }
}

extension WallInstant {
    fileprivate var inMicroseconds: Int64 { floorDivide(nanoseconds, 1_000) }
}
