import Clocks
import LedgerStore

/// When a ledger does what.
///
/// | what                                  | when                                                             |
/// |---------------------------------------|------------------------------------------------------------------|
/// | read the journal, and commit          | each 200 ms while records come; else when the daemon says so      |
/// | a commit that outlives a loss of power | once a second, if something was committed since (`--sync 1s`)     |
/// | fold                                  | 20,000 rows, ten minutes after the last one, or 5 s of quiet      |
/// | remove what is too old                | after a fold, and on until that is done                          |
/// | write the log back, give memory back  | once after 60 s of quiet                                         |
struct WorkPace {
    let sync: LedgerOptions.Sync
    private(set) var nextRead = MonotonicInstant(nanoseconds: 0)
    private var lastRecord: MonotonicInstant
    private var lastBarrier = MonotonicInstant(nanoseconds: 0)
    /// What was committed since is not safe from a loss of power.
    private(set) var isUnsafe = false
    private var lastFold: MonotonicInstant
    private var nextPruning = MonotonicInstant.distantFuture
    private var isRested = false

    static let interval = Nanoseconds.milliseconds(200)
    static let barrierInterval = Nanoseconds.seconds(1)
    static let mostUnfolded = 20_000
    static let longestUnfolded = Nanoseconds.seconds(600)
    static let quiet = Nanoseconds.seconds(5)
    static let longQuiet = Nanoseconds.seconds(60)
    private static let pruningInterval = Nanoseconds.seconds(1)

    init(_ sync: LedgerOptions.Sync, at now: MonotonicInstant) {
        (self.sync, lastRecord, lastFold) = (sync, now, now)
    }

    /// Whether records are no longer looked for, but waited for.
    func isQuiet(at now: MonotonicInstant) -> Bool { now - lastRecord >= Self.barrierInterval }

    mutating func wake() { nextRead = MonotonicInstant(nanoseconds: 0) }

    mutating func read(any: Bool, at now: MonotonicInstant) {
        if any { (lastRecord, isRested) = (now, false) }
        nextRead = now + Self.interval
    }

    /// How a commit is to be made now.
    func durability(at now: MonotonicInstant) -> Durability {
        switch sync {
        case .always: .power
        case .off: .process
        case .second: now - lastBarrier >= Self.barrierInterval ? .power : .process
        }
    }

    func barrierIsDue(at now: MonotonicInstant) -> Bool {
        isUnsafe && sync != .off && now - lastBarrier >= Self.barrierInterval
    }

    mutating func committed(_ durability: Durability, at now: MonotonicInstant) {
        isUnsafe = durability == .process
        if !isUnsafe { lastBarrier = now }
    }

    // MARK: Folding

    func foldIsDue(_ unfolded: Int, at now: MonotonicInstant) -> Bool {
        guard unfolded > 0 else { return false }
        return unfolded >= Self.mostUnfolded || now >= foldDeadline
    }

    private var foldDeadline: MonotonicInstant {
        min(lastFold + Self.longestUnfolded, lastRecord + Self.quiet)
    }

    mutating func folded(at now: MonotonicInstant) { (lastFold, nextPruning) = (now, now) }

    func pruningIsDue(at now: MonotonicInstant) -> Bool { now >= nextPruning }

    mutating func pruned(isDone: Bool, at now: MonotonicInstant) {
        nextPruning = isDone ? .distantFuture : now + Self.pruningInterval
    }

    func restIsDue(at now: MonotonicInstant) -> Bool { !isRested && now >= lastRecord + Self.longQuiet }

    mutating func rested() { isRested = true }

    // MARK: Waiting

    /// When there is something to do. `isAsleep`: the journal need not be looked at.
    func deadline(unfolded: Int, isAsleep: Bool) -> MonotonicInstant {
        var deadline = isAsleep ? MonotonicInstant.distantFuture : nextRead
        if isUnsafe, sync != .off { deadline = min(deadline, lastBarrier + Self.barrierInterval) }
        if unfolded > 0 { deadline = min(deadline, foldDeadline) }
        if !isRested { deadline = min(deadline, lastRecord + Self.longQuiet) }
        return min(deadline, nextPruning)
    }
}
