package import Model
package import Values
package import Wire

/// What becomes of a run that somebody has asked for.
package struct RunResult {
    private var started: ControlAnswer.Started?
    private var ended: ControlAnswer.Ended?
    /// It was going before.
    private var running: ControlAnswer.Started?
    private var isFromLedger = false

    package init() {}

    package mutating func take(_ answer: ControlAnswer) {
        switch answer {
        case .started(let started): self.started = started
        case .ended(let ended): self.ended = ended
        case .running(let running): (self.running, started) = (running, running)
        default: break
        }
    }

    /// What it came to; `nil`: it has not ended, as far as is known.
    package var outcome: Outcome? { (ended?.outcome).flatMap { Outcome(rawValue: $0) } }

    /// The number of the one that is waited for.
    var goingRun: Int64? { ended == nil ? started?.run : nil }

    /// The number of the one that was waited for.
    var endedRun: Int64? { ended?.run }

    /// As the ledger has it.
    mutating func take(_ row: LedgerAnswer.Run) {
        isFromLedger = true
        ended = ControlAnswer.Ended(
            entry: row.entry, run: row.number, outcome: row.outcome.rawValue, duration: row.duration, text: row.text)
    }

    /// What the ledger had of its end is said to programs too, which have heard of the others.
    package var endFromLedger: ControlAnswer? { isFromLedger ? ended.map { .ended($0) } : nil }

    package var isOk: Bool { ended?.outcome == Outcome.ok.rawValue }

    /// One line about its end.
    package var text: String {
        guard let ended else { return "" }
        // `cancelled by an operator`: the outcome stands there already.
        let words = ended.text.dropFirst(ended.text.hasPrefix("\(ended.outcome) ") ? ended.outcome.count + 1 : 0)
        let text = words.isEmpty ? "" : ": \(PrintableText.escape(words))"
        return "\(ended.entry) run \(ended.run) \(ended.outcome) after \(StatusText.duration(ended.duration))\(text)\n"
    }

    /// What became of it, or of what waited, when somebody has cancelled it.
    package func cancelled(_ entry: EntryID, slots: Int64?) -> String {
        if ended != nil { return text }
        if let running { return "run \(running.run) of \(entry) is ended\n" }
        guard let slots else { return "the run of \(entry) that waited does not begin\n" }
        return "\(entry) gives up \(slots) \(slots == 1 ? "slot" : "slots")\n"
    }

    /// A run that has begun goes on, whatever becomes of the connection.
    package func failure(_ failure: DaemonFailure) -> DaemonFailure {
        if case .interrupted = failure { return .interrupted(interrupted) }
        guard let started, ended == nil, !failure.isFinal else { return failure }
        return .unknownEnd("run \(started.run) of '\(started.entry)' has begun, and its end is not known: \(failure)")
    }

    private var interrupted: String {
        guard let started else { return "a run that was asked for and has not begun begins when it can" }
        let end = "'cronsupctl cancel \(started.entry) \(started.run)' ends it"
        return "run \(started.run) of '\(started.entry)' goes on; \(end)"
    }
}
