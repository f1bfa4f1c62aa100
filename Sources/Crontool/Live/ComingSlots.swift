package import Clocks
import Crontabs
import Host
import Schedules
package import Values
import Wire

/// When a job of a running daemon runs, as that daemon has it.
package struct ComingSlots {
    private let job: JobStatus
    private let slots: [WallInstant]
    private let now: WallInstant

    package init(_ client: DaemonClient, _ entry: EntryID, count: Int, now: WallInstant) throws(DaemonFailure) {
        var (job, slots) = (JobStatus(), [WallInstant]())
        try client.ask(.status(entry: entry)) { if case .job(let status) = $0 { job = status } }
        try client.ask(.next(.init(entry: entry, count: Int64(count)))) { answer in
            if case .slot(let moment) = answer { slots.append(WallInstant(microseconds: moment)) }
        }
        (self.job, self.slots, self.now) = (job, slots, now)
    }

    /// `every 10s`, or the schedule as it was written.
    private var text: String { job.interval.map { "@every \($0)" } ?? job.schedule ?? "" }

    /// `nil` where this program cannot read it.
    private var schedule: WrittenSchedule? {
        try? WrittenSchedule(text, entry: job.entry.description, hasSeconds: job.hasSeconds)
    }

    private func report() throws(InputFailure) -> SlotReport {
        let zone = try SlotInput.zone(job.timezone, in: ZoneDirectory().source)
        let search = SlotSearch(schedule ?? .atBoot, in: zone.rules, from: now, count: slots.count)
        return SlotReport(text, search, zone: zone, now: now, slots: slots)
    }

    package func table() throws(InputFailure) -> String { try report().table }

    package func json() throws(InputFailure) -> String { try report().json }

    /// What holds up the slots that come first; `nil`: nothing.
    package var warning: String? {
        job.pause.map { pause in "\(job.entry) is paused \(StatusText.pause(pause, in: ZoneDirectory().local))" }
    }

    // MARK: In words

    private var explanation: Explanation? {
        if job.isAligned, let interval = (job.interval).flatMap({ try? DurationText.parse($0) }) {
            return Explanation(alignedInterval: interval)
        }
        return schedule.map {
            Explanation($0, in: try? SlotInput.zone(job.timezone, in: ZoneDirectory().source).rules, from: now)
        }
    }

    package func explained() throws(InputFailure) -> String {
        let report = try report()
        let next = slots.isEmpty ? "" : "Next in \(report.zoneName):\n\(report.indentedTable)"
        return "\(job.entry)  \(PrintableText.escape(text))\n\(explanation?.text ?? "")\(next)"
    }

    package func explainedJSON() throws(InputFailure) -> String {
        let report = try report()
        return explanation.map { $0.json(of: text, report) } ?? report.json
    }
}
