package import Clocks
import Values

/// What is measured of the daemon itself: the first line of `metrics`. Moments are microseconds since 1970.
package struct DaemonMetrics: Hashable, Sendable {
    package var began = Int64(0)
    /// It has its registry, and does not stop.
    package var isReady = false
    /// The greatest since somebody has looked last, or in the last minute.
    package var lag = Nanoseconds.zero
    /// Lines that never came to be in the log.
    package var droppedOutput = Int64(0)
    package var droppedTicks = Int64(0)
    package var droppedRecords = Int64(0)
    package var reloads = Reloads()
    /// `nil`: none is kept.
    package var ledger: LedgerMetrics?
    /// Of the process.
    package var processorTime = Nanoseconds.zero
    package var memory: Int64?
    package var openFiles: Int64?

    package struct Reloads: Hashable, Sendable {
        package var ok = Int64(0)
        package var failed = Int64(0)
        /// The registry in force is what was found last.
        package var isInForce = false
        /// When the registry in force was read.
        package var accepted = Int64(0)

        package init() {}
    }

    package struct LedgerMetrics: Hashable, Sendable {
        /// Its process is there, and all went well the last time.
        package var isUp = false
        /// Since when records wait for it.
        package var lag = Nanoseconds.zero
        /// In bytes: what waits in the journal, the journal, and the database.
        package var waiting = Int64(0)
        package var capacity = Int64(0)
        package var size = Int64(0)
        package var commits = Int64(0)
        package var errors = Int64(0)
        /// Records that there was no room for.
        package var lostOutput = Int64(0)
        package var lostIncidents = Int64(0)
        package var lostRows = Int64(0)

        package init() {}
    }

    package init() {}
}

extension DaemonMetrics: WireMessage {
    package static var verb: StaticString { "daemon" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.integer("began_us", &began)
        row.flag("ready", &isReady)
        row.microseconds("lag_us", &lag)
        row.integer("dropped_output", &droppedOutput, absent: 0)
        row.integer("dropped_ticks", &droppedTicks, absent: 0)
        row.integer("dropped_records", &droppedRecords, absent: 0)
        row.integer("reloads_ok", &reloads.ok, absent: 0)
        row.integer("reloads_failed", &reloads.failed, absent: 0)
        row.flag("in_force", &reloads.isInForce)
        row.integer("accepted_us", &reloads.accepted)
        row.microseconds("cpu_us", &processorTime)
        row.integer("memory", &memory)
        row.integer("files", &openFiles)
        ledgerFields(&row)
    }

    private mutating func ledgerFields(_ row: inout MessageCoder) {
        var capacity = ledger?.capacity
        row.integer("journal", &capacity)
        guard let capacity else { return }
        var all = ledger ?? LedgerMetrics()
        all.capacity = capacity
        row.flag("ledger", &all.isUp)
        row.microseconds("behind_us", &all.lag)
        row.integer("behind", &all.waiting)
        row.integer("size", &all.size)
        row.integer("commits", &all.commits, absent: 0)
        row.integer("errors", &all.errors, absent: 0)
        row.integer("lost_output", &all.lostOutput, absent: 0)
        row.integer("lost_incidents", &all.lostIncidents, absent: 0)
        row.integer("lost_rows", &all.lostRows, absent: 0)
        ledger = all
    }
}
