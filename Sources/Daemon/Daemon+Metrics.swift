import Clocks
import Journal
import Kernel
import Links
import Wire

/// What is known of the daemon for those who watch it, and is nowhere else.
struct DaemonGauges {
    let began: WallInstant
    var lag = LoopLag()
    /// The registry in force is what was found last, and when it was read.
    var isInForce: Bool
    /// There was one that is not started again.
    var hasLostLedger = false
    var accepted: WallInstant
    /// Lines of the log that were given up, as far as they are counted.
    var countedDrops = [Int](repeating: 0, count: LogSink.Rank.allCases.count)

    init(at now: WallInstant, isInForce: Bool) { (began, accepted, self.isInForce) = (now, now, isInForce) }
}

/// What is measured of the daemon.
extension Daemon {
    var metrics: DaemonMetrics {
        let now = machine.now
        var all = DaemonMetrics()
        (all.began, all.isReady, all.lag) = (gauges.began.microseconds, !isStopping, gauges.lag.take(at: now))
        countLog()
        let counters = pool.counters
        all.droppedOutput = Int64(clamping: counters[.droppedOutput])
        all.droppedTicks = Int64(clamping: counters[.droppedTicks])
        all.droppedRecords = Int64(clamping: counters[.droppedRecords])
        all.reloads = reloads(counters)
        all.ledger = ledgerMetrics(counters)
        let usage = OwnUsage()
        (all.processorTime, all.memory, all.openFiles) = (usage.processorTime, usage.memory, usage.openFiles)
        return all
    }

    private func reloads(_ counters: DaemonCounters) -> DaemonMetrics.Reloads {
        var reloads = DaemonMetrics.Reloads()
        (reloads.ok, reloads.failed) = (
            Int64(clamping: counters[.reloads]), Int64(clamping: counters[.refusedReloads])
        )
        (reloads.isInForce, reloads.accepted) = (gauges.isInForce, gauges.accepted.microseconds)
        return reloads
    }

    private func ledgerMetrics(_ counters: DaemonCounters) -> DaemonMetrics.LedgerMetrics? {
        // Where none is possible, nobody is to be told of one that does not work.
        guard pool.ledger != nil || ledger != nil || gauges.hasLostLedger else { return nil }
        var all = DaemonMetrics.LedgerMetrics()
        if let writer = pool.ledger {
            let news = writer.readerNews
            counters.follow(writer.lost, news)
            all.isUp = ledger?.pid != nil && ledgerNews.hasStarted && news.isWell
            ledgerNews.follow(writer, at: machine.now)
            all.lag = ledgerNews.lag(at: machine.now)
            (all.waiting, all.capacity) = (Int64(writer.used), Int64(writer.capacity))
            all.size = Int64(clamping: news.size)
        }
        (all.commits, all.errors) = (
            Int64(clamping: counters[.ledgerCommits]), Int64(clamping: counters[.ledgerErrors])
        )
        (all.lostOutput, all.lostIncidents) = (
            Int64(clamping: counters[.lostOutput]), Int64(clamping: counters[.lostIncidents])
        )
        all.lostRows = Int64(clamping: counters[.lostRows])
        return all
    }

    // MARK: What is counted meanwhile

    /// Lines of the log that were given up.
    func countLog() {
        let dropped = log.sink.dropped
        for (index, count) in dropped.enumerated() where count != gauges.countedDrops[index] {
            pool.counters[.droppedOutput, index] &+= UInt64(count - gauges.countedDrops[index])
        }
        gauges.countedDrops = dropped
    }

    /// A reload is over.
    func countReload() {
        let isInForce = reloadAnswers.contains { if case .done = $0 { true } else { false } }
        pool.counters.add(1, to: isInForce ? .reloads : .refusedReloads)
        gauges.isInForce = isInForce
        if isInForce { gauges.accepted = machine.moment().wall }
    }
}
