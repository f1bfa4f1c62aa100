import Clocks

/// Attempts at slots that the ledger is to have on its disk before they begin, and has not said so.
struct SlotClaims {
    struct Claim: Hashable {
        let run: Int64
        let slot: WallInstant
        let attempt: Int
    }

    private struct Pending {
        let claim: Claim
        let end: MonotonicInstant
        /// The journal has it.
        var isWritten = false
    }

    /// By the index of the job.
    private var pending: [Int: Pending] = [:]

    /// So long at most a ledger is waited for.
    static let patience = Nanoseconds.seconds(10)

    mutating func ask(_ job: Int, _ claim: Claim, at now: MonotonicInstant) {
        pending[job] = Pending(claim: claim, end: now + Self.patience)
    }

    /// The job does not wait any more.
    mutating func forget(_ job: Int) { pending[job] = nil }

    /// A ledger that begins has not answered what the one before was asked.
    mutating func askAgain() { for job in pending.keys { pending[job]?.isWritten = false } }

    var isEmpty: Bool { pending.isEmpty }

    /// Calls `write` with each that the journal does not have. Returns whether it has one more now.
    mutating func write(_ write: (_ job: Int, Claim) -> Bool) -> Bool {
        var hasWritten = false
        for (job, claim) in pending where !claim.isWritten && write(job, claim.claim) {
            pending[job]?.isWritten = true
            hasWritten = true
        }
        return hasWritten
    }

    /// Whether the job waits for this answer.
    mutating func take(_ job: Int, slot microseconds: Int64, attempt: Int64) -> Bool {
        guard let claim = pending[job]?.claim, claim.slot.microseconds == microseconds, claim.attempt == attempt else {
            return false
        }
        pending[job] = nil
        return true
    }

    var deadline: MonotonicInstant { pending.values.map(\.end).min() ?? .distantFuture }

    /// Those that have waited for too long, or all.
    mutating func takeExpired(at now: MonotonicInstant) -> [Int] {
        let jobs = pending.filter { $0.value.end <= now }.keys.sorted()
        for job in jobs { pending[job] = nil }
        return jobs
    }
}
