import LedgerRecords
import Supervision

/// A job, as the ledger knows it.
struct LedgerName {
    /// In this life of the daemon; 0: it has none yet.
    var number = Int64(0)
    /// The journal has its name. If not, what it comes to is in its sums, and counts as rows that were dropped.
    var isKnown = false
    /// What it had come to when there was no room for its name; `nil`: there was, or that was later. What comes after it and before the name
    /// is lost, and no other record has it.
    var first: LedgerRecord.Sums?
    /// As it was written down last.
    var standing = JobStanding()
}
