import Model
package import Wire

/// What the runs of one worker came to, as it has said: the worker counts what it says, and the daemon what it has heard. The
/// difference is what was lost between the two.
package struct RunTally: Hashable, Sendable {
    /// Runs that have ended, those without a slot apart.
    package var ok = Int64(0)
    package var failed = Int64(0)
    /// Slots.
    package var skipped = Int64(0)
    /// The number of the last run that has ended.
    package var lastEnded = Int64(0)

    package init() {}

    package mutating func note(_ end: Report.End) {
        lastEnded = end.run
        guard end.slot != nil else { return }
        if end.outcome.isOk { ok += 1 } else { failed += 1 }
    }

    /// Reports that were given up, and counted.
    package mutating func note(_ dropped: Report.Dropped) {
        lastEnded = max(lastEnded, dropped.run)
        // Without slots, they are lines of the job's log, and whatever else it says nobody has checked.
        guard dropped.through != nil else { return }
        ok &+= dropped.ok
        failed &+= dropped.failed
        skipped &+= dropped.skipped
    }

    /// Workers are not believed: no sum is to be larger than an integer.
    private static let most = Int64(1) << 40

    /// What is in this one and not in `heard`; `nil`: they are not of the same worker.
    package func since(_ heard: RunTally) -> RunTally? {
        var rest = self
        rest.ok &-= heard.ok
        rest.failed &-= heard.failed
        rest.skipped &-= heard.skipped
        guard [rest.ok, rest.failed, rest.skipped].allSatisfy({ 0...Self.most ~= $0 }), lastEnded >= heard.lastEnded
        else { return nil }
        return rest
    }
}

/// The tally of the worker whose note has this number.
package struct NoteMark: Hashable, Sendable {
    /// Made anew for each worker; 0: there was none.
    package var epoch = UInt64(0)
    package var heard = RunTally()

    package init() {}
    package init(epoch: UInt64) { self.epoch = epoch }
}
