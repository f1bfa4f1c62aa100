import Clocks
import Model
import Values
import Wire

/// Metrics as those who scrape them read them.
package struct MetricsText {
    private var writer: MetricsWriter
    /// So many jobs have series of their own; of more only those that somebody has to look at.
    private let mostJobs: Int

    package static let usualJobs = 2_000

    private init(_ writer: MetricsWriter, mostJobs: Int) { (self.writer, self.mostJobs) = (writer, mostJobs) }

    package static func of(
        _ snapshot: MetricsSnapshot, _ format: MetricsFormat = .text, labels: [MetricsLabel] = [],
        mostJobs: Int = usualJobs
    ) -> [UInt8] {
        var text = MetricsText(MetricsWriter(format, labels: labels), mostJobs: mostJobs)
        text.add(snapshot)
        return text.writer.finish()
    }

    private mutating func add(_ snapshot: MetricsSnapshot) {
        add(MetricFamilies.up) { $0.sample(snapshot.daemon != nil) }
        guard let daemon = snapshot.daemon else { return }
        add(MetricFamilies.info) { $0.sample(1, [("version", snapshot.version ?? "")]) }
        add(daemon)
        let shown = snapshot.jobs.count <= mostJobs ? snapshot.jobs : snapshot.jobs.filter(\.needsAttention)
        addStates(snapshot.jobs)
        add(MetricFamilies.withoutSeries) { $0.sample(Int64(snapshot.jobs.count - shown.count)) }
        for histogram in snapshot.histograms { add(histogram) }
        if let ledger = daemon.ledger { add(ledger) }
        addProcess(daemon)
        if !shown.isEmpty { add(shown.map { LabelledJob(labels: [("entry", $0.entry.description)], job: $0) }) }
    }

    private mutating func add(_ family: MetricFamily, _ body: (inout MetricsWriter) -> Void) {
        writer.begin(family)
        body(&writer)
    }

    // MARK: The daemon

    private mutating func add(_ daemon: DaemonMetrics) {
        add(MetricFamilies.start) { $0.sample(microseconds: daemon.began) }
        add(MetricFamilies.ready) { $0.sample(daemon.isReady) }
        add(MetricFamilies.reloadSuccess) { $0.sample(daemon.reloads.isInForce) }
        add(MetricFamilies.reloadTime) { $0.sample(microseconds: daemon.reloads.accepted) }
        add(MetricFamilies.reloads) {
            $0.sample(daemon.reloads.ok, [("result", "ok")])
            $0.sample(daemon.reloads.failed, [("result", "failed")])
        }
        add(MetricFamilies.lag) { $0.sample(daemon.lag) }
        add(MetricFamilies.logDropped) {
            $0.sample(daemon.droppedOutput, [("class", "output")])
            $0.sample(daemon.droppedTicks, [("class", "ticks")])
            $0.sample(daemon.droppedRecords, [("class", "records")])
        }
    }

    private mutating func addStates(_ jobs: [JobMetrics]) {
        var counts: [JobStatus.State: Int64] = [:]
        for job in jobs { counts[job.state, default: 0] += 1 }
        add(MetricFamilies.jobs) { writer in
            for state in JobStatus.State.allCases { writer.sample(counts[state] ?? 0, [("state", state.rawValue)]) }
        }
    }

    private mutating func add(_ histogram: SpanHistogram) {
        let family = histogram.kind == .duration ? MetricFamilies.durations : MetricFamilies.latenesses
        add(family) { writer in
            var sum = Int64(0)
            for (bound, count) in zip(histogram.bounds, histogram.counts) {
                sum += count
                writer.sample(sum, [("le", SecondsText.bound(microseconds: bound))], suffix: "_bucket")
            }
            sum += histogram.counts.last ?? 0
            writer.sample(sum, [("le", "+Inf")], suffix: "_bucket")
            writer.sample(microseconds: histogram.sum, suffix: "_sum")
            writer.sample(sum, suffix: "_count")
        }
    }

    private mutating func add(_ ledger: DaemonMetrics.LedgerMetrics) {
        add(MetricFamilies.ledgerUp) { $0.sample(ledger.isUp) }
        add(MetricFamilies.ledgerLag) { $0.sample(ledger.lag) }
        add(MetricFamilies.journal) { $0.sample(ledger.waiting) }
        add(MetricFamilies.journalLimit) { $0.sample(ledger.capacity) }
        add(MetricFamilies.ledgerSize) { $0.sample(ledger.size) }
        add(MetricFamilies.commits) { $0.sample(ledger.commits) }
        add(MetricFamilies.lost) {
            $0.sample(ledger.lostOutput, [("class", "output")])
            $0.sample(ledger.lostIncidents, [("class", "incidents")])
            $0.sample(ledger.lostRows, [("class", "rows")])
        }
        add(MetricFamilies.errors) { $0.sample(ledger.errors) }
    }

    private mutating func addProcess(_ daemon: DaemonMetrics) {
        add(MetricFamilies.processor) { $0.sample(daemon.processorTime) }
        if let memory = daemon.memory { add(MetricFamilies.memory) { $0.sample(memory) } }
        if let files = daemon.openFiles { add(MetricFamilies.files) { $0.sample(files) } }
    }

    // MARK: Jobs

    private struct LabelledJob {
        let labels: MetricsWriter.Labels
        let job: JobMetrics
    }

    private mutating func each(
        _ family: MetricFamily, _ jobs: [LabelledJob], _ body: (inout MetricsWriter, LabelledJob) -> Void
    ) {
        add(family) { writer in for job in jobs { body(&writer, job) } }
    }

    private mutating func moments(_ family: MetricFamily, _ jobs: [LabelledJob], _ value: (JobMetrics) -> Int64?) {
        each(family, jobs) { writer, job in
            if let moment = value(job.job) { writer.sample(microseconds: moment, job.labels) }
        }
    }

    private mutating func flags(_ family: MetricFamily, _ jobs: [LabelledJob], _ value: (JobMetrics) -> Bool) {
        each(family, jobs) { writer, job in writer.sample(value(job.job), job.labels) }
    }

    private mutating func add(_ jobs: [LabelledJob]) {
        each(MetricFamilies.jobInfo, jobs) { writer, job in
            let labels = job.labels.with("schedule", job.job.schedule).with("kind", job.job.kind)
            writer.sample(1, labels.with("group", job.job.group ?? ""))
        }
        addCounters(jobs)
        moments(MetricFamilies.lastSuccess, jobs) { $0.counted?.lastOk }
        moments(MetricFamilies.lastRun, jobs) { $0.last?.began }
        moments(MetricFamilies.nextSlot, jobs) { $0.next }
        moments(MetricFamilies.due, jobs) { $0.due }
        moments(MetricFamilies.lastDuration, jobs) { $0.last?.duration.wholeMicroseconds }
        moments(MetricFamilies.lastLateness, jobs) { $0.last?.lateness.wholeMicroseconds }
        flags(MetricFamilies.running, jobs) { $0.isRunning }
        flags(MetricFamilies.failing, jobs) { $0.isFailing }
        flags(MetricFamilies.late, jobs) { $0.isLate }
        flags(MetricFamilies.paused, jobs) { $0.isPaused }
        each(MetricFamilies.failures, jobs) { writer, job in writer.sample(job.job.failures, job.labels) }
        addRestarts(jobs)
    }

    private mutating func addCounters(_ jobs: [LabelledJob]) {
        each(MetricFamilies.slots, jobs) { writer, job in
            for outcome in Outcome.allCases {
                let count = job.job.slots[outcome] ?? 0
                // What may come soon is there from the beginning: an increase from nothing is not seen.
                guard count > 0 || [.ok, .failed, .missed].contains(outcome) else { continue }
                writer.sample(count, job.labels.with("outcome", outcome.rawValue))
            }
        }
        each(MetricFamilies.runs, jobs) { writer, job in writer.sample(job.job.runs, job.labels) }
        each(MetricFamilies.jobDuration, jobs) { writer, job in
            guard let counted = job.job.counted else { return }
            writer.sample(counted.duration, job.labels, suffix: "_sum")
            writer.sample(counted.ended, job.labels, suffix: "_count")
        }
    }

    private mutating func addRestarts(_ jobs: [LabelledJob]) {
        each(MetricFamilies.restarts, jobs) { writer, job in
            guard let restarts = job.job.counted?.restarts else { return }
            let counts = [
                ("exited", restarts.exited), ("hung", restarts.hung), ("protocol", restarts.brokeProtocol),
                ("fault", restarts.fault),
            ]
            for (reason, count) in counts where count > 0 {
                writer.sample(count, job.labels.with("reason", reason))
            }
        }
    }
}

extension JobMetrics {
    /// Somebody has to look at it.
    fileprivate var needsAttention: Bool { isFailing || isLate || isPaused || failures > 0 }
}
