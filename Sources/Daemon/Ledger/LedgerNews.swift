import Clocks
import Journal
import Logging

/// What is known of the ledger, and what of it was said.
struct LedgerNews {
    /// It has opened its database once.
    var hasStarted = false
    /// It has said what it knows of the jobs.
    var isComplete = false
    /// Until when it is waited for; `.distantFuture`: it is not.
    var waitEnd = MonotonicInstant.distantFuture
    private(set) var nextLook = MonotonicInstant.distantFuture
    /// As it was said.
    private var lost = JournalLoss()
    private var nextWord = MonotonicInstant(nanoseconds: 0)

    private static let lookInterval = Nanoseconds.seconds(1)
    private static let wordInterval = Nanoseconds.seconds(60)
    /// In hundredths of the journal.
    private static let behind = 50

    /// In each round.
    mutating func look(_ writer: LedgerWriter, at now: MonotonicInstant, _ log: CronLog) {
        let isBehind = writer.fill >= Self.behind
        if isBehind, now >= nextWord {
            nextWord = now + Self.wordInterval
            log.write(.warning, "Ledger behind", ["full": .text("\(writer.fill) %")])
        }
        if !isBehind, writer.lost != lost { sayLost(writer.lost, log) }
        nextLook = isBehind || writer.hasStrangers ? now + Self.lookInterval : .distantFuture
    }

    private mutating func sayLost(_ lost: JournalLoss, _ log: CronLog) {
        log.write(
            .error, "Ledger records dropped",
            [
                "output": .number(lost.output &- self.lost.output),
                "incidents": .number(lost.incidents &- self.lost.incidents),
                "rows": .number(lost.rows &- self.lost.rows),
                "text": "the sums of the jobs have them",
            ])
        self.lost = lost
    }
}
