package import Clocks
import Crontool
package import Values
package import Wire

/// What is known of the daemon's jobs, and in which order that came.
package struct Board: Sendable {
    package private(set) var jobs: [EntryID: Row] = [:]
    package private(set) var disabled = Int64(0)
    package var greeting: ControlAnswer.Greeting?
    /// When the daemon has said it last; `nil`: it was not there yet.
    package var asked: WallInstant?
    /// Why nothing newer is known.
    package var fault: String?
    /// Why there is no history.
    package var ledgerFault: String?
    /// Grows with each change.
    package private(set) var version = UInt64(1)
    /// The oldest first. A job that has changed again since has a later one.
    private var changes: [Change] = []

    package struct Row: Hashable, Sendable {
        package var status: JobStatus
        package var strip: Strip?
        package var version: UInt64

        /// The one that has ended last, also before this daemon was started.
        package var last: JobStatus.Last? {
            status.last ?? strip?.cells.last { $0.run != nil }.flatMap(JobStatus.Last.init)
        }
    }

    package struct Change: Hashable, Sendable {
        package let version: UInt64
        package let entry: EntryID
    }

    package init() {}

    /// Failing ones first.
    package var ordered: [Row] { jobs.values.sorted { $0.status.rank < $1.status.rank } }

    // MARK: What comes

    /// Returns those whose history is to be looked at.
    package mutating func take(_ statuses: [JobStatus], disabled: Int64, at now: WallInstant) -> [JobStatus] {
        (self.disabled, asked, fault) = (disabled, now, nil)
        var stale: [JobStatus] = []
        for status in statuses where jobs[status.entry]?.status != status {
            if needsHistory(status) { stale.append(status) }
            change(status.entry) { $0.status = status } ?? add(status)
        }
        let present = Set(statuses.map(\.entry))
        for entry in jobs.keys where !present.contains(entry) {
            jobs[entry] = nil
            note(entry)
        }
        return stale.sorted { $0.rank < $1.rank }
    }

    private func needsHistory(_ status: JobStatus) -> Bool {
        guard let old = jobs[status.entry], old.strip != nil else { return true }
        return old.status.counts != status.counts || old.status.last != status.last
            || old.status.runs != status.runs || old.status.retried != status.retried
    }

    package mutating func take(_ strip: Strip, of entry: EntryID) {
        if jobs[entry]?.strip != strip { change(entry) { $0.strip = strip } }
    }

    /// That of the last run alone, where there is no history.
    package mutating func takeLast(of entry: EntryID) {
        guard let row = jobs[entry] else { return }
        var strip = row.strip ?? Strip()
        if let last = row.status.last { strip.add(last) }
        take(strip, of: entry)
    }

    @discardableResult
    private mutating func change(_ entry: EntryID, _ body: (inout Row) -> Void) -> Void? {
        guard var row = jobs[entry] else { return nil }
        body(&row)
        note(entry)
        row.version = version
        jobs[entry] = row
        return ()
    }

    private mutating func add(_ status: JobStatus) {
        note(status.entry)
        jobs[status.entry] = Row(status: status, strip: nil, version: version)
    }

    private mutating func note(_ entry: EntryID) {
        version += 1
        changes.append(Change(version: version, entry: entry))
        if changes.count > 1_024 + 4 * jobs.count { forget() }
    }

    private mutating func forget() {
        var seen: Set<EntryID> = []
        changes = changes.reversed().filter { seen.insert($0.entry).inserted }.reversed()
    }

    // MARK: What has come

    /// The first of those that have changed after `version`, each once.
    package func changes(after version: UInt64, most: Int) -> [Change] {
        var start = changes.count
        while start > 0, changes[start - 1].version > version { start -= 1 }
        var found: [Change] = []
        for change in changes[start...] where found.count < most {
            let isLast = jobs[change.entry].map { $0.version == change.version } ?? true
            if isLast { found.append(change) }
        }
        return found
    }

    // MARK: Counts

    package struct Counts: Hashable, Sendable {
        package var all = 0
        package var failing = 0
        package var late = 0
        package var running = 0
        package var paused = 0
    }

    package var counts: Counts {
        var counts = Counts(all: jobs.count)
        for row in jobs.values {
            if row.status.isFailing { counts.failing += 1 }
            if row.status.isLate { counts.late += 1 }
            if row.status.run != nil { counts.running += 1 }
            if row.status.pause != nil { counts.paused += 1 }
        }
        return counts
    }
}
