package import Clocks
package import LedgerRecords
package import Model
package import Turns

/// What a store knows of a job between two records: which sums of the daemon's it has, and how runs are numbered in it.
///
/// | what comes                             | the sums it has        | numbers of runs       | what is missing |
/// |----------------------------------------|------------------------|-----------------------|-----------------|
/// | a booking                              | go on                  | go on                 | |
/// | the job again, with the same books     | what the daemon says   | go on                 | the difference of the sums |
/// | the job with lower sums                | what the daemon says   | go on                 | nothing: it was taken out of the registry, and came back |
/// | the job with other books               | what the daemon says   | from 1, or they go on | all of its sums: those books began at 0 |
/// | a job that it has never heard of       | what the daemon says   | those of the daemon   | nothing: history begins |
package struct JobAccount: Sendable {
    package let id: Int64
    package let name: String
    package var schedule = ""
    package var timezone = ""
    package var comment = ""
    /// What is kept of it.
    package var history = RunPolicy.History()
    /// When it was last introduced.
    package var seen = WallInstant(nanoseconds: 0)
    /// Of which the sums are.
    package private(set) var books = Int64(0)
    package private(set) var sums = LedgerRecord.Sums()
    /// What is added to the daemon's numbers of runs; `nil`: the first run of these books will show it.
    package private(set) var base: Int64?
    /// The number of the last run, as they are here.
    package private(set) var runs = Int64(0)
    package private(set) var failures = Int64(0)
    package private(set) var isFailing = false
    package private(set) var isLate = false
    package private(set) var alerts = Int64(0)
    /// The gap that slots to come may lengthen.
    package private(set) var gap: OpenGap?
    package private(set) var open: OpenRun?
    package private(set) var claim: SlotClaim?
    /// When the last run began, and whether each began after the one before: that may be otherwise where the clock was set back.
    package private(set) var lastBegan = WallInstant(nanoseconds: 0)
    package private(set) var isOrdered = true
    /// How many rows there are of it: runs that were `ok`, others, and gaps.
    package var ok = Int64(0)
    package var bad = Int64(0)
    package var gaps = Int64(0)

    package struct OpenGap: Hashable, Sendable {
        package let id: Int64
        package let outcome: Outcome
        package let reason: Booking.Reason?

        package init(id: Int64, outcome: Outcome, reason: Booking.Reason?) {
            (self.id, self.outcome, self.reason) = (id, outcome, reason)
        }
    }

    /// A run that has begun.
    package struct OpenRun: Hashable, Sendable {
        package var run: Int64
        package var life: Int64
        package var slot: WallInstant?
        package var attempt: Int64
        package var cause: LedgerRecord.Cause
        package var began: WallInstant
        package var lateness: Nanoseconds
        package var pid: Int64

        package init(
            run: Int64, life: Int64, slot: WallInstant?, attempt: Int64, cause: LedgerRecord.Cause,
            began: WallInstant, lateness: Nanoseconds, pid: Int64
        ) {
            (self.run, self.life, self.slot, self.attempt) = (run, life, slot, attempt)
            (self.cause, self.began, self.lateness, self.pid) = (cause, began, lateness, pid)
        }
    }

    package init(id: Int64, name: String) { (self.id, self.name) = (id, name) }

    /// As a store has kept it.
    package init(
        id: Int64, name: String, books: Int64, sums: LedgerRecord.Sums, base: Int64?, runs: Int64,
        standing: LedgerRecord.Standing, gap: OpenGap?, open: OpenRun?
    ) {
        (self.id, self.name, self.books, self.sums) = (id, name, books, sums)
        (self.base, self.runs, self.gap, self.open) = (base, runs, gap, open)
        if let open { self.runs = max(runs, open.run) }
        take(standing)
    }

    // MARK: The job

    /// What an introduction has shown.
    package struct Introduction: Sendable {
        /// Slots by outcome, and runs without a slot, that never came.
        package var lostSlots = Outcome.Counts()
        package var lostBesides = Int64(0)
        /// By which the numbers of runs to come are moved.
        package var movedBy: Int64?
        /// What was going when the machine went down.
        package var interrupted: OpenRun?

        package var lost: Int64 { lostSlots.total + lostBesides }
    }

    package mutating func introduce(_ job: LedgerRecord.Job, isNew: Bool) -> Introduction {
        (schedule, timezone, comment) = (job.schedule, job.timezone, job.comment)
        seen = job.at
        // One that has left the registry is kept as it was.
        if !job.schedule.isEmpty { history = job.history }
        take(job.standing)
        defer { (books, sums) = (job.books, job.sums) }
        guard !isNew else {
            (base, runs) = (0, job.sums.runs)
            return Introduction()
        }
        let isSame = books == job.books
        var result = Introduction()
        if !isSame { result.interrupted = beginBooks() }
        count(job.sums, since: isSame ? sums : LedgerRecord.Sums(), &result)
        // Its end may be among what never came. A run that goes on all the same is said again after the name.
        if result.lost > 0 { forgetOpen() }
        // A daemon that was told of the last run has its number.
        result.movedBy = see(run: job.sums.runs, goesOn: job.sums.runs >= runs)
        return result
    }

    /// Their runs may be numbered from 1. Of what was going nobody will say anything any more.
    private mutating func beginBooks() -> OpenRun? {
        base = nil
        gap = nil
        defer { forgetOpen() }
        return unheard
    }

    private mutating func forgetOpen() {
        open = nil
        claim?.isOpen = false
    }

    /// The run of which nobody will say anything any more, if the machine ends now.
    package var unheard: OpenRun? { open ?? claim.flatMap { $0.isOpen ? $0.openRun : nil } }

    private mutating func count(
        _ sums: LedgerRecord.Sums, since old: LedgerRecord.Sums, _ result: inout Introduction
    ) {
        let isLower = zip(sums.slots + sums.besides, old.slots + old.besides).contains { $0 < $1 }
        for outcome in Outcome.allCases where !isLower {
            let index = outcome.index
            result.lostSlots[outcome] = sums.slots[index] - old.slots[index]
            result.lostBesides += sums.besides[index] - old.besides[index]
        }
        // Slots that are not here may lie between two gaps, and a job that leaves the registry has none.
        if isLower || result.lost > 0 || schedule.isEmpty { gap = nil }
    }

    /// Returns by how much the numbers are moved, if that turned out now. `goesOn`: the daemon's numbers follow those that are here.
    private mutating func see(run: Int64, goesOn: Bool) -> Int64? {
        guard run > 0 else { return nil }
        let isUndecided = base == nil
        let base = self.base ?? (goesOn ? 0 : runs)
        self.base = base
        runs = max(runs, base + run)
        return isUndecided && base > 0 ? base : nil
    }

    /// Nobody will say more of this run: its slot has an outcome.
    package mutating func close(_ run: OpenRun) {
        claim?.isOpen = false
        book(
            run: run.run, slots: run.slot == nil ? 0 : 1, outcome: .interrupted, hasSlot: run.slot != nil,
            accounted: run.slot)
    }

    /// What was booked just now is in them already.
    package mutating func restore(_ sums: LedgerRecord.Sums) { self.sums = sums }

    // MARK: What happens to it

    package mutating func take(_ standing: LedgerRecord.Standing) {
        (failures, isFailing, isLate) = (standing.failures, standing.isFailing, standing.isLate)
        alerts = standing.alerts
    }

    /// The number that a run has here, and by how much that is moved if it turned out now.
    package mutating func number(of run: Int64) -> (run: Int64, movedBy: Int64?) {
        let movedBy = see(run: run, goesOn: run > runs)
        sums.runs = max(sums.runs, run)
        return (run + (base ?? 0), movedBy)
    }

    package mutating func begin(_ run: OpenRun) { open = run }

    package mutating func take(_ claim: SlotClaim) {
        self.claim = claim
        runs = max(runs, claim.run)
    }

    /// Returns whether what was booked says what became of the claim.
    package mutating func settleClaim(by run: Int64?, through slot: WallInstant?) -> Bool {
        guard let claim, claim.isOpen, claim.isSettled(by: run, through: slot) else { return false }
        self.claim?.isOpen = false
        return true
    }

    /// A run came to its end, or an attempt that was its slot's last one after all.
    package mutating func book(
        run: Int64, slots: Int64, outcome: Outcome, hasSlot: Bool, accounted: WallInstant?
    ) {
        // An attempt that is given up is older than the run that is going.
        if let open, open.run <= run { self.open = nil }
        if !hasSlot { sums.besides[outcome.index] += 1 }
        settle(slots, outcome, accounted)
        if slots > 0 { gap = nil }
        sums.runs = max(sums.runs, run - (base ?? 0))
        runs = max(runs, run)
    }

    /// A row of a run is made.
    package mutating func addRow(_ outcome: Outcome, began: WallInstant) {
        if outcome.isOk { ok += 1 } else { bad += 1 }
        if began.microseconds < lastBegan.microseconds { isOrdered = false }
        lastBegan = began
    }

    /// As a store has kept it.
    package mutating func resume(lastBegan: WallInstant, isOrdered: Bool) {
        (self.lastBegan, self.isOrdered) = (lastBegan, isOrdered)
    }

    /// Slots without a run. `id`: that of the gap, if they make a new one. Returns the gap that they are in.
    package mutating func book(
        gap id: Int64, slots: Int64, outcome: Outcome, reason: Booking.Reason?, accounted: WallInstant?
    ) -> Int64 {
        // One that the daemon heard of late comes after slots of its own.
        let isEarlier = reason == .down && (accounted.map { $0 < sums.accounted } ?? false)
        settle(slots, outcome, isEarlier ? sums.accounted : accounted)
        if let gap, gap.outcome == outcome, gap.reason == reason { return gap.id }
        gap = OpenGap(id: id, outcome: outcome, reason: reason)
        gaps += 1
        return id
    }

    private mutating func settle(_ slots: Int64, _ outcome: Outcome, _ accounted: WallInstant?) {
        sums.slots[outcome.index] += slots
        if slots > 0, let accounted { sums.accounted = accounted }
    }

    package var resumption: JobResumption {
        JobResumption(
            job: name, schedule: schedule, timezone: timezone, runs: runs,
            accounted: sums.accounted.inMicroseconds, failures: failures, isFailing: isFailing, isLate: isLate,
            alerts: alerts,
            open: unheard.map { .init(run: $0.run, slot: $0.slot?.inMicroseconds) })
    }
}
