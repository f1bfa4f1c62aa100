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
    /// Whoever has asked to stop does not want to wait for it.
    var isHurried = false
    private(set) var nextLook = MonotonicInstant.distantFuture
    /// As it was said.
    private var lost = JournalLoss()
    private var losses = UInt64(0)
    private var nextWord = MonotonicInstant(nanoseconds: 0)
    /// Up to where the journal was written when the one before was given back, and when that was.
    private var probe: (position: UInt64, since: MonotonicInstant)?

    private static let lookInterval = Nanoseconds.seconds(1)
    private static let wordInterval = Nanoseconds.seconds(60)

    /// What a life before this one has lost was said by that.
    mutating func begin(with lost: JournalLoss) { (self.lost, losses) = (lost, 0) }

    /// How long what is in the journal has waited, which may be as much too little as one of the ledger's steps takes.
    func lag(at now: MonotonicInstant) -> Nanoseconds { probe.map { max(.zero, now - $0.since) } ?? .zero }

    mutating func follow(_ writer: LedgerWriter, at now: MonotonicInstant) {
        if let probe, writer.isFreed(through: probe.position) { self.probe = nil }
        if probe == nil, writer.used > 0 { probe = (writer.written, now) }
    }

    /// In each round.
    mutating func look(_ writer: LedgerWriter, at now: MonotonicInstant, _ log: CronLog) {
        follow(writer, at: now)
        let isBehind = writer.isBehind
        if isBehind, now >= nextWord {
            nextWord = now + Self.wordInterval
            log.write(.warning, "Ledger behind", ["full": .text("\(writer.fill) %")])
        }
        if !isBehind, writer.losses != losses { sayLost(writer, log) }
        nextLook = isBehind || writer.hasStrangers ? now + Self.lookInterval : .distantFuture
    }

    private mutating func sayLost(_ writer: LedgerWriter, _ log: CronLog) {
        let now = writer.lost
        log.write(
            .error, "Ledger records dropped",
            [
                "output": .number(now.output &- lost.output), "incidents": .number(now.incidents &- lost.incidents),
                "rows": .number(now.rows &- lost.rows), "text": "the sums of the jobs have them",
            ])
        (lost, losses) = (now, writer.losses)
    }
}
